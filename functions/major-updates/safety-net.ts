import {
  type Backup,
  copyKeptFiles,
  type Figure,
  type Finding,
  finding,
  HubkeeperError,
  keepBackup,
  refuseCircumstances,
  type Snapshot,
  type Structure,
  type TaskResult,
  unreadable,
} from '@hubkeeper/core'
import type { UpdateContext } from './context.ts'

/** The backup that an upgrade can be undone with, and what is known of the database. */
export interface SafetyNet extends TaskResult {
  readonly figures: readonly Figure[]
  /** Holds the hub as it is now, and is proven; null where there is none. */
  readonly proven: Backup | null
  /** What the header of the database says; null where it could not be read. */
  readonly structure: Structure | null
  /** What kept it from being made. */
  readonly failure: HubkeeperError | null
}

/**
 * A full backup, made and certified as the daily one is: the database with configuration, requirements and search
 * index; or the newest one, where it still holds all of that. Whatever goes wrong is told, and the rest is reported.
 */
export async function spreadSafetyNet(context: UpdateContext): Promise<SafetyNet> {
  const { database, progress } = context
  progress.step(database.authority === 'server' ? 'Taking a snapshot' : 'Reading the database')
  try {
    const snapshot = await database.snapshot()
    if (snapshot.state === 'done') return await keepAll(context, snapshot.value)
    refuseCircumstances(snapshot)
    return without([unreadable(snapshot, database.key), missing('the database cannot be read')], null)
  } catch (error) {
    if (!(error instanceof HubkeeperError)) throw error
    return without([missing(error.message)], error)
  }
}

const without = (findings: readonly Finding[], failure: HubkeeperError | null): SafetyNet => ({
  findings,
  figures: [],
  proven: null,
  structure: null,
  failure,
})

async function keepAll(context: UpdateContext, snapshot: Snapshot): Promise<SafetyNet> {
  const kept = await copyKeptFiles(context)
  const { structure } = await snapshot.examine([])
  const { proven, ...result } = await keepBackup(context, snapshot, kept, false)
  const lacking = kept.leftOut.filter(({ wanted }) => wanted).length
  const lack = lackOf(context, proven, lacking)
  return {
    ...result,
    findings: [...(lack === null ? [] : [lack]), ...result.findings, ...kept.findings],
    figures: [...(result.figures ?? []), ...kept.figures],
    proven: lack === null ? proven : null,
    structure: structure.state === 'done' ? structure.value : null,
    failure: null,
  }
}

function lackOf({ dryRun }: UpdateContext, proven: Backup | null, lacking: number): Finding | null {
  // What would be made is not there to be proven: that it would be is told.
  if (proven === null) return dryRun ? null : missing('no backup of the present content is proven')
  return lacking === 0 ? null : missing(`the newest backup lacks ${lacking} of the files that belong to it`)
}

const missing = (actual: string): Finding =>
  finding('backup.certified', 'critical', {
    subject: 'before major updates',
    expected: 'a proven backup of everything',
    actual,
    advice: 'mend what keeps it from being made, and run it again: hubkeeper run major-updates',
  })
