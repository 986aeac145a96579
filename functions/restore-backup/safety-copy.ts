import { type Backup, type Context, HubkeeperError, type Outcome, type Snapshot } from '@hubkeeper/core'

type ReplacingContext = Context<{ readonly database: 'restore'; readonly backups: 'write' }>

/**
 * What is about to be replaced, stored and read back: consistent where a snapshot could be had, else its
 * bytes as they are; null when there is nothing.
 *
 * @throws HubkeeperError `backup-unsound` when it cannot be read back
 */
export async function makeSafetyCopy(
  { backups, database }: Pick<ReplacingContext, 'backups' | 'database'>,
  current: Outcome<Snapshot>,
): Promise<Backup | null> {
  const copy = current.state === 'done' ? current.value : await database.rawCopy()
  if (copy === null) return null
  const stored = await backups.create(copy, 'safety')
  const { certificate } = await backups.prove(stored)
  if (certificate.level === 'none') {
    throw new HubkeeperError('backup-unsound', `the safety copy ${stored.manifest.id} cannot be read back`, {
      hint: 'nothing was touched; check the disk or the bucket that holds the backups',
    })
  }
  return { ...stored, certificate }
}
