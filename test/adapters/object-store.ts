import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HubkeeperError, listAll, type ObjectStore } from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'

const text = (body: Uint8Array | undefined): string => new TextDecoder().decode(body)
const sha256 = (body: string | Uint8Array): string => createHash('sha256').update(body).digest('hex')

const absent = { ifNoneMatch: '*' } as const
const failed = { code: 'precondition-failed' }

async function keysIn(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of listAll(store, prefix)) keys.push(key)
  return keys
}

/** In what a store may differ. */
export interface ObjectStoreTraits {
  /** An ETag is of the content, as in S3: the same bytes again may have the same one. */
  readonly etagsOfContent: boolean
}

/** What every object store does, whatever it stands on. */
export function objectStoreContract(
  name: string,
  makeStore: () => Promise<ObjectStore>,
  { etagsOfContent }: ObjectStoreTraits = { etagsOfContent: false },
): void {
  describe(`${name}, as an object store`, () => {
    it('gives back what was put, with its size', async () => {
      const store = await makeStore()
      const put = await store.put('a/b.txt', 'hello')
      expect(put).toMatchObject({ key: 'a/b.txt', bytes: 5 })
      expect(text((await store.get('a/b.txt'))?.body)).toBe('hello')
      expect(await store.head('a/b.txt')).toMatchObject({ bytes: 5, etag: put.etag })
    })

    it('says null of what is absent', async () => {
      const store = await makeStore()
      expect(await store.head('nothing')).toBeNull()
      expect(await store.get('nothing')).toBeNull()
      expect(await store.fileOf('nothing')).toBeNull()
    })

    const replaced = etagsOfContent ? 'by other bytes' : 'even by the same bytes'
    it(`gives an object another ETag whenever it is replaced, ${replaced}`, async () => {
      const store = await makeStore()
      const etags = new Set<string>()
      for (let i = 0; i < 20; i++) etags.add((await store.put('a', etagsOfContent ? `${i}` : 'same')).etag)
      expect(etags.size).toBe(20)
    })

    it('gives ranges, both ends included', async () => {
      const store = await makeStore()
      await store.put('a', '0123456789')
      expect(text((await store.get('a', { range: { start: 2, end: 4 } }))?.body)).toBe('234')
      expect(text((await store.get('a', { range: { start: 8, end: 99 } }))?.body)).toBe('89')
    })

    it('puts under conditions', async () => {
      const store = await makeStore()
      const first = await store.put('a', '1', absent)
      await expect(store.put('a', '2', absent)).rejects.toMatchObject(failed)
      const second = await store.put('a', '2', { ifMatch: first.etag })
      await expect(store.put('a', '3', { ifMatch: first.etag })).rejects.toMatchObject(failed)
      await expect(store.put('b', '3', { ifMatch: second.etag })).rejects.toMatchObject({
        code: expect.stringMatching(/precondition-failed|object-missing/),
      })
      expect(text((await store.get('a'))?.body)).toBe('2')
    })

    it('gives one of many at once the right to create', async () => {
      const store = await makeStore()
      const attempts = Array.from({ length: 20 }, (_, i) => store.put('a', String(i), absent))
      const results = await Promise.allSettled(attempts)
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    })

    it('reads only the version that is meant', async () => {
      const store = await makeStore()
      const { etag } = await store.put('a', '1')
      await store.put('a', '2')
      await expect(store.get('a', { ifMatch: etag })).rejects.toMatchObject(failed)
    })

    it('deletes under conditions, and what is absent without complaint', async () => {
      const store = await makeStore()
      const old = await store.put('a', '1')
      const { etag } = await store.put('a', '2')
      await expect(store.delete('a', { ifMatch: old.etag })).rejects.toMatchObject(failed)
      await store.delete('a', { ifMatch: etag })
      expect(await store.head('a')).toBeNull()
      await store.delete('a')
    })

    it('copies under conditions on both sides', async () => {
      const store = await makeStore()
      const { etag } = await store.put('a', 'content')
      await store.copy('a', 'b', { sourceIfMatch: etag, condition: absent })
      expect(text((await store.get('b'))?.body)).toBe('content')
      await expect(store.copy('a', 'b', { condition: absent })).rejects.toMatchObject(failed)
      await store.put('a', 'other')
      await expect(store.copy('a', 'c', { sourceIfMatch: etag })).rejects.toMatchObject(failed)
      await expect(store.copy('nothing', 'c')).rejects.toMatchObject({ code: 'object-missing' })
      expect(await store.head('c')).toBeNull()
    })

    it('moves files in and out, hashing on the way', async () => {
      const store = await makeStore()
      const directory = temporaryDirectory()
      const body = Buffer.alloc(9_000_001, 'x')
      writeFileSync(join(directory, 'in'), body)
      const up = await store.upload(join(directory, 'in'), 'big', { condition: absent })
      expect(up).toMatchObject({ sha256: sha256(body), info: { bytes: body.length } })
      const down = await store.download('big', join(directory, 'out'), { ifMatch: up.info.etag })
      expect(down.sha256).toBe(up.sha256)
      expect(readFileSync(join(directory, 'out')).equals(body)).toBe(true)
    })

    it('takes a file whole when it may be consumed, and leaves it when the condition fails', async () => {
      const store = await makeStore()
      const path = join(temporaryDirectory(), 'in')
      writeFileSync(path, 'new')
      await store.put('a', 'old')
      await expect(store.upload(path, 'a', { condition: absent, consume: true })).rejects.toMatchObject(
        failed,
      )
      expect(text((await store.get('a'))?.body)).toBe('old')
      await store.upload(path, 'b', { consume: true })
      expect(existsSync(path)).toBe(false)
      expect(text((await store.get('b'))?.body)).toBe('new')
    })

    it('asks once more when all of a file is there, and leaves the old object when that is refused', async () => {
      const store = await makeStore()
      const path = join(temporaryDirectory(), 'in')
      writeFileSync(path, 'new')
      const { etag } = await store.put('a', 'old')
      const refuse = () => Promise.reject(new HubkeeperError('lease-lost', 'taken over', { hint: 'none' }))
      await expect(
        store.upload(path, 'a', { condition: { ifMatch: etag }, confirm: refuse }),
      ).rejects.toMatchObject({
        code: 'lease-lost',
      })
      expect(text((await store.get('a'))?.body)).toBe('old')
      let asked = 0
      const confirm = async () => {
        asked += 1
      }
      await store.upload(path, 'a', { condition: { ifMatch: etag }, confirm })
      expect(asked).toBe(1)
      expect(text((await store.get('a'))?.body)).toBe('new')
    })

    it('refuses to download what is absent or another version, and leaves no file', async () => {
      const store = await makeStore()
      const path = join(temporaryDirectory(), 'out')
      await expect(store.download('nothing', path)).rejects.toMatchObject({ code: 'object-missing' })
      const { etag } = await store.put('a', '1')
      await store.put('a', '2')
      await expect(store.download('a', path, { ifMatch: etag })).rejects.toMatchObject(failed)
      expect(existsSync(path)).toBe(false)
    })

    it('lists by prefix, in the order of bytes, page by page', async () => {
      const store = await makeStore()
      const keys = ['a-b', 'a.txt', 'a/b', 'a/c/d', 'a0', 'b', 'z', 'ä', '日本', '🗼']
      for (const key of keys.toReversed()) await store.put(key, key)
      expect(await keysIn(store, '')).toEqual(keys)
      expect(await keysIn(store, 'a/')).toEqual(['a/b', 'a/c/d'])
      expect(await keysIn(store, 'a/c')).toEqual(['a/c/d'])
      const first = await store.list('', { limit: 3 })
      expect(first.objects.map(({ key }) => key)).toEqual(keys.slice(0, 3))
      const second = await store.list('', { limit: 100, after: first.next ?? '' })
      expect(second).toMatchObject({ next: null })
      expect(second.objects.map(({ key }) => key)).toEqual(keys.slice(3))
    })

    it('lists like a sorted set, whatever the keys and the page', async () => {
      const segment = fc.stringMatching(/^[a-c.-]{1,3}$/).filter((part) => part !== '.' && part !== '..')
      const key = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(key, { maxLength: 12 }),
          fc.integer({ min: 1, max: 5 }),
          async (all, limit) => {
            // A name cannot be a file and a folder at once in every store.
            const keys = all.filter((one) => !all.some((other) => other.startsWith(`${one}/`)))
            const store = await makeStore()
            for (const one of keys) await store.put(one, '')
            const listed: string[] = []
            let after: string | null = ''
            while (after !== null) {
              const page = await store.list('', { limit, after })
              listed.push(...page.objects.map((object) => object.key))
              after = page.next
            }
            expect(listed).toEqual(keys.toSorted())
          },
        ),
        { numRuns: 40, seed: 3 },
      )
    })
  })
}
