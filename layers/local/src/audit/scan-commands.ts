import { glob, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { HubConfig, ScannerName } from '@hubkeeper/core'
import { keyOf } from '../keys.ts'
import { matchFiles } from '../match.ts'

/** Scanners that are programs. */
export type LocalScanner = Exclude<ScannerName, 'ecr'>

/** What one scan runs. */
export interface ScanPlan {
  /** As it is called, with what the configuration says. */
  readonly program: readonly string[]
  /** Arguments of each call: trivy looks at one directory at a time. */
  readonly calls: readonly (readonly string[])[]
  /** Arguments with which it tells its version. */
  readonly version: readonly string[]
  /** Exit codes with which it has done its work. */
  readonly done: readonly number[]
  readonly timeoutMinutes: number
  /** How it is to be had. */
  readonly install: string
}

type Refusal =
  | { readonly state: 'not-configured'; readonly reason: string }
  | { readonly state: 'failed'; readonly reason: string; readonly output: readonly string[] }

const notConfigured = (reason: string): Refusal => ({ state: 'not-configured', reason })

/** What a scanner is to run for a hub; or why it has nothing to look at. */
export async function planScan(
  scanner: LocalScanner,
  root: string,
  hub: HubConfig,
): Promise<ScanPlan | Refusal> {
  const { image, scanners, source } = hub.audit
  if (scanner === 'trivy-image') {
    if (image === undefined) return notConfigured('audit.image is not configured')
    return { ...trivy(scanners.trivy), calls: [['image', ...trivyOptions('vuln,secret'), image.reference]] }
  }
  if (scanner === 'pip-audit') return planPipAudit(root, hub)
  if (source.length === 0) return notConfigured('audit.source is not configured')
  const places = source.map((place) => `./${place}`)
  const absent = await firstAbsent(root, source)
  if (absent !== null) {
    // A scanner that is given nothing finds nothing.
    return { state: 'failed', reason: `there is no ${absent}, which audit.source names`, output: [] }
  }
  if (scanner === 'bandit') {
    return {
      program: scanners.bandit.command ?? ['bandit'],
      calls: [['-q', '-f', 'json', '-r', ...places]],
      version: ['--version'],
      // 1: it found something.
      done: [0, 1],
      timeoutMinutes: scanners.bandit.timeoutMinutes,
      install: 'install it, such as with pipx install bandit, or name it as audit.scanners.bandit.command',
    }
  }
  const options = trivyOptions('vuln,misconfig,secret')
  return { ...trivy(scanners.trivy), calls: source.map((place) => ['fs', ...options, place]) }
}

const trivy = ({
  command,
  timeoutMinutes,
}: HubConfig['audit']['scanners']['trivy']): Omit<ScanPlan, 'calls'> => ({
  program: command ?? ['trivy'],
  version: ['version', '--format', 'json'],
  done: [0],
  timeoutMinutes,
  install: 'install a pinned release of trivy, or name it as audit.scanners.trivy.command',
})

const trivyOptions = (scanners: string): string[] => [
  ...['--format', 'json', '--no-progress', '--scanners', scanners],
  // What follows is no option, whatever it begins with.
  '--',
]

async function firstAbsent(root: string, keys: readonly string[]): Promise<string | null> {
  for (const key of keys) {
    if ((await stat(join(root, key)).catch(() => null)) === null) return key
  }
  return null
}

/** What is installed tells most; without it, what is asked for, as it stands there. */
async function planPipAudit(root: string, { audit, requirements }: HubConfig): Promise<ScanPlan | Refusal> {
  const { command, timeoutMinutes } = audit.scanners.pipAudit
  const options = ['--format', 'json', '--progress-spinner', 'off']
  const plan = {
    program: command ?? ['pip-audit'],
    version: ['--version'],
    done: [0, 1],
    timeoutMinutes,
    install: 'install it, such as with pipx install pip-audit, or name it as audit.scanners.pipAudit.command',
  }
  const { environment } = audit.python
  const installed = await sitePackages(
    root,
    environment === undefined ? ['.venv', 'venv', 'env'] : [environment],
  )
  if (installed.length > 0) {
    return { ...plan, calls: [[...options, ...installed.flatMap((path) => ['--path', `./${path}`])]] }
  }
  const files = (await matchFiles(root, requirements)).filter(({ key }) => !key.endsWith('.json'))
  if (files.length === 0) {
    return notConfigured('there is no virtual environment, and requirements names no file of requirements')
  }
  // Resolving would fetch packages and run what they bring along.
  const asked = files.flatMap(({ key }) => ['--requirement', `./${key}`])
  return { ...plan, calls: [[...options, '--no-deps', '--disable-pip', ...asked]] }
}

async function sitePackages(root: string, environments: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const environment of environments) {
    for (const inside of ['lib/python3*/site-packages', 'Lib/site-packages']) {
      for await (const path of glob(inside, { cwd: join(root, environment) })) {
        found.push(keyOf(root, join(root, environment, path)))
      }
    }
  }
  return found.sort()
}
