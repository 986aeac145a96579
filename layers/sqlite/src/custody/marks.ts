import {
  type Fence,
  HubkeeperError,
  type ObjectStore,
  PreconditionFailedError,
  replacing,
} from '@hubkeeper/core'
import * as z from 'zod'

/** What is noted of each backup, by its id. */
export type Marks<T> = ReadonlyMap<string, T>

/** How often a mark is set again when somebody else set one in between. */
const maxAttempts = 5

/** A record of marks cannot be understood: it may name any backup. */
export class MarksUnreadableError extends HubkeeperError {
  override readonly name = 'MarksUnreadableError'
  constructor(key: string, reason: string) {
    super('io', `${key} cannot be read: ${reason}`, {
      hint: 'no backup is deleted until it can be; put an older copy in its place, or delete it and set it again',
    })
  }
}

/** One small object that notes something of backups, under a name of its own. */
export interface MarkRecord<T> {
  /** The marks as they are now. @throws MarksUnreadableError */
  read(store: ObjectStore): Promise<Marks<T>>
  /**
   * Sets the mark of one backup, or removes it with null; whatever others set meanwhile stays.
   *
   * @throws MarksUnreadableError
   */
  set(store: ObjectStore, id: string, mark: T | null, fence: Fence): Promise<void>
}

/** The record at `key`, an object whose one property `name` holds a mark for each id. */
export function markRecord<T>(
  key: string,
  name: string,
  mark: z.ZodType<T>,
  { mayBeginAnew = false } = {},
): MarkRecord<T> {
  const schema = z.strictObject({ [name]: z.record(z.string(), mark) })

  function parse(body: Uint8Array): Marks<T> {
    const parsed = schema.safeParse(jsonOf(new TextDecoder().decode(body)))
    // What only costs work to find out again is found out again.
    if (!parsed.success && mayBeginAnew) return new Map()
    if (!parsed.success) throw new MarksUnreadableError(key, problemOf(parsed.error))
    return new Map(Object.entries(parsed.data[name] ?? {}))
  }

  return {
    async read(store) {
      const stored = await store.get(key)
      return stored === null ? new Map() : parse(stored.body)
    },

    async set(store, id, mark, fence) {
      for (let attempt = 1; ; attempt++) {
        const stored = await store.get(key)
        const marks = new Map(stored === null ? [] : parse(stored.body))
        if (mark === null && !marks.has(id)) return
        if (mark === null) marks.delete(id)
        else marks.set(id, mark)
        await fence()
        try {
          const text = `${JSON.stringify({ [name]: Object.fromEntries(marks) }, null, 2)}\n`
          await store.put(key, text, replacing(stored?.info.etag ?? null))
          return
        } catch (error) {
          if (!(error instanceof PreconditionFailedError) || attempt === maxAttempts) throw error
        }
      }
    },
  }
}

const problemOf = ({ issues }: z.ZodError): string =>
  issues.map(({ message, path }) => `${path.join('.') || 'the record'}: ${message}`).join('; ')

/** What a text says as JSON; undefined where it is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
