import { HubkeeperError } from '../errors.ts'
import { describeStop } from '../findings/stops.ts'
import type { Ledger } from '../ledger/ledger.ts'

/** @throws HubkeeperError `frozen` while a freeze is in force in this ledger */
export async function refuseFrozen(ledger: Pick<Ledger, 'freeze'>): Promise<void> {
  const freeze = await ledger.freeze()
  if (freeze === null) return
  throw new HubkeeperError('frozen', `nothing may write: frozen ${describeStop(freeze)}`, {
    hint: 'thaw it when the reason is gone: hubkeeper thaw; with --deployed where the deployment on AWS is frozen',
  })
}
