import {
  type Backup,
  type Examination,
  type Finding,
  type FindingStatus,
  finding,
  formatBytes,
  formatDuration,
  HubkeeperError,
  type Outcome,
  orphansIn,
  type RestoredCopy,
  reasonOf,
  searchIndexFaults,
  statusWithoutValue,
} from '@hubkeeper/core'
import type { DrillContext } from './context.ts'

/** A backup that was read back and examined. */
export interface Restored {
  readonly finding: Finding
  /** On scratch disk, to be disposed of; null when it is not what was certified. */
  readonly copy: RestoredCopy | null
  /** Reading it back took so long, seconds. */
  readonly readBack: number
  /** Examining it took so long, seconds. */
  readonly prove: number
}

/** Something that is wrong with a copy, or could not be looked at. */
interface Trouble {
  readonly status: FindingStatus
  readonly text: string
  /** In place of the check's own. */
  readonly advice?: { readonly advice: string }
}

/** Reads a backup back to scratch disk, and examines it as a proof does. */
export async function restore(
  { backups, now, progress }: Pick<DrillContext, 'backups' | 'now' | 'progress'>,
  backup: Backup,
  which: string,
): Promise<Restored> {
  const { id, takenAt } = backup.manifest
  const started = now().getTime()
  const seconds = (since: number): number => (now().getTime() - since) / 1000
  progress.step(`Reading back ${id}`)
  const copy = await readBack(backups, backup)
  const evidence = [`${which}, taken at ${takenAt}`]
  if ('trouble' in copy) {
    const { advice, status, text } = copy.trouble
    const details = { subject: id, expected: 'as certified', actual: text, evidence, ...(advice ?? {}) }
    return { finding: finding('drill.restore', status, details), copy: null, readBack: 0, prove: 0 }
  }
  const readIn = seconds(started)
  progress.step(`Proving ${id}`)
  const examined = now().getTime()
  const troubles = copy.intact
    ? troublesOf(backup, await backups.examine(copy))
    : [{ status: 'critical' as const, text: 'its bytes are not the ones that were written' }]
  const provenIn = seconds(examined)
  const sound = troubles.length === 0
  if (!sound) await copy.dispose()
  const times = `read back in ${formatDuration(readIn * 1000)}, examined in ${formatDuration(provenIn * 1000)}`
  return {
    finding: finding('drill.restore', worst(troubles), {
      subject: id,
      expected: 'as certified',
      actual: troubles[0]?.text ?? 'as certified',
      evidence: [
        ...evidence,
        `${formatBytes(copy.bytes)} ${times}`,
        ...troubles.slice(1, 10).map(({ text }) => text),
      ],
    }),
    copy: sound ? copy : null,
    readBack: readIn,
    prove: provenIn,
  }
}

/** The copy; or that it is not there any more, or has no room here. */
async function readBack(
  backups: DrillContext['backups'],
  backup: Backup,
): Promise<RestoredCopy | { readonly trouble: Trouble }> {
  try {
    return await backups.restoreToScratch(backup)
  } catch (error) {
    if (!(error instanceof HubkeeperError)) throw error
    switch (error.code) {
      case 'object-missing':
      case 'backup-missing':
        return { trouble: { status: 'critical', text: `its copy is gone: ${error.message}` } }
      case 'no-space':
        return { trouble: { status: 'unknown', text: error.message, advice: { advice: error.hint } } }
      default:
        throw error
    }
  }
}

const worst = (troubles: readonly Trouble[]): FindingStatus => {
  if (troubles.length === 0) return 'ok'
  return troubles.some(({ status }) => status === 'critical') ? 'critical' : 'unknown'
}

/** What differs from what was certified; empty when nothing does. */
function troublesOf({ certificate }: Backup, examination: Examination): Trouble[] {
  const { digest, foreignKeys, integrity, searchIndexes, structure } = examination
  if (structure.state !== 'done') return [notLooked('it cannot be read', structure)]
  const certified = certificate?.foreignKeyViolations ?? 0
  return [
    ...judged('integrity', integrity, (problems) => problems),
    ...judged('foreign keys', foreignKeys, (violations) => {
      const rows = orphansIn(violations)
      return rows > certified ? [`${rows} rows without a parent, ${certified} when it was certified`] : []
    }),
    ...judged('search indexes', searchIndexes, searchIndexFaults),
    ...judged('content digest', digest, ({ value }) =>
      value === certificate?.digest
        ? []
        : [certificate === null ? 'it was never certified' : 'its content is not as certified'],
    ),
  ]
}

function judged<T>(what: string, outcome: Outcome<T>, faultsIn: (value: T) => readonly string[]): Trouble[] {
  if (outcome.state !== 'done') return [notLooked(what, outcome)]
  return faultsIn(outcome.value).map((text) => ({ status: 'critical', text }))
}

/** A drill that did not look has shown nothing, for whatever reason. */
const notLooked = (what: string, outcome: Exclude<Outcome<unknown>, { state: 'done' }>): Trouble => ({
  status: statusWithoutValue(outcome) === 'critical' ? 'critical' : 'unknown',
  text: `${what}: ${reasonOf(outcome)}`,
})
