import { type ExaminationPart, examinationParts, type InPlaceRequest } from '@hubkeeper/core'
import * as z from 'zod'
import type { PlantStep } from '../drill/plant.ts'

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

const fault = z.strictObject({
  kind: z.enum([
    'missing',
    'empty',
    'not-a-database',
    'corrupt',
    'locked',
    'no-access',
    'no-space',
    'hot-journal',
    'needs-extension',
    'other',
  ]),
  message: z.string(),
  missing: z.array(z.string()),
})

/** An outcome of `value`, as it comes from a process that a hostile file may have taken over. */
const outcomeOf = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('done'), value }),
    z.strictObject({ state: z.literal('fault'), fault }),
    z.strictObject({
      state: z.literal('stopped'),
      by: z.enum(['time-limit', 'memory-limit', 'crash']),
      detail: z.string(),
    }),
    z.strictObject({ state: z.literal('skipped'), reason: z.string() }),
  ])

const count = z.number().int().nonnegative()

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

const duration = z.number().nonnegative()

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

/** What the other jobs give, each under the name of its kind; a timed statement has a plan as well. */
export const resultSchemas = {
  snapshot: outcomeOf(z.strictObject({ pages: count })),
  compact: outcomeOf(z.strictObject({ pages: count })),
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
  plant: outcomeOf(z.string()),
} as const

/** One line from the child: a part, or the result of the whole job. */
export interface Line {
  readonly name: string
  readonly outcome: unknown
  /** How long it took, seconds. */
  readonly seconds: number
}

/** A {@link Line} as it comes from a process that a hostile file may have taken over. */
export const lineSchema = z.strictObject({
  name: z.enum([...examinationParts, ...Object.keys(resultSchemas)]),
  outcome: z.unknown(),
  seconds: duration,
})
