import type {
  ContentTable,
  ExaminationPart,
  InPlaceRequest,
  RowsRequest,
  SearchSource,
} from '@hubkeeper/core'
import { examinationParts } from '@hubkeeper/core/basics'
import * as z from 'zod'
import type { PlantStep } from '../drill/plant.ts'
import { analysisSchemas } from './analysis-results.ts'
import { count, duration, outcomeOf } from './outcome-schema.ts'

/** What a child process is asked to do; one job per process. */
export type Job =
  | {
      readonly kind: 'examine'
      readonly path: string
      readonly parts: readonly ExaminationPart[]
      /** Directory for a copy, where a check has to write. */
      readonly scratch: string
    }
  | {
      readonly kind: 'snapshot'
      readonly source: string
      readonly target: string
      readonly lockTimeout: number
    }
  | {
      readonly kind: 'compact'
      readonly path: string
      readonly target: string
      readonly searchIndexes: readonly string[]
      readonly rebuild?: readonly string[]
      readonly mend?: readonly SearchSource[]
      readonly analyze: boolean
    }
  | { readonly kind: 'rehearse'; readonly path: string }
  | { readonly kind: 'roll-back'; readonly path: string }
  | {
      readonly kind: 'maintain'
      readonly path: string
      /** Where its snapshots go. */
      readonly before: string
      readonly after: string
      readonly request: InPlaceRequest
      readonly lockTimeout: number
    }
  | {
      readonly kind: 'restore'
      readonly source: string
      readonly target: string
      readonly lockTimeout: number
    }
  | { readonly kind: 'cross-check'; readonly path: string }
  | { readonly kind: 'compare'; readonly before: string; readonly after: string }
  | {
      readonly kind: 'time'
      readonly path: string
      readonly sql: string
      readonly samples: number
      /** ms. */
      readonly timeLimit: number
    }
  | { readonly kind: 'guess'; readonly path: string }
  | {
      readonly kind: 'benchmark'
      readonly path: string
      readonly sql: string
      readonly samples: number
      readonly cold: boolean
      /** ms. */
      readonly timeLimit: number
      /** Rows of tables that were counted before, by name: counting takes time that is the statement’s. */
      readonly rows?: Readonly<Record<string, number>>
    }
  | { readonly kind: 'analysis'; readonly path: string }
  | { readonly kind: 'guess-content'; readonly path: string }
  | {
      readonly kind: 'profile'
      readonly path: string
      readonly table: ContentTable
      readonly maxRowBytes: number
      /** ISO 8601. */
      readonly staleBefore: string
      readonly aheadAfter?: string | undefined
      readonly examples: number
      readonly groups: number
      /** Say from time to time how far it is. */
      readonly progress: boolean
    }
  | {
      readonly kind: 'compare-search'
      readonly path: string
      /** Directory for a copy. */
      readonly scratch: string
      readonly sources: readonly SearchSource[]
      readonly limit: number
    }
  | {
      readonly kind: 'measure-search'
      readonly path: string
      /** With the search that was made in another version of the file; null: one that suits it. */
      readonly indexes: readonly { readonly index: string; readonly sql: string | null }[]
    }
  | { readonly kind: 'rehearse-rebuild'; readonly path: string; readonly indexes: readonly string[] }
  | {
      readonly kind: 'rows'
      readonly path: string
      readonly tables: readonly RowsRequest[]
      readonly maxRows: number
    }
  | {
      readonly kind: 'plant'
      readonly path: string
      readonly step: PlantStep
      readonly seed: number
    }

/** A job with the limits that the process keeps itself. */
export interface Assignment {
  readonly job: Job
  /** SQLite's heap, bytes. */
  readonly heapLimit: number
}

const structure = z.strictObject({
  bytes: count,
  pageSize: count,
  pageCount: count,
  freelistPages: count,
  journalMode: z.enum(['rollback', 'wal']),
  autoVacuum: z.enum(['none', 'full', 'incremental']),
  encoding: z.string(),
  userVersion: z.number().int(),
  applicationId: z.number().int(),
  tables: count,
  engineVersion: z.string(),
  writerVersion: z.string().nullable(),
  missing: z.array(z.string()),
})

