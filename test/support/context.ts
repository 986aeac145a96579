import { type BaseContext, type Freeze, type LedgerReader, noExpectations } from '@hubkeeper/core'

/** What a task receives besides its ports, at a moment of the test’s. */
export const contextOf = (
  hub: BaseContext['hub'],
  at: Date,
  changes: Partial<BaseContext> = {},
): BaseContext => ({
  hub,
  run: 'r',
  slot: 'r',
  scheduledFor: null,
  at,
  now: () => at,
  dryRun: false,
  deletionRefused: null,
  progress: { step: () => {} },
  ...changes,
})

/** A ledger in which nothing is overdue and nothing frozen; with a hold where one is asked for. */
export const quietLedger = (hold: () => Promise<Freeze | null> = async () => null): LedgerReader => ({
  punctuality: async () => [],
  freeze: async () => null,
  hold,
  expectations: async () => noExpectations,
})
