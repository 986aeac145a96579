import * as z from 'zod'
import type { RecordStore } from '../ports/records.ts'

const successesSchema = z.strictObject({
  /** When the hub was first kept. */
  since: z.iso.datetime(),
  /** When each task last succeeded. */
  successes: z.record(z.string(), z.iso.datetime()),
})

/** What is remembered of a hub's punctuality. */
interface Successes {
  readonly since: Date | null
  /** The latest of all these moments; null when there is none. */
  readonly newest: Date | null
  /** When a task last succeeded; null when it never did. */
  last(task: string): Date | null
}

const maxTries = 8

/**
 * One small record of when each task last succeeded, so that nobody has to read every run to know what
 * is overdue. It follows the runs: a crash between the two lets a task look late, never punctual.
 */
export function openSuccesses(records: RecordStore, key: string) {
  const load = async () => {
    const stored = await records.get(key)
    if (stored === null) return null
    return { value: successesSchema.parse(JSON.parse(stored.value)), revision: stored.revision }
  }
  return {
    async read(): Promise<Successes> {
      const value = (await load())?.value
      const moments = value === undefined ? [] : [value.since, ...Object.values(value.successes)]
      return {
        since: value === undefined ? null : new Date(value.since),
        newest: moments.length === 0 ? null : new Date(Math.max(...moments.map((time) => Date.parse(time)))),
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
      for (let attempt = 1; attempt <= maxTries; attempt++) {
        const current = await load()
        const value = current?.value ?? { since: at.toISOString(), successes: {} }
        const next = { ...value, successes: { ...value.successes, [task]: at.toISOString() } }
        if ((await records.put(key, JSON.stringify(next), current?.revision ?? null)) !== null) return
      }
      throw new Error(`${key} was written by others ${maxTries} times in a row`)
    },
  }
}
