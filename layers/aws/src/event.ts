import { UsageError } from '@hubkeeper/core'
import * as z from 'zod'

/** What a function is invoked with: `{}` by hand, arguments, or a scheduled event. */
const eventSchema = z
  .object({
    hub: z.string().min(1).optional().describe('which hub; every hub when left out'),
    dryRun: z.boolean().default(false),
    at: z.iso.datetime({ offset: true }).optional(),
    slot: z
      .string()
      .regex(/^[\w.:-]{1,120}$/, { error: 'must be 1 to 120 letters, digits, _ . : or -' })
      .optional()
      .describe('equal for every request of the same work, which is then done once'),
    scheduleArn: z.string().startsWith('arn:').optional(),
    scheduledTime: z.iso.datetime({ offset: true }).optional(),
  })
  .loose()
  .refine(({ scheduleArn, scheduledTime }) => (scheduleArn === undefined) === (scheduledTime === undefined), {
    error: 'scheduleArn and scheduledTime come together, from a schedule',
  })
  .refine(({ scheduleArn, slot }) => scheduleArn === undefined || slot === undefined, {
    error: 'a schedule has a slot of its own',
    path: ['slot'],
  })

/** A parsed event. */
export interface Invocation {
  readonly hub: string | null
  readonly dryRun: boolean
  readonly at: Date | null
  /** The slot: schedule and time, which stay the same for every delivery of one event. */
  readonly scheduled: { readonly scheduleArn: string; readonly time: Date } | null
  /** The slot that a request by hand names; null where it names none. */
  readonly slot: string | null
  /** The task's own arguments. */
  readonly input: Readonly<Record<string, unknown>>
}

/** @throws UsageError that says what is accepted */
export function parseEvent(event: unknown): Invocation {
  const result = eventSchema.safeParse(event ?? {})
  if (!result.success) {
    const problems = result.error.issues.map(
      ({ message, path }) => `${path.join('.') || 'event'}: ${message}`,
    )
    throw new UsageError(`the event cannot be understood: ${problems.join('; ')}`, {
      hint: 'send {} to run it now, or any of hub, dryRun, at, slot and the task’s own arguments',
    })
  }
  const { at, dryRun, hub, scheduleArn, scheduledTime, slot, ...input } = result.data
  const scheduled =
    scheduleArn === undefined || scheduledTime === undefined
      ? null
      : { scheduleArn, time: new Date(scheduledTime) }
  return {
    hub: hub ?? null,
    dryRun,
    at: at === undefined ? null : new Date(at),
    scheduled,
    slot: slot ?? null,
    input,
  }
}
