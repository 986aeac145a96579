import { defineTask, gibibytes, minutes, quarterly } from '@hubkeeper/core'
import * as z from 'zod'
import { access } from './context.ts'

/** What larger upgrades there are, with a proven backup first: without one, none is proposed. */
export const majorUpdates = defineTask({
  name: 'major-updates',
  title: 'Quarterly review of major updates',
  summary: 'A full, certified backup; newer major versions, ends of support, and the upgrade plan',
  schedule: quarterly(1, 'tuesday', '10:00'),
  access,
  limits: { memory: 1769, timeout: minutes(15), scratch: gibibytes(10) },
  // It makes a backup.
  writes: true,
  input: z.strictObject({}),
  // Loaded when it runs: most commands run another task, or none.
  run: async (context) => (await import('./procedure.ts')).run(context),
})
