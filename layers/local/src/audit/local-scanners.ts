import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  codeOf,
  type HubConfig,
  mebibytes,
  messageOf,
  minutes,
  onOneLine,
  type ScanEnd,
  type ScannerRunner,
  seconds,
} from '@hubkeeper/core'
import * as z from 'zod'
import { endWhatLivesIn } from './left-behind.ts'
import { passedOver } from './passed-over.ts'
import { type LocalScanner, planScan, type ScanPlan } from './scan-commands.ts'
import { runScan, type ScanProcess, type ScanProcessEnd } from './scan-process.ts'

/** See {@link localScanners}. */
export interface LocalScannersOptions {
  /** The hub's directory. */
  readonly root: string
  readonly hub: HubConfig
  /** Where a scanner may put what it needs while it runs. */
  readonly scratch: string
  /**
   * Bytes that a scanner may print.
   *
   * @default 32 MiB
   */
  readonly maxBytes?: number
}

/** Of the little that a program tells of its version. */
const versionRoom = mebibytes(1)

/** Lines that a scan of several calls keeps of what it said beside its output. */
const remarksKept = 20

/** Scanners that are installed on this machine, as child processes in the hub's directory. */
export function localScanners({
  hub,
  maxBytes = mebibytes(32),
  root,
  scratch,
}: LocalScannersOptions): ScannerRunner {
  return {
    async run(scanner) {
      if (scanner === 'ecr') {
        return hub.audit.image?.ecr === undefined
          ? { state: 'not-configured', reason: 'audit.image.ecr is not configured' }
          : { state: 'missing', reason: 'ECR is asked where the hub’s tasks run on AWS' }
      }
      const plan = await planScan(scanner, root, hub)
      if ('state' in plan) return plan
      try {
        const end = await withHome(scratch, (home) =>
          scanWith(scanner, plan, { directory: root, environment: environmentIn(home), maxBytes }),
        )
        const looksThrough = scanner === 'bandit' || scanner === 'trivy-fs' ? hub.audit.source : []
        return end.state === 'done' ? { ...end, unread: await passedOver(root, looksThrough) } : end
      } catch (error) {
        // No room, no right, or arguments that no program takes; anything else is a defect.
        if (codeOf(error) === null) throw error
        return { state: 'failed', reason: `it cannot be run: ${messageOf(error)}`, output: [] }
      }
    },
  }
}

/** A directory that is gone afterwards, named as a run's own scratch is: what a killed one leaves is swept up with it. */
async function withHome<T>(scratch: string, use: (home: string) => Promise<T>): Promise<T> {
  const home = join(scratch, `run-${process.pid}-${randomUUID()}`)
  await mkdir(home, { recursive: true, mode: 0o700 })
  try {
    return await use(home)
  } finally {
    await endWhatLivesIn(home)
    // What was killed just now may be writing still.
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Where programs are found, and nothing that leads anywhere: scanners get no credentials of ours. */
const environmentIn = (home: string): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  LANG: process.env.LANG ?? 'C.UTF-8',
  HOME: home,
  TMPDIR: home,
  // A Python of theirs takes no module of the hub's for one of its own.
  PYTHONSAFEPATH: '1',
})

type Surroundings = Pick<ScanProcess, 'directory' | 'environment' | 'maxBytes'>

async function scanWith(scanner: LocalScanner, plan: ScanPlan, surroundings: Surroundings): Promise<ScanEnd> {
  const started = performance.now()
  const until = started + minutes(plan.timeoutMinutes)
  const outputs: string[] = []
  const remarks: string[] = []
  let room = surroundings.maxBytes
  for (const args of plan.calls) {
    const left = Math.max(1, until - performance.now())
    const command = [...plan.program, ...args]
    const end = await runScan({ ...surroundings, command, maxBytes: room, timeout: left })
    const failure = failureOf(end, plan)
    if (failure !== null) return failure
    if (end.kind !== 'exit') continue
    outputs.push(end.output)
    remarks.push(...end.remarks)
    remarks.splice(0, remarks.length - remarksKept)
    room -= Buffer.byteLength(end.output)
  }
  const took = (performance.now() - started) / 1000
  // Asked last: by then it has fetched the database that it compares with.
  const told = await versionOf(scanner, plan, surroundings)
  return { state: 'done', ...told, output: joined(outputs), remarks, seconds: took }
}

/** Several documents as one list. */
const joined = (outputs: readonly string[]): string =>
  outputs.length === 1 ? (outputs[0] ?? '') : `[${outputs.join(',')}]`

function failureOf(end: ScanProcessEnd, { done, install }: ScanPlan): ScanEnd | null {
  switch (end.kind) {
    case 'not-run':
      return { state: 'missing', reason: `${end.reason}; ${install}` }
    case 'broken':
      return { state: 'failed', reason: end.reason, output: end.remarks }
    case 'exit':
      if (!done.includes(end.code)) {
        return { state: 'failed', reason: `it ended with code ${end.code}`, output: end.remarks }
      }
      // A code may mean findings, and trouble as well.
      return end.output.trim() === ''
        ? {
            state: 'failed',
            reason: `it printed nothing and ended with code ${end.code}`,
            output: end.remarks,
          }
        : null
  }
}

const trivyVersion = z.object({
  Version: z.string().optional().catch(undefined),
  VulnerabilityDB: z
    .object({ UpdatedAt: z.iso.datetime({ offset: true }) })
    .nullish()
    .catch(undefined),
})

type Told = Pick<ScanEnd & { readonly state: 'done' }, 'version' | 'builtAt' | 'databaseAt'>

/** What it says of itself; bandit and pip-audit know no date, and ask for flaws when they need them. */
async function versionOf(scanner: LocalScanner, plan: ScanPlan, surroundings: Surroundings): Promise<Told> {
  const command = [...plan.program, ...plan.version]
  const end = await runScan({ ...surroundings, command, maxBytes: versionRoom, timeout: seconds(30) })
  const text = end.kind === 'exit' && end.code === 0 ? end.output : ''
  if (scanner !== 'trivy-fs' && scanner !== 'trivy-image') {
    const version = /\d+(\.\d+)+\S*/.exec(text.slice(0, 1000))?.[0]
    return { version: version === undefined ? null : shortened(version), builtAt: null, databaseAt: null }
  }
  const parsed = trivyVersion.safeParse(asJson(text))
  const { Version, VulnerabilityDB } = parsed.success ? parsed.data : {}
  return {
    version: Version === undefined ? null : shortened(Version),
    builtAt: null,
    databaseAt: VulnerabilityDB ? new Date(VulnerabilityDB.UpdatedAt) : null,
  }
}

const shortened = (version: string): string => onOneLine(version).slice(0, 50)

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return null
  }
}
