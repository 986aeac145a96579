import * as z from 'zod'
import type { RecordStore } from '../ports/records.ts'
import { readRecord, updateRecord } from './record.ts'

const successesSchema = z.strictObject({
  /** When the hub was first kept. */
  since: z.iso.datetime(),
  /** When each task last succeeded. */
  successes: z.record(z.string(), z.iso.datetime()),
})

/** What is remembered of a hub's punctuality. */
interface Successes {
  readonly since: Date | null
  /** The latest of all these moments, with its task or null for the beginning; null when there is none. */
  readonly newest: { readonly task: string | null; readonly at: Date } | null
  /** When a task last succeeded; null when it never did. */
  last(task: string): Date | null
}

function newestOf({ since, successes }: z.infer<typeof successesSchema>): Successes['newest'] {
  const entries: [string | null, string][] = [[null, since], ...Object.entries(successes)]
  const [task, at] = entries.reduce((newest, entry) => (entry[1] > newest[1] ? entry : newest))
  return { task, at: new Date(at) }
}

/**
 * One small record of when each task last succeeded, so that nobody has to read every run to know what
 * is overdue. It follows the runs: a crash between the two lets a task look late, never punctual.
 */
export function openSuccesses(records: RecordStore, key: string) {
  const load = () => readRecord(records, key, successesSchema)
  return {
    async read(): Promise<Successes> {
      const value = (await load())?.value
      return {
        since: value === undefined ? null : new Date(value.since),
        newest: value === undefined ? null : newestOf(value),
        last(task) {
          const time = value?.successes[task]
          return time === undefined ? null : new Date(time)
        },
      }
    },

    /** Notes that the hub is kept, the first time; false when that is known already. */
    async begin(at: Date): Promise<boolean> {
      if ((await load()) !== null) return false
      // Another run that was first has noted it as well.
      return (
        (await records.put(key, JSON.stringify({ since: at.toISOString(), successes: {} }), null)) !== null
      )
    },

    /** @throws Error when others write it all the time */
    async note(task: string, at: Date): Promise<void> {
      const time = at.toISOString()
      await updateRecord(records, key, successesSchema, (current) => ({
        // A beginning after this was noted by a clock that ran ahead.
        since: current === null || time < current.since ? time : current.since,
        successes: { ...current?.successes, [task]: time },
      }))
    },
  }
}
