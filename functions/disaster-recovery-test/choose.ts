import { type Backup, HubkeeperError, isProven } from '@hubkeeper/core'

/** Which backups are restored. */
export interface Choice {
  readonly newest: Backup
  /** Null when there is no other. */
  readonly older: Backup | null
  /** How the older one came to be chosen, in words. */
  readonly how: string
}

/**
 * The newest proven backup, and an older one: the one that is asked for, else one of the proven ones by lot.
 * Null when nothing is proven.
 *
 * @throws HubkeeperError `backup-missing` when there is none of the id that is asked for
 */
export function choose(backups: readonly Backup[], asked: string | undefined, seed: number): Choice | null {
  const wanted = asked === undefined ? null : backups.find(({ manifest }) => manifest.id === asked)
  if (wanted === undefined) {
    throw new HubkeeperError('backup-missing', `there is no backup ${asked}`, {
      hint: 'see what there is: hubkeeper backups list',
    })
  }
  const proven = backups.filter(isProven)
  const newest = proven.at(-1)
  if (newest === undefined) return null
  if (wanted !== null) return { newest, older: wanted, how: 'asked for' }
  const others = proven.slice(0, -1)
  const older = others[seed % Math.max(1, others.length)] ?? null
  const among = others.length === 1 ? 'the only older one' : `drawn from ${others.length} older ones`
  return { newest, older, how: others.length === 1 ? among : `${among} with seed ${seed}` }
}
