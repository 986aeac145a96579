import { type Coverage, days, hours } from '@hubkeeper/core'

/** Within how many days every stored byte is read back. */
const cycle = 30

/** What was read so lately is left for another day, ms. */
const recent = hours(20)

/**
 * What is to be read back today: what was not read for the longest time, a thirtieth of all bytes or the whole
 * backup in which that ends, and whatever would grow older than 30 days before tomorrow.
 */
export function portionOf({ backups, bytes }: Coverage, at: Date): Coverage['backups'] {
  let chosen = 0
  return backups.filter((each) => {
    const age = at.getTime() - each.verifiedAt.getTime()
    if (age < recent || (age < days(cycle - 1) && chosen >= bytes / cycle)) return false
    chosen += each.bytes
    return true
  })
}
