import { gzipSync } from 'node:zlib'
import { folderOf, type ObjectStore, objectRecords, PreconditionFailedError } from '@hubkeeper/core'
import { directoryStore } from '@hubkeeper/local'
import { describe, expect, it } from 'vitest'
import { storedFiles } from '../../layers/aws/src/stored-files.ts'
import { storedLogs } from '../../layers/aws/src/stored-logs.ts'
import { logSourceContract } from '../adapters/log-source.ts'
import { recordStoreContract } from '../adapters/record-store.ts'
import { memoryStore } from '../fakes/memory-store.ts'
import { temporaryDirectory } from '../support/temporary.ts'

async function storeOf(files: Readonly<Record<string, Uint8Array | string>>) {
  const store = memoryStore()
  for (const [key, body] of Object.entries(files)) await store.put(key, body)
  return store
}

/** A store that counts what is asked of it. */
function watched(store: ObjectStore) {
  const listed: string[] = []
  const ranges: number[] = []
  const watching: ObjectStore = {
    ...store,
    list: (prefix, page) => {
      listed.push(prefix)
      return store.list(prefix, page)
    },
    get: (key, options = {}) => {
      if (options.range !== undefined) ranges.push(options.range.end - options.range.start + 1)
      return store.get(key, options)
    },
  }
  return { watching, listed, ranges }
}

const lengthOf = async (chunks: AsyncIterable<Uint8Array>): Promise<number> => {
  let length = 0
  for await (const chunk of chunks) length += chunk.length
  return length
}

logSourceContract('objects', async (files) => storedLogs({ store: await storeOf(files), patterns: ['*'] }))

recordStoreContract('objects in memory', async () =>
  objectRecords({ store: memoryStore(), prefix: 'state/ledger/' }),
)
recordStoreContract('objects in a directory', async () =>
  objectRecords({ store: directoryStore({ root: temporaryDirectory() }), prefix: 'state/ledger/' }),
)

describe('the folder of a glob', () => {
  it.each([
    ['logs/*.log', 'logs/'],
    ['logs/2026/app.log', 'logs/2026/'],
    ['logs/app-*/b/*.log', 'logs/'],
    ['./logs/**', 'logs/'],
    ['data/{a,b}/*.json', 'data/'],
    ['data/+(a)/b', 'data/'],
    ['data/[ab]/c', 'data/'],
    ['*.json', ''],
    ['hub.db', ''],
    ['', ''],
  ])('%s is %s', (pattern, folder) => {
    expect(folderOf(pattern)).toBe(folder)
  })
})

describe('files of a hub, as objects', () => {
  const files = {
    'a.json': '{"a":1}',
    'index/a.bin': 'aa',
    'index/deep/b.bin': 'bbb',
    'index/': '',
    'other/a.bin': 'x',
    'backups/1/hub.db': 'y',
  }

  it('are matched by glob, each once, by key', async () => {
    const { match } = storedFiles({ store: await storeOf(files) })
    const keys = async (...patterns: string[]) => (await match(patterns)).map(({ key }) => key)
    expect(await keys('index/**', 'index/*.bin')).toEqual(['index/a.bin', 'index/deep/b.bin'])
    expect(await keys('./index/*', '*.json')).toEqual(['a.json', 'index/a.bin'])
    expect(await keys('index/a.bin')).toEqual(['index/a.bin'])
    expect(await keys('nothing/*')).toEqual([])
    expect(await match(['index/deep/*'])).toMatchObject([{ key: 'index/deep/b.bin', bytes: 3 }])
  })

  it('are looked for where the globs begin, and nowhere else', async () => {
    const { listed, watching } = watched(await storeOf(files))
    await storedFiles({ store: watching }).match(['index/*.bin', 'index/deep/*', 'other/a.*'])
    expect(listed).toEqual(['index/', 'other/a.'])
  })

  it('are read up to a size', async () => {
    const store = await storeOf({ ...files, empty: '' })
    const read = async (key: string, bytes: number) =>
      new TextDecoder().decode((await storedFiles({ store }).read(key, bytes)) ?? undefined)
    expect(await read('a.json', 4)).toBe('{"a"')
    expect(await read('a.json', 400)).toBe('{"a":1}')
    expect(await read('empty', 4)).toBe('')
    expect(await storedFiles({ store }).read('nothing', 4)).toBeNull()
  })
})

