import {
  createLedger,
  type HubConfig,
  type Ledger,
  ledgerPrefix,
  type ObjectStore,
  objectRecords,
} from '@hubkeeper/core'

/** The ledger of a hub in the deployment's bucket, as its functions keep it. */
export const deployedLedger = (
  store: ObjectStore,
  { id, timeZone }: HubConfig & { readonly id: string },
): Ledger =>
  createLedger({
    records: objectRecords({ store, prefix: ledgerPrefix }),
    namespace: '',
    hub: id,
    timeZone,
    // What is overdue is told by the functions.
    tasks: [],
    now: () => new Date(),
  })
