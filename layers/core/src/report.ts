import * as z from 'zod'
import type { HubkeeperError } from './errors.ts'
import { units } from './ports/metrics.ts'
import { findingStatuses, type RunStatus, runStatuses, worse, worstOf } from './status.ts'

const moment = z.iso.datetime({ precision: 3 }).describe('ISO 8601, UTC, with milliseconds')
const amount = z.union([z.number(), z.string(), z.boolean(), z.null()])

/** One thing that a task looked at. */
export const findingSchema = z.strictObject({
  check: z.string().describe('id in the table of checks'),
  subject: z.string().nullable().describe('what tells apart findings of one check: an endpoint, a table'),
  status: z.enum(findingStatuses),
  title: z.string(),
  expected: amount,
  actual: amount,
  unit: z.enum(units).nullable(),
  advice: z.string().nullable().describe('what to do; null when there is nothing to do'),
  evidence: z.array(z.string()),
})

/** See {@link findingSchema}. */
export type Finding = z.infer<typeof findingSchema>

/** A named number that a task measured. */
export const figureSchema = z.strictObject({
  name: z.string(),
  subject: z.string().nullable(),
  value: z.number(),
  unit: z.enum(units),
})

/** See {@link figureSchema}. */
export type Figure = z.infer<typeof figureSchema>

/** Something that a run left behind: a backup, a restored file. */
export const artifactSchema = z.strictObject({
  kind: z.string(),
  key: z.string(),
  bytes: z.number().int().nullable(),
})

/** See {@link artifactSchema}. */
export type Artifact = z.infer<typeof artifactSchema>

/** What kept a task from its job. */
export const reportErrorSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  hint: z.string(),
})

/** Everything that one run of one task found, measured and made. */
export const reportSchema = z.strictObject({
  schema: z.literal(1),
  hub: z.string(),
  task: z.string(),
  run: z.string().describe('ULID'),
  scheduledFor: moment.nullable(),
  startedAt: moment,
  finishedAt: moment,
  pretendedAt: moment
    .optional()
    .describe('the moment that windows and ages counted from; absent where that was the time of the run'),
  status: z.enum(runStatuses),
  findings: z.array(findingSchema),
  figures: z.array(figureSchema),
  artifacts: z.array(artifactSchema),
  error: reportErrorSchema.nullable(),
})

/** See {@link reportSchema}. */
export type Report = z.infer<typeof reportSchema>

/** What `hubkeeper run --json` prints, for one task as for many. */
export const runSchema = z.strictObject({
  schema: z.literal(1),
  status: z.enum(runStatuses),
  startedAt: moment,
  finishedAt: moment,
  reports: z.array(reportSchema),
})

/** See {@link runSchema}. */
export type Run = z.infer<typeof runSchema>

/** A document that a run gives beside its report. */
export interface Attachment {
  /** Such as `findings.sarif`; without a slash. */
  readonly name: string
  readonly text: string
  /**
   * Kept in `reports/` itself, where other programs look for it by its name, and not beside the report; the task
   * `publishes` such names. One that is there already stays: the id of the run goes into the name then.
   *
   * @default false
   */
  readonly published?: true
}

/** What a task gives back; the runner makes the report of it. */
export interface TaskResult {
  readonly findings: readonly Finding[]
  readonly figures?: readonly Figure[]
  readonly artifacts?: readonly Artifact[]
  /** Kept beside the report. */
  readonly attachments?: readonly Attachment[]
  /** Of the findings, those that an earlier run told: they alert nobody again. */
  readonly known?: ReadonlySet<Finding>
  /**
   * What kept it from its job, where there is something to report all the same; counts as if thrown.
   *
   * @default nothing did
   */
  readonly failure?: HubkeeperError | null
}

/** The status of a report: the worst finding, or failed when there is an error. */
export const statusOf = (findings: readonly Finding[], error: Report['error']): RunStatus =>
  error === null ? worstOf(findings) : 'failed'

/** Bundles reports into a run. */
export function runOf(reports: readonly Report[], startedAt: Date, finishedAt: Date): Run {
  return {
    schema: 1,
    status: reports.map((report) => report.status).reduce(worse, 'ok'),
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    reports: [...reports],
  }
}

/** The JSON Schema of {@link Run}, for editors and other people's programs. */
export const runJsonSchema = (): object => z.toJSONSchema(runSchema, { target: 'draft-2020-12' })
