import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

/** The root of the repository. */
export const root = join(import.meta.dirname, '../..')

/** The packages that are deployed as layers; what they use of other workspaces is bundled into them. */
export const layerNames = ['core', 'sqlite', 'audit', 'review', 'aws'] as const

/** One of {@link layerNames}. */
export type LayerName = (typeof layerNames)[number]

/** Packages of others that functions and layers share; they travel with core. */
export const companions = ['zod', 'ulid', 'croner'] as const

/** Packages that a bundle finds in a layer or in the runtime instead of holding a copy. */
export const shared: readonly string[] = [
  ...layerNames.map((name) => `@hubkeeper/${name}`),
  ...companions,
  '@aws-sdk/*',
  '@smithy/*',
]

/** What may never be inside a bundle: the runtime brings it, and a copy would shadow its fixes. */
const forbidden = /(^|\/)node_modules\/@(aws-sdk|smithy)\//

/** One bundle. */
export interface Bundle {
  /** A file below the root, or the name of a package. */
  readonly entry: string
  readonly outfile: string
  readonly external: readonly string[]
  /** For packages of others, whose stack traces nobody reads. */
  readonly minify?: boolean
}

/**
 * Bundles to CommonJS: `NODE_PATH`, through which a layer is found, counts for `require` only.
 * So `await import()` becomes `require` as well, and `import.meta.url` is told from `__filename`.
 * No source map: its hash would depend on the folder it is written to.
 *
 * @throws Error when code of the AWS SDK would get into it
 */
export async function bundle({ entry, outfile, external, minify = false }: Bundle): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    supported: { 'dynamic-import': false },
    external: [...external],
    minify,
    // Names stay: errors and types are told apart by them in logs.
    keepNames: minify,
    charset: 'utf8',
    legalComments: 'eof',
    banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.url': '__bundleUrl' },
    metafile: true,
    logLevel: 'error',
  })
  const inside = Object.keys(metafile.inputs).filter((input) => forbidden.test(input))
  if (inside.length > 0) throw new Error(`${entry} would bundle the AWS SDK: ${inside[0]}`)
}

/** Says what the bundle in `directory` is, so that `require` finds it by its package's name, and all of it by any part's. */
export function writeManifest(directory: string, name: string, version: string): void {
  mkdirSync(directory, { recursive: true })
  const exports = { '.': './index.js', './*': './index.js' }
  const manifest = { name, version, main: 'index.js', type: 'commonjs', exports }
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** The version of a package, by the folder it is in. */
export function versionIn(folder: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    return String(manifest.version)
  }
  throw new Error(`${folder}/package.json names no version`)
}
