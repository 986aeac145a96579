import type { Expectations } from './expectations.ts'
import type { Ledger } from './ledger.ts'
import type { ExpectedTask, Punctuality } from './overdue.ts'
import type { Freeze } from './record.ts'
import type { Signature } from './signatures.ts'

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

/** `ledger: 'review'`. */
export interface LedgerReviewer extends LedgerReader {
  /** What is expected to run, in the order in which a cadence runs it. */
  readonly tasks: readonly ExpectedTask[]
  /** What people have signed of checklists, oldest first; one small record. */
  signatures(): Promise<readonly Signature[]>
}

/** What every task may read of a ledger that may read any of it. */
export const readerOf = ({ expectations, freeze, hold, punctuality }: Ledger): LedgerReader => ({
  expectations,
  freeze,
  hold,
  punctuality,
})

/** What of a ledger a task has at a level of access. */
export function ledgerAt(
  ledger: Ledger,
  level: 'read' | 'hold' | 'review',
): LedgerReader | LedgerHolder | LedgerReviewer {
  const reader = readerOf(ledger)
  switch (level) {
    case 'read':
      return reader
    case 'hold':
      return { ...reader, placeHold: ledger.placeHold }
    case 'review':
      return { ...reader, tasks: ledger.tasks, signatures: ledger.signatures }
  }
}
