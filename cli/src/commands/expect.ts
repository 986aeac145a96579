import {
  type Backup,
  days,
  type Expectation,
  type Expectations,
  expectationSchema,
  expectationUses,
  isProven,
  UsageError,
  type Use,
} from '@hubkeeper/core'
import type { Command } from 'commander'
import { type CommonOptions, parseMoment } from '../options.ts'
import { thisAccount } from '../owner.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type LedgerOptions, withChosenHub, withLedgerOptions } from './deployed-ledger.ts'
import { showStatement, statementOf } from './statement.ts'

interface ExpectOptions extends LedgerOptions {
  readonly rows: readonly Announced[]
  readonly reason?: string
  readonly by: string
  readonly until?: Date
  readonly force?: boolean
  readonly list?: boolean
  readonly clear?: boolean
}

/** A table with the share of its rows that it may lose, percent. */
interface Announced {
  readonly table: string
  readonly percent: number
}

/** How long an expectation holds unless another end is said, ms. */
const usualTime = days(7)
/** How far ahead it may end: what fulfilled it has to be remembered for as long, ms. */
const longestTime = days(60)
/** How long what was said is remembered: as far back as content is judged by, ms. */
const memory = days(100)

/** `hubkeeper expect`. */
export function registerExpect(program: Command, terminal: Terminal): void {
  withLedgerOptions(program.command('expect'))
    .description('say beforehand that tables will lose rows, so that the next backup counts')
    .option(
      '--rows <table=-percent%>',
      'how much a table may lose at most: TABLE=-40%, or TABLE=gone; may be given several times',
      (text: string, before: readonly Announced[]) => [...before, announced(text)],
      [],
    )
    .option('--reason <text>', 'why, for who wonders')
    .option('--by <name>', 'who says so', thisAccount().user)
    .option('--until <time>', 'how long it holds (default: 7 days)', parseMoment)
    .option('--force', 'also of a table that no backup holds')
    .option('--list', 'what is expected, and what came true')
    .option('--clear', 'expect nothing any more')
    .addHelpText(
      'after',
      `
Examples:
  hubkeeper expect --rows articles=-40% --reason "articles of 2019 are archived"
  hubkeeper expect --rows drafts=gone --rows comments=-100% --until 2026-12-01T06:00:00Z
  hubkeeper expect --list
  hubkeeper expect --rows drafts=gone --deployed

It is used up by the next backup with such a loss: what vanishes after that is a finding again.`,
    )
    .action((options: ExpectOptions) => act(options, terminal))
}

async function act(options: ExpectOptions, terminal: Terminal): Promise<void> {
  const wanted = [options.rows.length > 0, options.list === true, options.clear === true].filter(Boolean)
  if (wanted.length !== 1) {
    throw new UsageError('say what is expected, or one of --list and --clear', {
      hint: 'such as hubkeeper expect --rows articles=-40% --reason "archived"',
    })
  }
  await withExpectations(options, async (expectations) => {
    if (options.list === true) return list(expectations, options, terminal)
    return options.clear === true
      ? clear(expectations, options, terminal)
      : add(expectations, options, terminal)
  })
}

/** What is expected of a hub, wherever that is kept. */
interface KnownExpectations {
  readonly hub: string
  readonly now: Date
  readonly backups: readonly Backup[]
  /** Each with the backup that used it up. */
  uses(): Promise<readonly Use[]>
  update(change: (current: Expectations) => Expectations): Promise<Expectations>
}

const withExpectations = (
  options: ExpectOptions,
  use: (expectations: KnownExpectations) => Promise<void>,
): Promise<void> =>
  withChosenHub(options, ({ hub, ledger, now: clock, withBackups }) =>
    withBackups(async (backups) => {
      const stored = (await backups.list()).backups
      const now = clock()
      await use({
        hub: hub.id,
        now,
        backups: stored,
        uses: async () => expectationUses(await ledger.expectations(), stored, hub.thresholds, now),
        update: ledger.updateExpectations,
      })
    }),
  )

