import type { DatabaseSync } from 'node:sqlite'
import type { DuplicateGroup, Duplicates } from '@hubkeeper/core'
import * as z from 'zod'
import type { Ledger } from './ledger.ts'

/** What rows must have in common, and how those that do are counted. */
interface Likeness {
  /** Columns of the ledger that are equal in all rows of a group. */
  readonly by: readonly string[]
  /** What is counted of them: a row each, or a different text each. */
  readonly counted: string
  readonly where: string
}

const exactly: Likeness = { by: ['kind', 'exact'], counted: 'count(*)', where: 'TRUE' }
const normalised: Likeness = {
  by: ['normal'],
  counted: 'count(DISTINCT exact)',
  where: 'normal IS NOT NULL',
}

const totals = z.object({ groups: z.number(), surplus: z.number() })
const whole = z.bigint().transform(Number)
const member = z.tuple([whole, whole, whole, z.bigint(), z.instanceof(Uint8Array)])

/** How much is listed at most. */
export interface GroupLimits {
  readonly examples: number
  readonly groups: number
}

/** Values that are there more than once, byte for byte. */
export const exactDuplicates = (database: DatabaseSync, ledger: Ledger, limits: GroupLimits): Duplicates =>
  duplicates(database, ledger, exactly, limits)

/** Texts that differ in case and space only; each counts once. */
export const normalisedDuplicates = (
  database: DatabaseSync,
  ledger: Ledger,
  limits: GroupLimits,
): Duplicates => duplicates(database, ledger, normalised, limits)

function duplicates(
  database: DatabaseSync,
  ledger: Ledger,
  { by, counted, where }: Likeness,
  { examples, groups }: GroupLimits,
): Duplicates {
  const columns = by.join(', ')
  database.exec(`
    CREATE TEMP TABLE hubkeeper_groups AS
      SELECT ${columns}, ${counted} AS members, min(ord) AS first FROM temp.hubkeeper_rows
      WHERE ${where} GROUP BY ${columns} HAVING members > 1;
    CREATE TEMP TABLE hubkeeper_listed (no INTEGER PRIMARY KEY, members INTEGER, ${columns}, UNIQUE (${columns}));
    INSERT INTO temp.hubkeeper_listed (members, ${columns})
      SELECT members, ${columns} FROM temp.hubkeeper_groups ORDER BY members DESC, first LIMIT ${groups};`)
  try {
    const { groups: count, surplus } = totals.parse(
      database
        .prepare(
          'SELECT count(*) AS groups, coalesce(sum(members - 1), 0) AS surplus FROM temp.hubkeeper_groups',
        )
        .get(),
    )
    return { groups: count, surplusRows: surplus, listed: listed(database, ledger, by, examples) }
  } finally {
    database.exec('DROP TABLE temp.hubkeeper_groups; DROP TABLE temp.hubkeeper_listed')
  }
}

/** The groups that are listed, with the first different rows of each that make it one. */
function listed(
  database: DatabaseSync,
  ledger: Ledger,
  by: readonly string[],
  examples: number,
): DuplicateGroup[] {
  // The few that are listed are looked up for each row, in the order in which rows were read.
  const statement = database.prepare(`
    SELECT l.no, l.members, r.bytes, r.ord, r.exact
    FROM temp.hubkeeper_rows AS r CROSS JOIN temp.hubkeeper_listed AS l
      ON ${by.map((column) => `l.${column} = r.${column}`).join(' AND ')} ORDER BY r.rowid`)
  statement.setReadBigInts(true)
  statement.setReturnArrays(true)
  const found = new Map<number, { rows: number; bytes: number; ords: bigint[]; seen: Set<string> }>()
  for (const row of statement.iterate()) {
    const [no, members, bytes, ord, exact] = member.parse(row)
    const group = found.get(no) ?? { rows: members, bytes, ords: [], seen: new Set<string>() }
    found.set(no, group)
    if (group.ords.length >= examples) continue
    const text = Buffer.from(exact).toString('base64')
    if (!by.includes('exact') && group.seen.has(text)) continue
    group.seen.add(text)
    group.ords.push(ord)
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([, { bytes, ords, rows }]) => ({ rows, bytes, examples: ords.map((ord) => ledger.rowAt(ord)) }))
}
