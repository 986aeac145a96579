import { risks } from '@hubkeeper/review'
import * as z from 'zod'

const moment = z.iso.datetime({ precision: 3 }).describe('ISO 8601, UTC')
const orNothing = moment.nullable()

const rate = z.strictObject({
  value: z.number().describe('of the unit, a day'),
  low: z.number().describe('lower end of the 95 % interval'),
  high: z.number(),
})

const growth = z.strictObject({
  of: z.string(),
  kind: z.enum(['table', 'file']),
  bytes: z.number(),
  rows: z.number().nullable(),
  perDay: rate.nullable().describe('bytes; null where there are too few readings'),
  dropped: z.array(moment).optional().describe('when the size changed at once: no part of its growth'),
  growing: z
    .strictObject({ before: z.number(), now: z.number() })
    .nullable()
    .optional()
    .describe('bytes a day in the older and the newer half of the time, where growth changed'),
})

const limit = z.strictObject({
  name: z.string(),
  unit: z.string(),
  ofDatabase: z
    .boolean()
    .optional()
    .describe('now and limit are sizes of the database, not of what the name says'),
  now: z.number().nullable(),
  limit: z.number().nullable(),
  because: z.string(),
  expected: orNothing.describe('when it is reached; null: not within ten years, or not known'),
  earliest: orNothing.describe('by the upper end of the 95 % interval'),
  latest: orNothing.describe('by its lower end'),
  twice: z
    .boolean()
    .nullable()
    .describe('whether twice as much fits; null where that is not known, and of a share of a disk'),
  tenTimes: z.boolean().nullable(),
})

const availability = z.strictObject({
  from: moment,
  to: moment,
  known: z.number().describe('share (0–1) of the time of which it is known whether the API answered'),
  answered: z.number().nullable().describe('share (0–1) of the known time in which it answered'),
  downSeconds: z.number(),
  budgetSeconds: z.number().describe('allowed without an answer in the whole time'),
  usedPercent: z.number().nullable().describe('of what is allowed in the known time'),
  outages: z.array(z.strictObject({ from: moment, to: moment, downSeconds: z.number(), open: z.boolean() })),
})

const change = z.strictObject({
  figure: z.string(),
  subject: z.string().nullable(),
  unit: z.string(),
  before: z.number().describe('median of the quarter before the last 30 days'),
  now: z.number().describe('median of the last 30 days'),
  percent: z.number().nullable(),
})

const maintenance = z.strictObject({
  task: z.string(),
  runs: z.number(),
  completed: z.number(),
  failed: z.number(),
  late: z.number(),
  scheduled: z.number().nullable().describe('times at which it was to run; null on demand'),
  missed: z.number(),
  byHand: z.number(),
  typicalSeconds: z.number().nullable(),
})

const recommendation = z.strictObject({
  id: z.string().describe('equal for the same matter from one review to the next'),
  title: z.string(),
  evidence: z.array(z.string()),
  effort: z.string(),
  risk: z.enum(risks),
  ifNot: z.string(),
})

/** Figures that one review compares with the last one. */
const comparedSchema = z.strictObject({
  databaseBytes: z.number().nullable(),
  growthPerDay: z.number().nullable().describe('bytes'),
  answered: z.number().nullable(),
  recoverySeconds: z.number().nullable(),
  securityScore: z.number().nullable(),
  costPerMonth: z.number(),
})

/** See {@link comparedSchema}. */
export type Compared = z.infer<typeof comparedSchema>

/** `architecture.json`. */
export const architectureSchema = z.strictObject({
  schema: z.literal(1),
  hub: z.string(),
  run: z.string().describe('ULID'),
  at: moment,
  from: moment.describe('beginning of the quarter that is reviewed'),
  figures: comparedSchema,
  growth: z.array(growth).describe('largest first'),
  vanishedTables: z.array(z.strictObject({ table: z.string(), last: moment })),
  limits: z.array(limit),
  performance: z.array(change),
  availability: z.strictObject({ month: availability, quarter: availability }),
  security: z
    .strictObject({
      score: z.number(),
      before: z.number().nullable(),
      at: moment.optional().describe('when it was audited last; older documents lack it'),
      unseen: z.array(z.string()).optional().describe('what that audit could not look at'),
      open: z.record(z.string(), z.number()).describe('issues by severity'),
    })
    .nullable(),
  maintenance: z.array(maintenance),
  cost: z.strictObject({
    currency: z.string(),
    perMonth: z.number().describe('an estimate: see assumptions'),
    whole: z
      .boolean()
      .optional()
      .describe('whether everything was measured that it is told from; else it is more'),
    parts: z.array(z.strictObject({ name: z.string(), perMonth: z.number(), arithmetic: z.string() })),
    assumptions: z.array(z.string()),
  }),
  recommendations: z.array(recommendation).describe('most pressing first'),
  since: z
    .strictObject({
      run: z.string(),
      at: moment,
      figures: comparedSchema.describe('as they were then'),
      recommendations: z.strictObject({
        added: z.array(z.string()),
        remaining: z.array(z.string()),
        settled: z.array(z.string()),
      }),
    })
    .nullable()
    .describe('the last review; null where there is none that can be read'),
})

/** The JSON Schema of {@link Architecture}. */
export const architectureJsonSchema = (): object =>
  z.toJSONSchema(architectureSchema, { target: 'draft-2020-12' })

/** See {@link architectureSchema}. */
export type Architecture = z.infer<typeof architectureSchema>