const searchIndex = z.strictObject({
  name: z.string(),
  module: z.string(),
  content: z.enum(['own', 'external', 'contentless']),
  outcome: outcomeOf(z.string().nullable()),
})

const hazard = z.strictObject({
  name: z.string(),
  severity: z.enum(['warning', 'critical']),
  expected: z.string(),
  actual: z.string(),
  advice: z.string(),
})

const digest = z.strictObject({
  version: z.literal(1),
  value: z.string(),
  tables: z.array(z.strictObject({ name: z.string(), rows: count, digest: z.string() })),
})

const contents = z.strictObject({
  name: z.string(),
  payloadBytes: count,
  newest: z.strictObject({ column: z.string(), at: z.iso.datetime() }).nullable(),
})

const statistics = z.strictObject({
  tables: z.array(z.strictObject({ name: z.string(), rows: count, bytes: count, indexBytes: count })),
  reclaimableBytes: count,
  staleStatistics: z.array(z.string()),
  fragmentedSearchIndexes: z.array(z.string()),
})

/** What each part of an examination gives. */
export const partSchemas = {
  structure: outcomeOf(structure),
  integrity: outcomeOf(z.array(z.string())),
  'foreign-keys': outcomeOf(z.array(z.strictObject({ table: z.string(), parent: z.string(), rows: count }))),
  'search-indexes': outcomeOf(z.array(searchIndex)),
  hazards: outcomeOf(z.array(hazard)),
  digest: outcomeOf(digest),
  contents: outcomeOf(z.array(contents)),
  statistics: outcomeOf(statistics),
} as const satisfies Record<ExaminationPart, z.ZodType>

const step = z.strictObject({
  name: z.string(),
  locks: count,
  lockSeconds: duration,
  longestLockSeconds: duration,
  unfinished: z.string().nullable(),
})

const comparison = z.strictObject({
  name: z.string(),
  rowsBefore: count.nullable(),
  rowsAfter: count.nullable(),
  added: count,
  changed: count,
  lost: count,
  by: z.enum(['rowid', 'primary-key', 'position-less']),
})

const readRows = z.strictObject({
  table: z.string(),
  rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))).nullable(),
  tooMany: z.boolean(),
})

/** What the other jobs give, each under the name of its kind; a timed statement has a plan as well. */
export const resultSchemas = {
  snapshot: outcomeOf(z.strictObject({ pages: count })),
  compact: outcomeOf(
    z.strictObject({
      pages: count,
      notRebuilt: z.array(z.strictObject({ index: z.string(), reason: z.string() })),
    }),
  ),
  rehearse: outcomeOf(
    z.strictObject({ bytes: count, lockSeconds: duration, renumbers: z.array(z.string()) }),
  ),
  'roll-back': outcomeOf(z.strictObject({ pages: count })),
  maintain: outcomeOf(
    z.strictObject({ foreignCommits: count.nullable(), steps: z.array(step), walBytes: count }),
  ),
  restore: outcomeOf(z.strictObject({ pages: count })),
  'cross-check': outcomeOf(
    z.strictObject({
      engineVersion: z.string(),
      integrity: z.array(z.string()),
      digest: z.string(),
      seconds: duration,
    }),
  ),
  compare: outcomeOf(z.array(comparison)),
  time: outcomeOf(z.strictObject({ first: duration, repeated: z.array(duration), rows: count })),
  plan: outcomeOf(z.array(z.string())),
  guess: outcomeOf(z.array(z.strictObject({ name: z.string(), sql: z.string() }))),
  rows: outcomeOf(z.array(readRows)),
  plant: outcomeOf(z.string()),
  ...analysisSchemas,
} as const

/** How far a child is, as it says from time to time. */
export const progressSchema = z.strictObject({ rows: count, of: count })

/** The name of a line that says so. */
export const progressName = 'progress'

/** One line from the child: a part, how far it is, or the result of the whole job. */
export interface Line {
  readonly name: string
  readonly outcome: unknown
  /** How long it took, seconds. */
  readonly seconds: number
}

/** A {@link Line} as it comes from a process that a hostile file may have taken over. */
export const lineSchema = z.strictObject({
  name: z.enum([...examinationParts, ...Object.keys(resultSchemas), progressName]),
  outcome: z.unknown(),
  seconds: duration,
})
