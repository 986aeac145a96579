import * as z from 'zod'

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
export const outcomeOf = <T extends z.ZodType>(value: T) =>
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

/** How many there are of something. */
export const count = z.number().int().nonnegative()

/** How long something took, seconds. */
export const duration = z.number().nonnegative()
