import * as z from 'zod'

const count = z.number().int().nonnegative()
const bytes = count.describe('bytes')
const time = z.number().nonnegative().describe('seconds')

const runTimes = z
  .strictObject({ samples: count, p50: time, p95: time })
  .nullable()
  .describe('null where it was too slow, or could not be run')

const table = z.strictObject({
  name: z.string(),
  rows: count,
  bytes,
  index_bytes: bytes.describe('bytes of all of its indexes'),
  bytes_before: bytes.nullable().describe('bytes without indexes at the analysis before; null where unknown'),
})

const metrics = z.strictObject({
  database_size: bytes.nullable().describe('bytes of a snapshot; null where none could be taken'),
  search_index_size: bytes.describe(
    'bytes of the files of searchIndex.files; full-text tables are in database_size',
  ),
  log_files_count: count.nullable().describe('live and rotated logs; null where they are a log group'),
  backup_files_count: count.describe('copies of the database, and the files that are kept with them'),
  database_files_size: bytes
    .nullable()
    .describe(
      'bytes of its file with the write-ahead log or journal beside it; null where they cannot be seen',
    ),
  search_index_files_count: count,
  log_files_size: bytes.nullable(),
  backups_count: count.describe('whole backups'),
  backup_files_size: bytes,
  stray_backups_count: count.describe('what lies among the backups and is no whole one'),
  stray_backups_size: bytes,
  reclaimable_size: bytes.nullable().describe('bytes that VACUUM is likely to give back'),
  tables: z
    .array(table)
    .nullable()
    .describe('greatest first; full-text tables with all that belongs to them'),
  vanished_tables: z.array(z.string()).describe('of the largest at the analysis before, those that are gone'),
  disks: z.array(z.strictObject({ path: z.string(), total_bytes: count, free_bytes: count })),
  memory: z
    .strictObject({ total_bytes: count, available_bytes: count, source: z.string() })
    .nullable()
    .describe('null where the hub’s machine cannot be seen'),
})

const statement = z.strictObject({
  name: z.string(),
  guessed: z.boolean(),
  rows: count.nullable(),
  cold: runTimes,
  warm: runTimes,
  full_scans: z.array(z.strictObject({ table: z.string(), rows: count })),
  automatic_indexes: count,
  missing_indexes: z.array(
    z.strictObject({ table: z.string(), columns: z.array(z.string()), sql: z.string() }),
  ),
})

const endpoint = z.strictObject({
  path: z.string(),
  requests: count,
  failures: count,
  p50: time.nullable(),
  p95: time.nullable(),
})

const trend = z.strictObject({
  figure: z.string(),
  subject: z.string().nullable(),
  unit: z.string(),
  latest: z.number().nullable().describe('median of the last 30 days; null where there are too few readings'),
  latest_readings: count,
  before: z.number().nullable().describe('median of the 90 days before'),
  before_readings: count,
  change_percent: z.number().nullable(),
})

/** `reports/monthly_performance_YYYYMMDD.json`. */
const monthlyPerformanceSchema = z.strictObject({
  schema: z.literal(1),
  date: z.iso.datetime({ precision: 3 }).describe('ISO 8601, UTC'),
  type: z.literal('monthly_performance'),
  hub: z.string(),
  run: z.string().describe('ULID'),
  metrics,
  statements: z.array(statement),
  endpoints: z.array(endpoint),
  trends: z.array(trend),
})

/** See {@link monthlyPerformanceSchema}. */
export type MonthlyPerformance = z.output<typeof monthlyPerformanceSchema>

/** Reads such a document. @throws z.ZodError for one that is none */
export const parseMonthlyPerformance = (value: unknown): MonthlyPerformance =>
  monthlyPerformanceSchema.parse(value)

/** The JSON Schema of {@link MonthlyPerformance}. */
export const monthlyPerformanceJsonSchema = (): object =>
  z.toJSONSchema(monthlyPerformanceSchema, { target: 'draft-2020-12' })
