import { type Backup, type BackupReader, backupMissing, type Restoration } from '@hubkeeper/core'
import type { Chosen } from './context.ts'

/**
 * What the last restore replaced: its own safety copy. An undo that was cut short goes on to where it went; a
 * restore that was cut short is undone as far as it came.
 *
 * @throws HubkeeperError `backup-missing` when there is nothing to undo
 */
export async function chooseUndo(backups: BackupReader): Promise<Chosen> {
  const { backups: all } = await backups.list()
  const safety = all.filter(({ manifest }) => manifest.reason === 'safety')
  const record = await backups.restoration()
  const newest = safety.at(-1)
  if (record === null) return chosen(newest, null, 'there is no restore to undo: no safety copy exists')
  // A pull makes one as well, and replaces the database alone.
  if (newest !== undefined && isLaterThan(newest, record)) return chosen(newest, 'database', '')
  if (record.undo && record.finishedAt === null) {
    const aim = all.find(({ manifest }) => manifest.id === record.backup)
    return chosen(aim, record.scope, `backup ${record.backup}, to which an undo was to go, is gone`)
  }
  if (record.withdrawn.includes(record.run)) return chosen(undefined, null, nothingToUndo(record))
  const own = [record.firstRun, record.run].map((run) =>
    safety.findLast(({ manifest }) => manifest.run === run),
  )
  return chosen(own[0] ?? own[1], record.scope, nothingToUndo(record))
}

/** Whether something else than that restore made the copy, after it. */
const isLaterThan = ({ manifest }: Backup, { firstRun, run, startedAt, withdrawn }: Restoration): boolean =>
  ![run, firstRun, ...withdrawn].includes(manifest.run) && manifest.takenAt > startedAt

function nothingToUndo({ finishedAt, run }: Restoration): string {
  return finishedAt === null
    ? `the last restore (run ${run}) ended before it replaced anything`
    : `there was nothing before the last restore (run ${run}), or its safety copy is gone`
}

function chosen(backup: Backup | undefined, scope: Chosen['scope'], problem: string): Chosen {
  if (backup !== undefined) return { backup, scope, remarks: [] }
  throw backupMissing(problem)
}
