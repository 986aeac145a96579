import { HubkeeperError, type Task } from '@hubkeeper/core'
import { parseEvent } from './event.ts'

/**
 * A Lambda handler for a task.
 *
 * The drivers for S3, CloudWatch and SNS are not part of this version: every invocation is refused,
 * loudly, after its event was understood.
 *
 * @throws UsageError for an event that cannot be understood
 * @throws HubkeeperError `not-available`
 */
export const serve =
  (task: Task) =>
  async (event: unknown): Promise<never> => {
    parseEvent(event)
    throw new HubkeeperError(
      'not-available',
      `${task.name} cannot run on AWS: this version has no drivers for it`,
      {
        hint: 'run it embedded: npx hubkeeper run',
      },
    )
  }
