import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { ContentFigures, ContentRows, Outcome, TypeProfile } from '@hubkeeper/core'
import { openHostile, scalar } from '../engine/connection.ts'
import { failedWith, sniff } from '../engine/fault.ts'
import type { Job } from '../engine/protocol.ts'
import { gather } from './gather.ts'
import { exactDuplicates, normalisedDuplicates } from './groups.ts'
import type { Ledger } from './ledger.ts'
import { type FoundTable, findTable } from './table.ts'
import type { Found, Tallies } from './tallies.ts'
import type { Encoding } from './text.ts'
import { sharedLengths } from './truncated.ts'

type ProfileJob = Extract<Job, { kind: 'profile' }>

/** A scan from end to end needs few pages, and what it keeps is sorted on disk, KiB. */
const cacheKiB = 32 * 1024
/** No row of a table takes less of a file, bytes: its size, its rowid, and where it lies in its page. */
const leastRowBytes = 4
/** Types that are listed. */
const mostTypes = 200

/** What is told of how far it is: rows read, of how many. */
export type TellProgress = (rows: number, of: number) => Promise<void>

/** What the content of one table of a file at rest is like. */
export async function profile(
  job: ProfileJob,
  heapLimit: number,
  tell: TellProgress,
): Promise<Outcome<ContentFigures>> {
  const { path } = job
  const fault = sniff(path)
  if (fault !== null) return { state: 'fault', fault }
  try {
    const database = openHostile(path, { readOnly: true, immutable: true, heapLimit, cacheKiB })
    try {
      const found = findTable(database, job.table)
      if (found.state !== 'done') return found
      return { state: 'done', value: await figuresOf(database, found.value, job, tell) }
    } finally {
      database.close()
    }
  } catch (error) {
    return failedWith(error, path)
  }
}

async function figuresOf(
  database: DatabaseSync,
  table: FoundTable,
  job: ProfileJob,
  tell: TellProgress,
): Promise<ContentFigures> {
  const { examples, groups, maxRowBytes } = job
  const encoding = encodingOf(database)
  const of = job.progress ? scalar(database, `SELECT count(*) FROM ${table.from}`, 'number') : 0
  const { ledger, tallies } = await gather(
    database,
    table,
    encoding,
    statSync(job.path).size / leastRowBytes,
    {
      maxRowBytes,
      staleBefore: Date.parse(job.staleBefore),
      aheadAfter: job.aheadAfter === undefined ? Number.POSITIVE_INFINITY : Date.parse(job.aheadAfter),
      examples,
      progress: (rows) => (job.progress ? tell(rows, of) : Promise.resolve()),
    },
  )
  const rows = rowsWith(ledger)
  const { cutOff, truncated } = sharedLengths(database, ledger, { encoding, examples, maxRowBytes })
  return {
    rows: tallies.rows,
    ...typesIn(tallies),
    stored: tallies.stored,
    empty: {
      null: rows(tallies.empty.null),
      empty: rows(tallies.empty.empty),
      whitespace: rows(tallies.empty.whitespace),
    },
    exact: exactDuplicates(database, ledger, { examples, groups }),
    normalised: normalisedDuplicates(database, ledger, { examples, groups }),
    oversized: rows(tallies.oversized),
    unread: rows(tallies.unread),
    uncompared: tallies.uncompared,
    truncated,
    oversizedOrCut: tallies.oversized.rows + cutOff,
    encoding: {
      invalid: rows(tallies.encoding.invalid),
      nul: rows(tallies.encoding.nul),
      replacement: rows(tallies.encoding.replacement),
      mojibake: rows(tallies.encoding.mojibake),
    },
    badlyEncoded: tallies.troubled,
    stale: table.source.updated === undefined ? null : staleIn(tallies, rows),
  }
}

function encodingOf(database: DatabaseSync): Encoding {
  const encoding = scalar(database, 'PRAGMA encoding', 'string')
  return encoding === 'UTF-16le' || encoding === 'UTF-16be' ? encoding : 'UTF-8'
}

const rowsWith =
  (ledger: Ledger) =>
  ({ first, rows }: Found): ContentRows => ({ rows, examples: first.map((ord) => ledger.rowAt(ord)) })

const mean = (sum: number, count: number): number | null => (count === 0 ? null : sum / count)

function typesIn({ otherTypes, types }: Tallies): Pick<ContentFigures, 'types' | 'otherTypes'> {
  const all = [...types]
    .map(
      ([type, { bytes, characters, empty, measured, present, rows }]): TypeProfile => ({
        type,
        rows,
        empty,
        averageCharacters: mean(characters, measured),
        averageBytes: mean(bytes, present),
      }),
    )
    .sort((a, b) => b.rows - a.rows || compareTypes(a.type, b.type))
  const left = all.slice(mostTypes).reduce((sum, { rows }) => sum + rows, 0)
  return { types: all.slice(0, mostTypes), otherTypes: otherTypes + left }
}

const compareTypes = (a: string | null, b: string | null): number =>
  (a ?? '') === (b ?? '') ? 0 : (a ?? '') < (b ?? '') ? -1 : 1

function staleIn(tallies: Tallies, rows: (found: Found) => ContentRows): ContentFigures['stale'] {
  const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())
  return {
    stale: rows(tallies.stale),
    ahead: rows(tallies.ahead),
    unclear: rows(tallies.unclear),
    undated: tallies.undated,
    oldest: iso(tallies.oldest),
    newest: iso(tallies.newest),
  }
}
