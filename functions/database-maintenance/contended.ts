import { finding, PreconditionFailedError, type TaskResult } from '@hubkeeper/core'
import type { MaintenanceContext } from './context.ts'

const maxAttempts = 3

/** Works on a database that others may write meanwhile: starts over when it changed, three times in all. */
export async function untilUncontended(
  { database, progress }: Pick<MaintenanceContext, 'database' | 'progress'>,
  work: () => Promise<TaskResult>,
): Promise<TaskResult> {
  const subject = database.key
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    try {
      return await work()
    } catch (error) {
      // The database was written meanwhile: what was read is stale, so start over.
      if (!(error instanceof PreconditionFailedError)) throw error
      progress.step(`${subject} changed meanwhile (attempt ${attempt} of ${maxAttempts})`)
    }
  }
  const actual = `it changed during each of ${maxAttempts} attempts; nothing was replaced`
  return { findings: [finding('custody.contended', 'warning', { subject, expected: 'at rest', actual })] }
}
