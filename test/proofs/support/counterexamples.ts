import type { Scenario } from './scenario.ts'

const backup = { task: 'backup', input: {}, scheduled: false }
const restore = { task: 'restore-backup', input: {}, scheduled: true }

/** Plays that once contradicted the model, as small as they got. */
export const counterexamples: readonly Scenario[] = [
  // The hub commits while a backup that is to be confirmed is read back: it is not current any more.
  {
    keepers: [[backup, backup], [backup]],
    turns: [
      { kind: 'go', who: 0, calls: 20 },
      { kind: 'go', who: 0, calls: 23 },
      { kind: 'hub', commits: 2 },
    ],
    begun: 0,
    deathsAreNoticed: false,
    wal: false,
  },
  // The hub commits between a restore’s first look and its safety copy.
  {
    keepers: [[backup], [restore]],
    turns: [
      { kind: 'go', who: 1, calls: 13 },
      { kind: 'hub', commits: 1 },
    ],
    begun: 1,
    deathsAreNoticed: false,
    wal: false,
  },
]
