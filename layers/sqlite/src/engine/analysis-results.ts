import * as z from 'zod'
import { count, duration, outcomeOf } from './outcome-schema.ts'

const rows = z.strictObject({
  rows: count,
  examples: z.array(z.strictObject({ id: z.string(), title: z.string().nullable() })),
})

const duplicates = z.strictObject({
  groups: count,
  surplusRows: count,
  listed: z.array(rows.extend({ bytes: count })),
})

const contentTable = z.strictObject({
  table: z.string(),
  content: z.string(),
  type: z.string().optional(),
  title: z.string().optional(),
  updated: z.string().optional(),
})

const mean = z.number().nonnegative().nullable()
const instant = z.iso.datetime().nullable()

const contentFigures = z.strictObject({
  rows: count,
  types: z.array(
    z.strictObject({
      type: z.string().nullable(),
      rows: count,
      empty: count,
      averageCharacters: mean,
      averageBytes: mean,
    }),
  ),
  otherTypes: count,
  stored: z.strictObject({ text: count, blob: count, number: count }),
  empty: z.strictObject({ null: rows, empty: rows, whitespace: rows }),
  exact: duplicates,
  normalised: duplicates,
  oversized: rows,
  unread: rows,
  uncompared: count,
  truncated: z.array(rows.extend({ length: count, unit: z.enum(['characters', 'bytes']), endWithin: count })),
  oversizedOrCut: count,
  encoding: z.strictObject({ invalid: rows, nul: rows, replacement: rows, mojibake: rows }),
  badlyEncoded: count,
  stale: z
    .strictObject({
      stale: rows,
      ahead: rows,
      unclear: rows,
      undated: count,
      oldest: instant,
      newest: instant,
    })
    .nullable(),
})

const searchSource = z.strictObject({
  index: z.string(),
  table: z.string(),
  columns: z.record(z.string(), z.string()),
  key: z.string().optional(),
})

const keyed = z.strictObject({ rows: count, keys: z.array(z.string()) })

const searchComparison = z.strictObject({
  index: z.string(),
  module: z.string(),
  content: z.enum(['own', 'external', 'contentless']),
  source: searchSource.nullable(),
  knownBy: z.enum(['index', 'request', 'guess']).nullable(),
  outcome: outcomeOf(
    z.strictObject({
      indexRows: count,
      sourceRows: count,
      missing: keyed,
      extra: keyed,
      different: keyed,
      incomplete: z.string().nullable(),
    }),
  ),
  unsearchable: z.string().optional(),
})

const measuredSearch = z.strictObject({
  index: z.string(),
  /** Why it is never rebuilt, in words; null where it may be. */
  refused: z.string().nullable(),
  bytes: count.nullable(),
  sql: z.string().nullable(),
  seconds: duration.nullable(),
})

const times = z.strictObject({ samples: count, p50: duration, p95: duration }).nullable()

const plan = z.strictObject({
  plan: z.array(z.string()),
  fullScans: z.array(z.strictObject({ table: z.string(), rows: count })),
  automaticIndexes: z.array(z.string()),
  missingIndexes: z.array(
    z.strictObject({ table: z.string(), columns: z.array(z.string()), sql: z.string() }),
  ),
})

/** What the jobs of an analysis give, each under the name of its kind; a benchmark has a plan as well. */
export const analysisSchemas = {
  benchmark: outcomeOf(z.strictObject({ first: duration, cold: times, warm: times, rows: count })),
  'benchmark-plan': outcomeOf(plan),
  analysis: outcomeOf(
    z.array(
      z.strictObject({
        table: z.string(),
        rows: count,
        indexed: z.boolean(),
        analysedRows: count.nullable(),
        stale: z.boolean(),
      }),
    ),
  ),
  'guess-content': outcomeOf(z.array(contentTable)),
  profile: outcomeOf(contentFigures),
  'compare-search': outcomeOf(z.array(searchComparison)),
  'measure-search': outcomeOf(z.array(measuredSearch)),
  'rehearse-rebuild': outcomeOf(
    z.array(
      z.strictObject({
        index: z.string(),
        lockSeconds: duration.nullable(),
        diskBytes: count,
        refused: z.string().nullable(),
      }),
    ),
  ),
} as const

/** What a search in an index costs, and what the index takes. */
export type MeasuredSearch = z.output<typeof measuredSearch>

/** What the plan of a statement says. */
export type StatementPlan = z.output<typeof plan>
