import { type Backup, type BackupReader, HubkeeperError, isProven, UsageError } from '@hubkeeper/core'

/** What a restore asks for. */
interface Choice {
  readonly backup: string
  readonly undo: boolean
}

/** The backup that is meant. @throws HubkeeperError `backup-missing`, UsageError */
export async function chooseBackup(backups: BackupReader, { backup, undo }: Choice): Promise<Backup> {
  if (undo) return lastSafetyCopy(backups)
  const found =
    backup === 'latest'
      ? await newestOf(backups)
      : ((await backups.find(backup)) ?? (await backups.find(momentOf(backup) ?? backup)))
  if (found !== null) return found
  throw new HubkeeperError('backup-missing', `there is no ${described(backup)}`, {
    hint: 'see what there is: hubkeeper backups list',
  })
}

/**
 * The newest proven one that no restore made: else one that was cut short after its safety copy would, when
 * it is asked for again, put back what it was to replace.
 */
async function newestOf(backups: BackupReader): Promise<Backup | null> {
  const { backups: all } = await backups.list()
  const made = all.findLast((backup) => isProven(backup) && backup.manifest.reason !== 'safety')
  return made ?? backups.find('latest')
}

async function lastSafetyCopy(backups: BackupReader): Promise<Backup> {
  const { backups: all } = await backups.list()
  const safety = all.findLast(({ manifest }) => manifest.reason === 'safety')
  if (safety !== undefined) return safety
  throw new HubkeeperError('backup-missing', 'there is no restore to undo: no safety copy exists', {
    hint: 'see what there is: hubkeeper backups list',
  })
}

/** A moment in ISO 8601; null for anything else. @throws UsageError for one that does not exist. */
function momentOf(text: string): Date | null {
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return null
  const moment = new Date(text)
  if (!Number.isNaN(moment.getTime())) return moment
  throw new UsageError(`${text} is no moment`, { hint: 'write it as 2026-11-24 or 2026-11-24T04:30:00Z' })
}

function described(selector: string): string {
  if (selector === 'latest') return 'proven backup'
  return momentOf(selector) === null ? `backup ${selector}` : `proven backup at or before ${selector}`
}
