import { defineTask, gibibytes, minutes, monthly } from '@hubkeeper/core'
import * as z from 'zod'
import { access } from './context.ts'
import { documentPrefix } from './record.ts'

/** How fast the hub is, where its bytes are, and what became of both over the months; changes nothing. */
export const performanceAnalysis = defineTask({
  name: 'performance-analysis',
  title: 'Monthly performance analysis',
  summary: 'Benchmarks of statements and API, query plans, sizes and counts, trends over the stored reports',
  schedule: monthly(1, 'saturday', '12:00'),
  access,
  limits: { memory: 1769, timeout: minutes(15), scratch: gibibytes(10) },
  publishes: documentPrefix,
  writes: false,
  input: z.strictObject({}),
  // Loaded when it runs: most commands run another task, or none.
  run: async (context) => (await import('./procedure.ts')).run(context),
})
