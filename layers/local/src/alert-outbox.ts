import { join } from 'node:path'
import { type AlertSender, ioError } from '@hubkeeper/core'
import { writeWhole } from './durable-file.ts'

/** See {@link alertOutbox}. */
export interface OutboxOptions {
  readonly directory: string
  /** Told one line per alert, for a terminal. */
  readonly echo?: (text: string) => void
}

/** Alerts as files, one each, named by time, audience and run: for whoever delivers them, and for people. */
export function alertOutbox({ directory, echo }: OutboxOptions): AlertSender {
  return {
    async send(alert) {
      const time = alert.at.toISOString().replace(/[-:]/g, '')
      const path = join(directory, `${time}-${alert.task}-${alert.audience}-${alert.run}.json`)
      try {
        writeWhole(path, `${JSON.stringify(alert, null, 2)}\n`)
      } catch (error) {
        throw ioError(error, path, 'cannot write')
      }
      echo?.(`${alert.severity} for ${alert.audience}: ${alert.subject}`)
    },
  }
}
