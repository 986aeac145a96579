import type { RecordStore, StoredRecord } from '@hubkeeper/core'

/** Records in memory, under real compare-and-set. */
export function memoryRecords(): RecordStore {
  const records = new Map<string, StoredRecord>()
  let revision = 0
  return {
    get: async (key) => records.get(key) ?? null,
    async put(key, value, expected) {
      if ((records.get(key)?.revision ?? null) !== expected) return null
      revision += 1
      records.set(key, { key, value, revision: String(revision) })
      return String(revision)
    },
    async delete(key, expected) {
      if (records.get(key)?.revision !== expected) return false
      return records.delete(key)
    },
    list: async (prefix) =>
      [...records.values()]
        .filter(({ key }) => key.startsWith(prefix))
        .sort((a, b) => (a.key < b.key ? -1 : 1)),
  }
}
