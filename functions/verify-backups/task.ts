import { daily, defineTask, gibibytes, minutes } from '@hubkeeper/core'
import * as z from 'zod'
import { proveAgain } from './again.ts'
import { access } from './context.ts'
import { verifyDue } from './due.ts'

/** Proves what is not proven yet, and reads stored backups back, so that each byte is read every 30 days. */
export const verifyBackups = defineTask({
  name: 'verify-backups',
  title: 'Verify backups',
  summary: 'Unfinished proofs finished, every stored byte read back within 30 days, certificates checked',
  schedule: daily('06:00'),
  access,
  limits: { memory: 1769, timeout: minutes(15), scratch: gibibytes(10) },
  writes: true,
  input: z.strictObject({
    backup: z
      .string()
      .min(1)
      .default('due')
      .describe('due; or an id, latest, or all, to prove it again in full now'),
  }),
  run: (context, { backup }) => (backup === 'due' ? verifyDue(context) : proveAgain(context, backup)),
})
