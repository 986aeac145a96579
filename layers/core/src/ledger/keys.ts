/** Keys of a hub's records in its ledger. */
export const ledgerKeys = {
  /** Runs of every task. */
  runs: 'runs/',
  /** Runs of a task, by slot. */
  runsOf: (task: string): string => `runs/${task}/`,
  /** What a continuous task last said. */
  verdictOf: (task: string): string => `verdicts/${task}`,
  /** Since when the hub is kept, and when each task last succeeded. */
  punctuality: 'punctuality',
  writeLease: 'leases/write',
  /** While there is one, nothing may write. */
  freeze: 'freeze',
  /** While there is one, retention deletes no backup. */
  hold: 'hold',
  /** Which tables are going to lose rows, and which losses were meant. */
  expectations: 'expectations',
  /** What people have signed of checklists. */
  signatures: 'signatures',
} as const