describe('logs, as objects', () => {
  const large = Buffer.alloc(2.5 * 1024 ** 2, 'a line of a log\n')

  it('are read a mebibyte at a time, compressed or not', async () => {
    const { ranges, watching } = watched(await storeOf({ 'a.log': large, 'a.log.gz': gzipSync(large) }))
    const logs = storedLogs({ store: watching, patterns: ['*'] })
    expect(await lengthOf(logs.read('a.log'))).toBe(large.length)
    expect(ranges).toEqual([1024 ** 2, 1024 ** 2, 512 * 1024])
    expect(await lengthOf(logs.read('a.log.gz', 99))).toBe(large.length)
  })

  it('are nothing from their end on, or when they are empty', async () => {
    const logs = storedLogs({ store: await storeOf({ 'a.log': 'abc', 'b.log': '' }), patterns: ['*'] })
    expect(await lengthOf(logs.read('a.log', 3))).toBe(0)
    expect(await lengthOf(logs.read('b.log'))).toBe(0)
  })

  it.each(['a.log', 'a.log.gz'])('%s is never half of one and half of another', async (key) => {
    // What does not compress, so that the compressed one takes several reads too.
    const noise = crypto.getRandomValues(Buffer.alloc(65_536))
    const body = Buffer.concat(
      Array.from({ length: 64 }, (_, i) => Buffer.from(noise.map((byte) => byte ^ i))),
    )
    const store = await storeOf({ [key]: key.endsWith('.gz') ? gzipSync(body, { level: 0 }) : body })
    const chunks = storedLogs({ store, patterns: ['*'] }).read(key)
    const reading = async () => {
      for await (const _ of chunks) await store.put(key, 'another log')
    }
    await expect(reading()).rejects.toThrow(PreconditionFailedError)
  })

  it('that are cut in the middle are said to be damaged', async () => {
    const whole = gzipSync(large)
    const store = await storeOf({ 'a.gz': whole.subarray(0, whole.length / 2) })
    await expect(lengthOf(storedLogs({ store, patterns: ['*'] }).read('a.gz'))).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('a.gz cannot be decompressed'),
    })
  })

  it('may be left in the middle', async () => {
    const store = await storeOf({ 'a.gz': gzipSync(large) })
    for await (const _ of storedLogs({ store, patterns: ['*'] }).read('a.gz')) break
  })
})

describe('records, as objects', () => {
  it('are JSON below the prefix, whatever is special about their keys', async () => {
    const store = memoryStore()
    const records = objectRecords({ store, prefix: 'state/' })
    await records.put('hub/runs/backup/2026-11-24T10:00:00.000Z', '{}', null)
    await store.put('state/hub/note.txt', 'not a record')
    expect(store.keys()).toContain('state/hub/runs/backup/2026-11-24T10:00:00.000Z.json')
    expect((await records.list('hub/')).map(({ key }) => key)).toEqual([
      'hub/runs/backup/2026-11-24T10:00:00.000Z',
    ])
  })

  it('are in the order of their keys, not of their files', async () => {
    const records = objectRecords({ store: memoryStore(), prefix: '' })
    for (const key of ['a/b', 'a-b', 'a']) await records.put(key, key, null)
    expect((await records.list('')).map(({ key }) => key)).toEqual(['a', 'a-b', 'a/b'])
  })

  it('never have one revision twice where equal bodies have equal ETags', async () => {
    const store = memoryStore()
    const bodies: string[] = []
    const records = objectRecords({
      store: {
        ...store,
        put: (key, body, condition) => {
          bodies.push(String(body))
          return store.put(key, body, condition)
        },
      },
      prefix: '',
    })
    const first = await records.put('a', '1', null)
    await records.put('a', '1', first)
    expect(new Set(bodies).size).toBe(2)
  })

  it('that were written although the answer was lost are written', async () => {
    const store = memoryStore()
    const records = objectRecords({
      store: {
        ...store,
        // As a client does that sends a request again.
        put: async (key, body, condition) => {
          await store.put(key, body, condition)
          return store.put(key, body, condition)
        },
      },
      prefix: '',
    })
    const revision = await records.put('a', '1', null)
    expect(await records.get('a')).toEqual({ key: 'a', value: '1', revision })
    expect(await records.put('a', '2', null)).toBeNull()
  })

  it('that are deleted while they are listed are left out', async () => {
    const store = memoryStore()
    const records = objectRecords({
      store: { ...store, get: async (key) => (key.startsWith('b') ? null : store.get(key)) },
      prefix: '',
    })
    for (const key of ['a', 'b', 'c']) await records.put(key, key, null)
    expect((await records.list('')).map(({ key }) => key)).toEqual(['a', 'c'])
  })

  it('that something else wrote are named', async () => {
    const store = await storeOf({ 'state/a.json': 'not JSON' })
    await expect(objectRecords({ store, prefix: 'state/' }).get('a')).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('state/a.json'),
    })
  })
})
