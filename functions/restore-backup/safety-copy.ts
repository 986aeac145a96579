import { type Backup, HubkeeperError, type Outcome, type Snapshot } from '@hubkeeper/core'
import type { RestoreContext } from './context.ts'

/**
 * What is about to be replaced, stored and read back: consistent where a snapshot could be had, else its
 * bytes as they are; null when there is nothing.
 *
 * @param untouched whether the database is still as it was
 * @throws HubkeeperError `backup-unsound` when it cannot be read back
 */
export async function makeSafetyCopy(
  { backups, database }: Pick<RestoreContext, 'backups' | 'database'>,
  current: Outcome<Snapshot>,
  untouched = true,
): Promise<Backup | null> {
  const copy = current.state === 'done' ? current.value : await database.rawCopy()
  if (copy === null) return null
  const stored = await backups.create(copy, 'safety')
  const { certificate } = await backups.prove(stored)
  if (certificate.level === 'none') {
    throw new HubkeeperError('backup-unsound', `the safety copy ${stored.manifest.id} cannot be read back`, {
      hint: `${untouched ? 'nothing was touched' : 'the backup was restored'}; check the disk or the bucket that holds the backups`,
    })
  }
  return { ...stored, certificate }
}
