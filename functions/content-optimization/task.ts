import { defineTask, gibibytes, minutes, monthly } from '@hubkeeper/core'
import { access, inputSchema } from './context.ts'

/** What the content is like; search indexes compared with it and made anew, behind a proven backup. */
export const contentOptimization = defineTask({
  name: 'content-optimization',
  title: 'Monthly content optimization',
  summary: 'Content profiled; full-text and JSON search indexes compared with it row by row, and made anew',
  schedule: monthly(3, 'sunday', '14:00'),
  access,
  limits: { memory: 1769, timeout: minutes(15), scratch: gibibytes(10) },
  writes: true,
  input: inputSchema,
  // Loaded when it runs: most commands run another task, or none.
  run: async (context, input) => (await import('./procedure.ts')).run(context, input),
})
