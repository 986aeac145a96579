import fc from 'fast-check'

/** What a keeper is asked to do. */
export interface Order {
  readonly task: string
  readonly input: Readonly<Record<string, boolean | string>>
  /** For the one slot that both keepers have; else by hand. */
  readonly scheduled: boolean
}

/** How a call goes wrong: nothing happened, or it did and nobody is told. */
export type FaultKind = 'before' | 'after' | 'refused' | 'refused-after'

/** What happens next. */
export type Turn =
  | { readonly kind: 'go'; readonly who: number; readonly calls: number }
  | { readonly kind: 'hub'; readonly commits: number }
  | { readonly kind: 'fault'; readonly keeper: number; readonly skip: number; readonly fault: FaultKind }
  | { readonly kind: 'crash'; readonly keeper: number }
  | { readonly kind: 'time'; readonly seconds: number }
  | { readonly kind: 'freeze' }
  | { readonly kind: 'thaw' }

/** One play: who does what, in which order, and what goes wrong. */
export interface Scenario {
  readonly keepers: readonly (readonly Order[])[]
  readonly turns: readonly Turn[]
  /** Proven backups that there are before anything happens, a day apart. */
  readonly begun: number
  /** Whether others notice at once that a keeper has died, or wait until its lease ends. */
  readonly deathsAreNoticed: boolean
  /** Journal mode of a live database. */
  readonly wal: boolean
}

const order: fc.Arbitrary<Order> = fc
  .record({
    task: fc.constantFrom('backup', 'database-maintenance', 'restore-backup', 'cleanup'),
    input: fc.constant({}),
    scheduled: fc.boolean(),
  })
  .chain(({ scheduled, task }) => {
    const inputs: Record<string, Order['input'][]> = {
      backup: [{}, { force: true }],
      'database-maintenance': [{}, { force: true }, { force: true, analyze: true }],
      'restore-backup': [{}, {}, { undo: true }],
    }
    return fc.constantFrom(...(inputs[task] ?? [{}])).map((input) => ({ task, input, scheduled }))
  })

const orders = fc.array(order, { minLength: 1, maxLength: 3 })
const keeper = fc.nat(1)

const turn: fc.Arbitrary<Turn> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('go' as const),
      who: keeper,
      calls: fc.integer({ min: 1, max: 40 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('hub' as const), commits: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      keeper,
      skip: fc.nat(30),
      fault: fc.constantFrom<FaultKind>('before', 'after', 'refused', 'refused-after'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), keeper }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      seconds: fc.constantFrom(20, 70, 600, 100_000),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'freeze' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'thaw' as const }) },
)

/** Any play of two keepers beside a hub. */
export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  keepers: fc.tuple(orders, orders),
  turns: fc.array(turn, { maxLength: 40, size: 'max' }),
  begun: fc.constantFrom(0, 1, 1, 1, 4),
  deathsAreNoticed: fc.boolean(),
  wal: fc.boolean(),
})
