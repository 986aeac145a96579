import type { RecordStore } from '../ports/records.ts'
import { type Freeze, freezeSchema, readRecord } from './record.ts'

/** Freeze and hold: a record each, which is there while it is in force. */
export function openStops(records: RecordStore) {
  return {
    async read(key: string): Promise<Freeze | null> {
      return (await readRecord(records, key, freezeSchema))?.value ?? null
    },

    /** Puts it in force where nothing of its kind is; false where something is, which stays. */
    async place(key: string, value: Freeze): Promise<boolean> {
      return (await records.put(key, JSON.stringify(freezeSchema.parse(value)), null)) !== null
    },

    /** Puts it in force, or ends it with null; gives what was in force before. */
    async write(key: string, value: Freeze | null): Promise<Freeze | null> {
      const stored = await records.get(key)
      const written =
        value === null
          ? stored === null || (await records.delete(key, stored.revision))
          : (await records.put(key, JSON.stringify(value), stored?.revision ?? null)) !== null
      // Somebody else wrote it meanwhile: what is asked for now comes after that.
      if (!written) return this.write(key, value)
      return stored === null ? null : freezeSchema.parse(JSON.parse(stored.value))
    },
  }
}
