import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Fence, HubkeeperError, type IndexWriter } from '@hubkeeper/core'
import { localIndexes } from '@hubkeeper/local'
import { describe, expect, it } from 'vitest'
import { storedIndexes } from '../../layers/aws/src/stored-index-writer.ts'
import { memoryStore } from '../fakes/memory-store.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const searchIndex = { files: ['index/*.json'] }
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A hub of files, wherever they lie. */
interface Place {
  readonly writer: IndexWriter
  readonly text: (key: string) => string | null
}

function here(
  files: Readonly<Record<string, string>>,
  fence: Fence = async () => {},
): Place & { root: string } {
  const root = temporaryDirectory()
  for (const [key, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, key)), { recursive: true })
    writeFileSync(join(root, key), text, { mode: 0o640 })
  }
  const scratch = join(root, 'state/scratch')
  const hub = { database: { path: 'hub.db' }, searchIndex }
  return {
    root,
    writer: localIndexes({ root, hub, own: [scratch], run: 'run1', scratch, fence }),
    text: (key) => {
      try {
        return readFileSync(join(root, key), 'utf8')
      } catch {
        return null
      }
    },
  }
}

async function stored(
  files: Readonly<Record<string, string>>,
  fence: Fence = async () => {},
  authority: 'offline' | 'server' = 'offline',
): Promise<Place> {
  const store = memoryStore()
  for (const [key, text] of Object.entries(files)) await store.put(key, text)
  const database = {
    path: 'hub.db',
    authority,
    crossCheckMaxBytes: 0,
    lockTimeoutSeconds: 1,
    checkTimeoutMinutes: 1,
    checkMemoryMiB: 100,
    statements: [],
    vacuum: { lockBudgetSeconds: 1 },
  }
  return {
    writer: storedIndexes({ store, hub: { database, searchIndex }, run: 'run1', fence }),
    text: (key) => {
      const body = store.body(key)
      return body === null || body === undefined ? null : Buffer.from(body).toString()
    },
  }
}

const places = [
  ['on this machine', async (files: Readonly<Record<string, string>>, fence?: Fence) => here(files, fence)],
  ['in a bucket', (files: Readonly<Record<string, string>>, fence?: Fence) => stored(files, fence)],
] as const

describe.each(places)('search indexes %s', (_, placeOf) => {
  it('are written anew in the place of exactly what was read, and the old one is kept', async () => {
    const { text, writer } = await placeOf({ 'index/a.json': 'old', 'index/b.txt': 'b' })
    expect((await writer.match(searchIndex.files)).map(({ key }) => key)).toEqual(['index/a.json'])
    expect(await writer.replace('index/a.json', 'new', digestOf('old'))).toBe(
      'state/replaced/run1/index/a.json',
    )
    expect(text('index/a.json')).toBe('new')
    expect(text('state/replaced/run1/index/a.json')).toBe('old')
  })

  it('that are others by now, or gone, are left', async () => {
    const { text, writer } = await placeOf({ 'index/a.json': 'another' })
    for (const key of ['index/a.json', 'index/gone.json']) {
      await expect(writer.replace(key, 'new', digestOf('old'))).rejects.toMatchObject({
        code: 'precondition-failed',
      })
      expect(text(`state/replaced/run1/${key}`)).toBe(null)
    }
    expect(text('index/a.json')).toBe('another')
  })

  it('are all that is written', async () => {
    const { text, writer } = await placeOf({ 'config.json': 'old' })
    await expect(writer.replace('config.json', 'new', digestOf('old'))).rejects.toMatchObject({
      code: 'key-refused',
    })
    expect(text('config.json')).toBe('old')
  })

  it('are left when the run may not change anything any more', async () => {
    const gone = new HubkeeperError('lease-lost', 'another run has it', { hint: 'wait' })
    const { text, writer } = await placeOf({ 'index/a.json': 'old' }, () => Promise.reject(gone))
    await expect(writer.replace('index/a.json', 'new', digestOf('old'))).rejects.toBe(gone)
    expect(text('index/a.json')).toBe('old')
  })
})

it('an index on this machine keeps its mode, and nothing is left in between', async () => {
  const { root, writer } = here({ 'index/a.json': 'old' })
  await writer.replace('index/a.json', 'new', digestOf('old'))
  expect(statSync(join(root, 'index/a.json')).mode & 0o777).toBe(0o640)
  expect(readdirSync(join(root, 'index'))).toEqual(['a.json'])
  expect(readdirSync(join(root, 'state/scratch'))).toEqual([])
})

it('no link is followed out of the hub', async () => {
  const outside = join(temporaryDirectory(), 'outside')
  mkdirSync(outside)
  writeFileSync(join(outside, 'a.json'), 'old')
  const { root, writer } = here({})
  symlinkSync(outside, join(root, 'index'))
  await expect(writer.replace('index/a.json', 'new', digestOf('old'))).rejects.toMatchObject({
    code: 'key-refused',
  })
  expect(readFileSync(join(outside, 'a.json'), 'utf8')).toBe('old')
})

it('copies that a server pushed into a bucket are not written', async () => {
  const { writer } = await stored({ 'index/a.json': 'old' }, async () => {}, 'server')
  expect(writer.elsewhere).toContain('on its own machine')
  await expect(writer.replace('index/a.json', 'new', digestOf('old'))).rejects.toMatchObject({
    code: 'key-refused',
  })
})
