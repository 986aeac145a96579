import type { RecordStore } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'

/** What every record store does, whatever it stands on. */
export function recordStoreContract(name: string, makeStore: () => Promise<RecordStore>): void {
  describe(`${name}, as a record store`, () => {
    it('creates once, and replaces only the revision that is named', async () => {
      const store = await makeStore()
      const first = await store.put('a', '1', null)
      expect(await store.put('a', '2', null)).toBeNull()
      const second = await store.put('a', '2', first)
      expect(second).not.toBe(first)
      expect(await store.put('a', '3', first)).toBeNull()
      expect(await store.get('a')).toEqual({ key: 'a', value: '2', revision: second })
    })

    it('deletes only the revision that is named', async () => {
      const store = await makeStore()
      const revision = await store.put('a', '1', null)
      expect(await store.delete('a', 'another')).toBe(false)
      expect(await store.delete('a', revision ?? '')).toBe(true)
      expect(await store.get('a')).toBeNull()
    })

    it('never takes a record that was deleted and made again for the old one', async () => {
      const store = await makeStore()
      const old = await store.put('a', '1', null)
      await store.delete('a', old ?? '')
      await store.put('a', '1', null)
      expect(await store.put('a', '2', old)).toBeNull()
    })

    it('lists by prefix, in order, whatever is special about the prefix', async () => {
      const store = await makeStore()
      for (const key of ['b/1', 'a/2', 'a/1', 'a%/1', 'A/1']) await store.put(key, key, null)
      expect((await store.list('a/')).map(({ key }) => key)).toEqual(['a/1', 'a/2'])
      expect((await store.list('a%')).map(({ key }) => key)).toEqual(['a%/1'])
    })
  })
}
