import { type Backup, backupMissing, isProven, newestMade } from '@hubkeeper/core'

/** Which backups are restored. */
export interface Choice {
  readonly newest: Backup
  /** Null when there is no other. */
  readonly older: Backup | null
  /** How the older one came to be chosen, in words. */
  readonly how: string
}

/**
 * The newest proven backup that no restore made, and an older one: the one that is asked for, else one of the
 * proven ones by lot. Null when nothing is proven.
 *
 * @param backups oldest first
 * @throws HubkeeperError `backup-missing` when there is none of the id that is asked for
 */
export function choose(backups: readonly Backup[], asked: string | undefined, seed: number): Choice | null {
  const wanted = asked === undefined ? null : backups.find(({ manifest }) => manifest.id === asked)
  if (wanted === undefined) throw backupMissing(`there is no backup ${asked}`)
  const newest = newestMade(backups)
  if (newest === null) return null
  if (wanted !== null) return { newest, older: wanted, how: 'asked for' }
  const others = backups.slice(0, backups.indexOf(newest)).filter(isProven)
  const older = others[seed % Math.max(1, others.length)] ?? null
  const among = others.length === 1 ? 'the only older one' : `drawn from ${others.length} older ones`
  return { newest, older, how: others.length === 1 ? among : `${among} with seed ${seed}` }
}