async function add(known: KnownExpectations, options: ExpectOptions, terminal: Terminal): Promise<void> {
  if (options.force !== true) refuseUnknown(known, options.rows)
  const since = known.now
  const until = options.until ?? new Date(since.getTime() + usualTime)
  if (until <= since || until.getTime() > since.getTime() + longestTime) {
    throw new UsageError(`--until: ${until.toISOString()} is not within the next 60 days`, {
      hint: 'say it again shortly before it happens',
    })
  }
  const expected = options.rows.map(({ percent, table }) =>
    statementOf(expectationSchema, {
      table,
      percent,
      by: options.by,
      reason: options.reason ?? null,
      since: since.toISOString(),
      until: until.toISOString(),
    }),
  )
  await known.update((current) => ({
    accepted: current.accepted.filter(({ at }) => isRecent(at, since)),
    // What was said of a table before is replaced; what came true of it is remembered.
    expected: [
      ...current.expected
        .filter((other) => isRecent(other.until, since))
        .map((other) => (expected.some(({ table }) => table === other.table) ? ended(other, since) : other)),
      ...expected,
    ],
  }))
  showStatement(terminal, options, { hub: known.hub, expected }, expected.map(said))
}

async function list(known: KnownExpectations, options: CommonOptions, terminal: Terminal): Promise<void> {
  const uses = await known.uses()
  const shown = uses.map(({ expectation, usedBy }) => ({
    ...expectation,
    usedBy: usedBy?.backup ?? null,
    open: isOpen({ expectation, usedBy }, known.now),
  }))
  const line = (use: Use): string =>
    use.usedBy !== null
      ? `${said(use.expectation)}: used up by ${use.usedBy.backup}`
      : isOpen(use, known.now)
        ? said(use.expectation)
        : `${said(use.expectation)}: over`
  const lines = uses.length === 0 ? [`${known.hub}: no table is expected to lose rows`] : uses.map(line)
  showStatement(terminal, options, { hub: known.hub, expected: shown }, lines)
}

async function clear(known: KnownExpectations, options: CommonOptions, terminal: Terminal): Promise<void> {
  const open = (await known.uses()).filter((use) => isOpen(use, known.now))
  await known.update((current) => ({
    ...current,
    expected: current.expected.map((other) => ended(other, known.now)),
  }))
  const cleared = open.map(({ expectation }) => expectation)
  const lines = cleared.map((expectation) => `${said(expectation)}: not any more`)
  showStatement(terminal, options, { hub: known.hub, cleared }, [
    ...(lines.length === 0 ? [`${known.hub}: no table was expected to lose rows`] : lines),
  ])
}

const isOpen = ({ expectation: { until }, usedBy }: Use, now: Date): boolean =>
  usedBy === null && now < new Date(until)

const isRecent = (time: string, now: Date): boolean => Date.parse(time) > now.getTime() - memory

/** An expectation that holds no longer than now. */
const ended = (expectation: Expectation, now: Date): Expectation =>
  now < new Date(expectation.until) ? { ...expectation, until: now.toISOString() } : expectation

const said = ({ by, percent, reason, table, until }: Expectation): string =>
  `${table} may lose ${percent === 100 ? 'all of its rows' : `up to ${percent} % of its rows`} until ${until}, says ${by}${reason === null ? '' : `: ${reason}`}`

/** @throws UsageError with the names that there are */
function refuseUnknown({ backups }: KnownExpectations, rows: readonly Announced[]): void {
  const tables =
    backups
      .filter(isProven)
      .at(-1)
      ?.certificate?.tables.map(({ name }) => name) ?? null
  if (tables === null) {
    throw new UsageError('there is no proven backup yet, so no table can lose anything', {
      hint: 'make one: hubkeeper backup, or on AWS hubkeeper invoke backup; or say it all the same with --force',
    })
  }
  const unknown = rows.filter(({ table }) => !tables.includes(table)).map(({ table }) => table)
  if (unknown.length === 0) return
  throw new UsageError(`the newest proven backup holds no table ${unknown.join(', ')}`, {
    hint: `it holds ${tables.join(', ')}; or say it all the same with --force`,
  })
}

/** `articles=-40%` or `articles=gone`. @throws UsageError */
function announced(text: string): Announced {
  const match = /^(.+)=(?:-(\d{1,3}(?:\.\d+)?)%|(gone))$/.exec(text)
  const table = match?.[1]
  const percent = match?.[3] === undefined ? Number(match?.[2]) : 100
  if (table !== undefined && percent > 0 && percent <= 100) return { table, percent }
  throw new UsageError(`--rows ${text}: that is no loss of a table`, {
    hint: 'write it as --rows articles=-40% or --rows articles=gone',
  })
}
