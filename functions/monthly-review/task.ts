import { defineTask, mebibytes, minutes, monthly } from '@hubkeeper/core'
import * as z from 'zod'
import { access } from '../architecture-review/context.ts'

/** The packet for the monthly meeting: what happened, what was done, what is to come; changes nothing. */
export const monthlyReview = defineTask({
  name: 'monthly-review',
  title: 'Packet for the monthly review',
  summary:
    'Performance, incidents, effectiveness of maintenance and planning, on one page with details behind',
  schedule: monthly(1, 'monday', '10:00'),
  access,
  limits: { memory: 1024, timeout: minutes(15), scratch: mebibytes(512) },
  writes: false,
  input: z.strictObject({}),
  // Loaded when it runs: most commands run another task, or none.
  run: async (context) => (await import('./procedure.ts')).run(context),
})
