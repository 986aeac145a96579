import { defineTask, gibibytes, minutes, monthly } from '@hubkeeper/core'
import * as z from 'zod'
import { access } from './context.ts'

/** Looks at the hub as somebody who means it harm would. */
export const securityAudit = defineTask({
  name: 'security-audit',
  title: 'Monthly security audit',
  summary: 'Code, image, storage, secrets and endpoints looked at; SARIF, score and trend',
  schedule: monthly(2, 'wednesday', '10:00'),
  access,
  limits: { memory: 1769, timeout: minutes(15), scratch: gibibytes(10) },
  writes: false,
  audience: 'security',
  input: z.strictObject({}),
  // Loaded when it runs: most commands run another task, or none.
  run: async (context) => (await import('./procedure.ts')).run(context),
})
