import type { Expectations } from './expectations.ts'
import type { Ledger } from './ledger.ts'
import type { Punctuality } from './overdue.ts'
import type { Freeze } from './record.ts'

/** `ledger: 'read'`. */
export interface LedgerReader {
  /** How every task of a daily or rarer cadence stands against its schedule; one small record. */
  punctuality(at: Date): Promise<readonly Punctuality[]>
  /** What keeps every task from writing; null when nothing does. */
  freeze(): Promise<Freeze | null>
  /** What keeps retention from deleting backups; null when nothing does. */
  hold(): Promise<Freeze | null>
  /** What people have said of content that is gone, or will be; one small record. */
  expectations(): Promise<Expectations>
}

/** `ledger: 'hold'`. */
export interface LedgerHolder extends LedgerReader {
  /** Puts a hold on retention where there is none; false where there was one already. */
  placeHold(hold: Freeze): Promise<boolean>
}

/** What of a ledger a task may read. */
export const readerOf = ({ expectations, freeze, hold, punctuality }: Ledger): LedgerReader => ({
  expectations,
  freeze,
  hold,
  punctuality,
})

/** What of a ledger a task has at a level of access. */
export const ledgerAt = (ledger: Ledger, level: 'read' | 'hold'): LedgerReader | LedgerHolder =>
  level === 'hold' ? { ...readerOf(ledger), placeHold: ledger.placeHold } : readerOf(ledger)
