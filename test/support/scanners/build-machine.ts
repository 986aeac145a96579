import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'

const script = join(import.meta.dirname, '../../../infra/scanners/scan.py')

/** The interpreter itself: what is called so on the PATH may be a script that looks for it each time. */
const python = ((): string | null => {
  const program = 'import pip, sys; assert sys.version_info >= (3, 11, 4); print(sys.executable)'
  try {
    return execFileSync('python3', ['-c', program], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return null
  }
})()

/** Whether the script of the build can be run on this machine. */
export const pythonAvailable = python !== null

/** The title of tests that need it. */
export const needingPython = (title: string): string =>
  pythonAvailable ? title : `${title} (skipped: python3 with pip, 3.11.4 or newer, is not on the PATH)`

const versions = { bandit: '1.9.4', 'pip-audit': '2.10.0', trivy: '0.72.0' }

/** How a build ended, and what it printed. */
export interface BuildEnd {
  readonly code: number | null
  readonly log: string
}

/** A machine that runs builds as CodeBuild does: the real script, with stand-ins for what it installs. */
export interface BuildMachine {
  /** The folder in place of a bucket. */
  bucketAt(name: string): string
  /** Runs a build; `changes` are other variables than those of the project. */
  run(order: string, build: string, changes?: Readonly<Record<string, string>>): Promise<BuildEnd>
}

/** Sets one up in a directory. @throws Error where there is no Python */
export function buildMachine(directory: string): BuildMachine {
  if (python === null) throw new Error('python3 is not on the PATH')
  const at = (name: string): string => join(directory, name)
  for (const folder of ['bin', 'tools', 'buckets']) mkdirSync(at(folder))
  writeFileSync(at('bin/aws'), `#!${python}\n${readFileSync(join(import.meta.dirname, 'aws.py'), 'utf8')}`, {
    mode: 0o755,
  })
  const maker = join(import.meta.dirname, 'make-tools.py')
  execFileSync(python, [maker, at('tools'), JSON.stringify(versions)])
  const archive = at('tools/trivy.tar.gz')
  const tools = {
    bandit: { version: versions.bandit },
    'pip-audit': { version: versions['pip-audit'] },
    trivy: {
      version: versions.trivy,
      url: pathToFileURL(archive).href,
      sha256: createHash('sha256').update(readFileSync(archive)).digest('hex'),
    },
  }

  return {
    bucketAt: (name) => join(at('buckets'), name),
    async run(order, build, changes = {}) {
      const child = spawn(python, [script], {
        cwd: mkdtempSync(at('build-')),
        env: {
          PATH: [at('bin'), process.env.PATH].join(delimiter),
          HOME: directory,
          BUCKETS: at('buckets'),
          HUB_BUCKET: 'hubs',
          CODEBUILD_BUILD_ID: build,
          SCAN: order,
          TOOLS: JSON.stringify(tools),
          AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/secret',
          PYPI_URL: 'http://127.0.0.1:9',
          PIP_NO_INDEX: '1',
          PIP_FIND_LINKS: at('tools'),
          PIP_ROOT_USER_ACTION: 'ignore',
          ...changes,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const printed = Promise.all([text(child.stdout), text(child.stderr)])
      await once(child, 'close')
      return { code: child.exitCode, log: (await printed).join('') }
    },
  }
}
