import { cadences } from '@hubkeeper/core'
import { checklistCadences } from '@hubkeeper/review'
import * as z from 'zod'
import { architectureSchema } from '../architecture-review/document.ts'

const moment = z.iso.datetime({ precision: 3 }).describe('ISO 8601, UTC')
const { availability, limits, maintenance, performance } = architectureSchema.shape

/** `review.json`: the packet of a monthly review. */
export const reviewSchema = z.strictObject({
  schema: z.literal(1),
  hub: z.string(),
  run: z.string().describe('ULID'),
  at: moment,
  from: moment.describe('beginning of the time that is reviewed: five weeks, or since the review before'),
  performance: performance.describe('the last 30 days against the quarter before'),
  availability: availability.shape.month.describe('of the last 30 days'),
  incidents: z
    .array(
      z.strictObject({
        kind: z.enum(['outage', 'critical', 'failed']),
        what: z.string(),
        detail: z.string(),
        from: moment,
        to: moment,
        times: z.number().int(),
        open: z.boolean().describe('it was so when it was last looked'),
      }),
    )
    .describe('of the time that is reviewed, newest first'),
  maintenance: maintenance.describe('of the time that is reviewed'),
  automation: z
    .array(
      z.strictObject({
        what: z.string(),
        kind: z.enum(['run', 'signature']),
        times: z.number().int(),
        instead: z.string(),
      }),
    )
    .describe('what was done by hand more than twice'),
  coming: z
    .array(z.strictObject({ task: z.string(), at: moment, cadence: z.enum(cadences) }))
    .describe('soonest first'),
  upgrades: z.array(
    z.strictObject({
      kind: z.enum(['flaw', 'patch', 'major', 'support']),
      of: z.string(),
      detail: z.string(),
    }),
  ),
  upgradesUnknown: z.array(z.string()).describe('of which upgrades nothing is known, and why, in words'),
  limits,
  checklists: z.array(
    z.strictObject({
      cadence: z.enum(checklistCadences),
      items: z.array(
        z.strictObject({
          id: z.string(),
          title: z.string(),
          state: z.enum(['ticked', 'open', 'failed']),
          evidence: z.array(z.string()),
        }),
      ),
    }),
  ),
})

/** The JSON Schema of {@link Review}. */
export const reviewJsonSchema = (): object => z.toJSONSchema(reviewSchema, { target: 'draft-2020-12' })

/** See {@link reviewSchema}. */
export type Review = z.infer<typeof reviewSchema>
