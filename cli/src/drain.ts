import { setTimeout } from 'node:timers/promises'
import { type Lease, type Ledger, minutes, seconds } from '@hubkeeper/core'

/**
 * Longer than any claim lives without renewal, also that of a function on AWS, which has fifteen minutes:
 * who still writes then is at work, not dead, ms.
 */
export const drainLimit = minutes(30)

const pollInterval = seconds(1)

/** Waits at most `limit` ms until nobody changes the hub; gives who still does then, null when nobody. */
export async function drain(
  ledger: Pick<Ledger, 'writer'>,
  limit: number,
  onWait: (writer: Lease) => void,
): Promise<Lease | null> {
  const deadline = Date.now() + limit
  let told = false
  for (;;) {
    const writer = await ledger.writer()
    if (writer === null || Date.now() >= deadline) return writer
    if (!told) onWait(writer)
    told = true
    await setTimeout(pollInterval)
  }
}
