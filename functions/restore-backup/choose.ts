import {
  type Backup,
  type BackupList,
  type BackupReader,
  backupMissing,
  HubkeeperError,
  isProven,
  latestBelievable,
  momentOfId,
  newestMade,
  UsageError,
} from '@hubkeeper/core'
import type { Chosen } from './context.ts'
import { chooseUndo } from './undo.ts'

/** What a restore asks for. */
interface Choice {
  readonly backup: string
  readonly undo: boolean
}

/**
 * The backup that is meant.
 *
 * @throws HubkeeperError `backup-missing`; `clock-behind` where it is not certain which one is the latest
 * @throws UsageError
 */
export async function chooseBackup(
  backups: BackupReader,
  { backup: selector, undo }: Choice,
  now: Date,
): Promise<Chosen> {
  if (undo) {
    if (selector === 'latest') return chooseUndo(backups)
    throw new UsageError(`an undo goes to what the last restore replaced, and not to ${selector}`, {
      hint: 'leave out the one or the other; nothing was touched',
    })
  }
  const list = await backups.list()
  const found = await findBackup(backups, list, selector, now)
  if (found === null) throw backupMissing(`there is no ${described(selector)}`)
  return { backup: found, scope: null, remarks: remarksOn(found, list, selector === 'latest') }
}

async function findBackup(
  backups: BackupReader,
  list: BackupList,
  selector: string,
  now: Date,
): Promise<Backup | null> {
  if (selector === 'latest') {
    refuseFuture(list, now)
    // Refused where it is not known which ones count.
    if (list.quarantineUnreadable !== null) return backups.find('latest')
    return newestMade(list.backups)
  }
  const found = list.backups.find(({ manifest }) => manifest.id === selector)
  if (found !== undefined) return found
  const stray = list.strays.find(({ id }) => id === selector)
  if (stray === undefined) {
    const moment = momentOf(selector)
    return moment === null ? null : backups.find(moment)
  }
  throw new HubkeeperError('backup-missing', `backup ${selector} is not whole: ${stray.reason}`, {
    hint: 'nothing was touched; list them again, and look what became of its parts: hubkeeper backups list',
  })
}

/** A clock that is years off must not decide which backup is the latest. */
function refuseFuture({ backups }: BackupList, now: Date): void {
  const last = backups.findLast(isProven)
  if (last === undefined || Date.parse(last.manifest.takenAt) <= latestBelievable(now)) return
  const { id, takenAt } = last.manifest
  throw new HubkeeperError(
    'clock-behind',
    `backup ${id} was taken at ${takenAt}, and the clock of this machine shows ${now.toISOString()}`,
    { hint: 'set the clock, or name the backup that you mean: hubkeeper backups list' },
  )
}

/** What there is beside the chosen one that somebody may have meant. */
function remarksOn(
  { certificate, manifest, quarantine }: Backup,
  { strays }: BackupList,
  isLatest: boolean,
): string[] {
  const newer = strays.filter(
    ({ certified, id }) => certified && (momentOfId(id)?.toISOString() ?? '') > manifest.takenAt,
  )
  return [
    ...(quarantine === null ? [] : [`it is in quarantine: ${quarantine.reason}`]),
    ...(certificate === null
      ? ['it has no certificate that can be relied on: nothing tells what it held when it was made']
      : []),
    ...(manifest.reason === 'safety' ? ['it is a safety copy: what a restore or a pull replaced then'] : []),
    ...(isLatest ? newer.map(({ id, reason }) => `newer, but not to be had: ${id}, of which ${reason}`) : []),
  ]
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
