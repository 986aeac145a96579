import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle, companions, type LayerName, root, shared, versionIn, writeManifest } from './esbuild.ts'

/** Where each layer lies, ready to be an asset. */
export type LayerFolders = Readonly<Record<LayerName, string>>

/** Where Lambda unpacks a layer's packages to, and `NODE_PATH` leads. */
const packageFolder = (layer: string, name: string): string => join(layer, 'nodejs/node_modules', name)

async function bundleOwn(name: LayerName, layer: string): Promise<string> {
  const folder = packageFolder(layer, `@hubkeeper/${name}`)
  const source = `layers/${name}`
  writeManifest(folder, `@hubkeeper/${name}`, versionIn(source))
  await bundle({ entry: `${source}/src/index.ts`, outfile: join(folder, 'index.js'), external: shared })
  return folder
}

async function bundleCompanion(name: string, layer: string): Promise<void> {
  const folder = packageFolder(layer, name)
  writeManifest(folder, name, versionIn(`node_modules/${name}`))
  const external = shared.filter((other) => other !== name)
  await bundle({ entry: name, outfile: join(folder, 'index.js'), external, minify: true })
}

/** The engine's program holds all it needs: the child process that runs it has nothing of our environment. */
async function bundleProgram(folder: string): Promise<void> {
  const outfile = join(folder, 'program.js')
  await bundle({ entry: 'layers/sqlite/src/engine/program.ts', outfile, external: [] })
  // sql.js looks beside the file it is in.
  copyFileSync(join(root, 'node_modules/sql.js/dist/sql-wasm.wasm'), join(folder, 'sql-wasm.wasm'))
}

/** Writes every layer below `outDir`, in the layout that Lambda unpacks. */
export async function bundleLayers(outDir: string): Promise<LayerFolders> {
  const layers = {
    core: join(outDir, 'core'),
    sqlite: join(outDir, 'sqlite'),
    audit: join(outDir, 'audit'),
    review: join(outDir, 'review'),
    aws: join(outDir, 'aws'),
  }
  await Promise.all([
    bundleOwn('core', layers.core),
    ...companions.map((name) => bundleCompanion(name, layers.core)),
    bundleOwn('sqlite', layers.sqlite).then(bundleProgram),
    bundleOwn('audit', layers.audit),
    bundleOwn('review', layers.review),
    bundleOwn('aws', layers.aws),
  ])
  return layers
}
