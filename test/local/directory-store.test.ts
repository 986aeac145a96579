import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { listAll } from '@hubkeeper/core'
import { directoryStore } from '@hubkeeper/local'
import { describe, expect, it } from 'vitest'
import { objectStoreContract } from '../adapters/object-store.ts'
import { memoryStore } from '../fakes/memory-store.ts'
import { temporaryDirectory } from '../support/temporary.ts'

objectStoreContract('a directory', async () => directoryStore({ root: temporaryDirectory() }))
objectStoreContract('the tests’ own store in memory', async () => memoryStore())

const worker = join(import.meta.dirname, 'workers/store-worker.ts')
const isRoot = process.getuid?.() === 0

const start = (job: string, root: string, count = 1) =>
  spawn(process.execPath, [worker, job, root, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] })

async function outputOf(child: ReturnType<typeof start>): Promise<string> {
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  await once(child, 'close')
  return text
}

describe('conditions between processes', () => {
  it('lose no increment of a counter', async () => {
    const root = temporaryDirectory()
    await directoryStore({ root }).put('counter', '0')
    await Promise.all(Array.from({ length: 6 }, () => outputOf(start('increment', root, 20))))
    expect(readFileSync(join(root, 'counter'), 'utf8')).toBe('120')
  })

  it('let one of many create an object', async () => {
    const root = temporaryDirectory()
    const results = await Promise.all(Array.from({ length: 8 }, () => outputOf(start('create', root))))
    expect(results.map((text) => text.trim()).sort()).toEqual([...Array(7).fill('lost'), 'won'])
  })
})

describe('a writer that is killed', () => {
  it('leaves the old object or the new one, whole, and nothing that is listed', async () => {
    const root = temporaryDirectory()
    for (let round = 0; round < 5; round++) {
      const child = start('write', root)
      await once(child.stdout, 'data')
      await new Promise((resolve) => setTimeout(resolve, 30 + round * 23))
      child.kill('SIGKILL')
      await once(child, 'close')
      const body = readFileSync(join(root, 'object'), 'utf8')
      expect(body).toHaveLength(2_000_000)
      expect(new Set(body).size).toBe(1)
    }
    const store = directoryStore({ root })
    const keys: string[] = []
    for await (const { key } of listAll(store, '')) keys.push(key)
    expect(keys).toEqual(['object'])
    // The lock of a killed process is free.
    await store.put('object', 'next')
  })
})

describe('keys', () => {
  it.each([
    '../a',
    'a/../b',
    '/etc/passwd',
    'a//b',
    './a',
    '',
    'a\\b',
    'a\0b',
    'a/.hubkeeper-tmp-1',
    'x'.repeat(300),
  ])('%j is refused', async (key) => {
    const store = directoryStore({ root: temporaryDirectory() })
    await expect(store.put(key, 'x')).rejects.toMatchObject({ code: 'key-refused' })
    await expect(store.get(key)).rejects.toMatchObject({ code: 'key-refused' })
  })

  it('that lead out of the root by a symbolic link are refused, and not listed', async () => {
    const outside = temporaryDirectory()
    const root = temporaryDirectory()
    writeFileSync(join(outside, 'secret'), 'secret')
    symlinkSync(outside, join(root, 'folder'))
    symlinkSync(join(outside, 'secret'), join(root, 'file'))
    symlinkSync(join(outside, 'not-yet'), join(root, 'dangling'))
    const store = directoryStore({ root })
    for (const key of ['folder/secret', 'file', 'folder/new']) {
      await expect(store.get(key)).rejects.toMatchObject({ code: 'key-refused' })
      await expect(store.put(key, 'x')).rejects.toMatchObject({ code: 'key-refused' })
      await expect(store.delete(key)).rejects.toMatchObject({ code: 'key-refused' })
    }
    await expect(store.put('dangling', 'x')).rejects.toBeDefined()
    expect(readdirSync(outside)).toEqual(['secret'])
    expect((await store.list('')).objects).toEqual([])
  })

  it('take their folders with them, but those of the first level', async () => {
    const root = temporaryDirectory()
    const store = directoryStore({ root })
    for (const key of ['a/b/c/d/one', 'a/b/two']) await store.put(key, 'x')
    await store.delete('a/b/c/d/one')
    expect(readdirSync(join(root, 'a/b'))).toEqual(['two'])
    await store.delete('a/b/two')
    expect(readdirSync(join(root, 'a'))).toEqual([])
  })

  it('of the live database are never written', async () => {
    const root = temporaryDirectory()
    writeFileSync(join(root, 'hub.db'), 'live')
    const store = directoryStore({ root, isReadOnly: (key) => key === 'hub.db' })
    await store.put('other', 'x')
    await expect(store.put('hub.db', 'x')).rejects.toMatchObject({ code: 'no-access' })
    await expect(store.copy('other', 'hub.db')).rejects.toMatchObject({ code: 'no-access' })
    await expect(store.delete('hub.db')).rejects.toMatchObject({ code: 'no-access' })
    expect(readFileSync(join(root, 'hub.db'), 'utf8')).toBe('live')
  })
})

describe('a file that is replaced', () => {
  it('keeps its mode', async () => {
    const root = temporaryDirectory()
    writeFileSync(join(root, 'a'), 'old')
    chmodSync(join(root, 'a'), 0o640)
    await directoryStore({ root }).put('a', 'new')
    expect(statSync(join(root, 'a')).mode & 0o777).toBe(0o640)
  })

  it('changes its ETag, too, when somebody else writes into it', async () => {
    const root = temporaryDirectory()
    const store = directoryStore({ root })
    const { etag } = await store.put('a', 'one')
    await new Promise((resolve) => setTimeout(resolve, 20))
    writeFileSync(join(root, 'a'), 'two')
    await expect(store.put('a', 'three', { ifMatch: etag })).rejects.toMatchObject({
      code: 'precondition-failed',
    })
  })
})

describe('trouble with the disk', () => {
  it.skipIf(!isRoot)(
    'a full one is named, and the old object stays (needs root, for a small tmpfs)',
    async () => {
      const root = temporaryDirectory()
      const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', root])
      if (mounted.status !== 0) throw new Error(`tmpfs cannot be mounted: ${mounted.stderr}`)
      try {
        const store = directoryStore({ root })
        await store.put('a', 'old')
        await expect(store.put('a', 'x'.repeat(5_000_000))).rejects.toMatchObject({
          code: 'no-space',
          message: expect.stringContaining(join(root, 'a')),
        })
        expect(readFileSync(join(root, 'a'), 'utf8')).toBe('old')
        expect(readdirSync(root).filter((name) => name.startsWith('.hubkeeper'))).toEqual([])
      } finally {
        // The store’s lock is still open in this process.
        execFileSync('umount', ['--lazy', root])
      }
    },
  )

  it.skipIf(!isRoot)(
    'a directory that may not be written is named (needs root, to become another user)',
    async () => {
      const root = temporaryDirectory()
      mkdirSync(join(root, 'state'), { mode: 0o777 })
      chmodSync(root, 0o755)
      const code = `
      import { directoryStore } from '@hubkeeper/local'
      const error = await directoryStore({ root: ${JSON.stringify(root)}, lockPath: '/tmp/hubkeeper-lock-' + process.pid }).put('a', 'x').catch((error) => error)
      console.log(error.code, error.hint)`
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
        cwd: join(import.meta.dirname, '../..'),
        uid: 65_534,
        gid: 65_534,
        encoding: 'utf8',
      })
      expect(stdout).toContain('no-access give the user')
    },
  )
})
