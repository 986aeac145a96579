import { defineTask, mebibytes, minutes, quarterly } from '@hubkeeper/core'
import * as z from 'zod'
import { access } from './context.ts'

/** How the hub grew and fared in a quarter, what it runs into, and what is worth doing; changes nothing. */
export const architectureReview = defineTask({
  name: 'architecture-review',
  title: 'Quarterly architecture review',
  summary: 'Growth with forecasts, room per limit, speed, availability, security, cost, recommendations',
  schedule: quarterly(3, 'monday', '10:00'),
  access,
  limits: { memory: 1024, timeout: minutes(15), scratch: mebibytes(512) },
  writes: false,
  input: z.strictObject({}),
  // Loaded when it runs: most commands run another task, or none.
  run: async (context) => (await import('./procedure.ts')).run(context),
})
