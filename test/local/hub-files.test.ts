import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { copyKeptFiles, type Fence, type HubFileRestorer, parseConfig } from '@hubkeeper/core'
import { hubFileRestorer, writeNewFile } from '@hubkeeper/local'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hubFilesContract, hubOfFiles } from '../adapters/hub-files.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const isRoot = process.getuid?.() === 0

function restorerIn(root: string, fence: Fence = async () => {}): HubFileRestorer {
  const scratch = temporaryDirectory()
  return hubFileRestorer({
    root,
    hub: hubOfFiles,
    own: [join(root, 'work')],
    scratch: async () => scratch,
    fence,
  })
}

function write(root: string, key: string, body: string): string {
  const path = join(root, key)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, body)
  return path
}

const sha256 = (body: string): string => createHash('sha256').update(body).digest('hex')

/** Whether it has all of these. */
const isLike = (found: unknown, wanted: object): boolean =>
  typeof found === 'object' &&
  found !== null &&
  Object.entries(wanted).every(([name, value]) => Reflect.get(found, name) === value)

hubFilesContract('a directory', async (fence) => {
  const root = temporaryDirectory()
  return {
    files: restorerIn(root, fence),
    write: async (key, body) => void write(root, key, body),
    read: async (key) => (existsSync(join(root, key)) ? readFileSync(join(root, key), 'utf8') : null),
  }
})

describe('files of a hub in its directory', () => {
  it('are left out with a reason where they are links or no plain files', async () => {
    const root = temporaryDirectory()
    const outside = write(temporaryDirectory(), 'secret', 'x')
    write(root, 'config/a', 'x')
    write(root, 'work/own', 'x')
    symlinkSync(outside, join(root, 'config/link'))
    symlinkSync(dirname(outside), join(root, 'elsewhere'))
    symlinkSync(join(root, 'config'), join(root, 'alias'))
    execFileSync('mkfifo', [join(root, 'config/pipe')])
    const files = restorerIn(root)
    const patterns = ['config/**', 'elsewhere/**', 'elsewhere/secret', 'work/**', 'config', 'alias/a']
    const found = await files.candidates(patterns)
    expect(found.files.map(({ key }) => key)).toEqual(['config/a'])
    expect(Object.fromEntries(found.leftOut.map(({ key, reason }) => [key, reason]))).toEqual({
      alias: 'a link, or no plain file: it is not followed',
      'alias/a': 'a link leads to it',
      config: 'a directory: name its files as a glob',
      'config/link': 'a link, or no plain file: it is not followed',
      'config/pipe': 'a link, or no plain file: it is not followed',
      elsewhere: 'a link, or no plain file: it is not followed',
      'elsewhere/secret': 'a link on its way leads out of the hub’s directory',
      'work/own': 'below work/',
    })
    await expect(files.copy('config/link')).rejects.toMatchObject({ code: 'not-available' })
    await expect(files.copy('config/pipe')).rejects.toMatchObject({ code: 'not-available' })
    await expect(files.copy('elsewhere/secret')).rejects.toMatchObject({ code: 'key-refused' })
  })

  it('are never put where a link leads, not even into a directory that is not there yet', async () => {
    const root = temporaryDirectory()
    const outside = temporaryDirectory()
    symlinkSync(outside, join(root, 'config'))
    const source = write(temporaryDirectory(), 'source', 'new')
    const replaced = restorerIn(root).replace('config/deep/a', source, { expected: null, mode: null })
    await expect(replaced).rejects.toMatchObject({ code: 'key-refused' })
    write(root, 'other/b', 'x')
    symlinkSync(join(outside, 'target'), join(root, 'other/a'))
    const overLink = restorerIn(root).replace('other/a', source, { expected: null, mode: null })
    await expect(overLink).rejects.toMatchObject({ code: 'precondition-failed' })
    expect(readdirSync(outside)).toEqual([])
  })

  it('keep owner and mode where they are replaced; a new one gets its mode and its directory’s owner', async () => {
    const root = temporaryDirectory()
    const path = write(root, 'config/a', 'old')
    chmodSync(path, 0o640)
    if (isRoot) for (const one of [dirname(path), path]) chownSync(one, 65_534, 65_534)
    const files = restorerIn(root)
    const copy = await files.copy('config/a')
    expect(copy?.mode).toBe(0o640)
    const source = write(temporaryDirectory(), 'source', 'new')
    await files.replace('config/a', source, { expected: copy?.sha256 ?? '', mode: 0o777 })
    await files.replace('config/deep/b', source, { expected: null, mode: 0o4750 })
    const modes = ['config/a', 'config/deep/b'].map((key) => statSync(join(root, key)).mode & 0o7777)
    expect(modes).toEqual([0o640, 0o750])
    const owner = statSync(join(root, 'config')).uid
    for (const key of ['config/a', 'config/deep', 'config/deep/b']) {
      expect(statSync(join(root, key)).uid, key).toBe(owner)
    }
    expect(readdirSync(join(root, 'config'), { recursive: true }).sort()).toEqual(['a', 'deep', 'deep/b'])
  })

  it('are copied whole while somebody writes them, or not at all', async () => {
    const root = temporaryDirectory()
    const path = write(root, 'config/a', 'A'.repeat(200_000))
    const script = `
      const fs = require('node:fs'); const file = fs.openSync(${JSON.stringify(path)}, 'r+'); let turn = 0
      process.stdout.write('begun'); const end = Date.now() + 1500
      while (Date.now() < end) fs.writeSync(file, 'AB'[turn++ % 2].repeat(200000), 0)`
    const writer = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void writer.kill('SIGKILL'))
    const ended = once(writer, 'exit')
    await once(writer.stdout, 'data')
    const files = restorerIn(root)
    const copy = await files.copy('config/a').catch((error: unknown) => error)
    const sound = [
      { code: 'precondition-failed' },
      ...['A', 'B'].map((letter) => ({ sha256: sha256(letter.repeat(200_000)) })),
    ]
    expect(copy).toSatisfy((found) => sound.some((one) => isLike(found, one)))
    await ended
    expect(await files.copy('config/a')).toMatchObject({ bytes: 200_000 })
  })
})

describe('copying what is kept', () => {
  const hubWith = (json: object) => {
    const text = JSON.stringify({ hubs: { hub: { database: { path: 'knowledge/hub.db' }, ...json } } })
    const hub = parseConfig(text, 'the test').hubs.hub
    if (hub === undefined) throw new Error('there is no hub')
    return { ...hub, id: 'hub' }
  }
  const copyAll = (root: string, json: object) =>
    copyKeptFiles({ files: restorerIn(root), hub: hubWith(json), progress: { step: () => {} } })

  it('keeps an index that is half written, and says so', async () => {
    const root = temporaryDirectory()
    write(root, 'index/torn.json', '{"a":')
    write(root, 'index/whole.json', '{"a":1}')
    const { files, findings } = await copyAll(root, { searchIndex: { files: ['index/*.json'] } })
    expect(files.map(({ key }) => key)).toEqual(['index/torn.json', 'index/whole.json'])
    expect(findings).toMatchObject([
      { status: 'ok', actual: '2 files, 12 bytes' },
      { status: 'warning', subject: 'index/torn.json', actual: expect.stringContaining('no whole JSON') },
    ])
  })

  it.skipIf(isRoot)('keeps the others where one cannot be read, and names it', async () => {
    const root = temporaryDirectory()
    write(root, 'config/a', 'x')
    chmodSync(write(root, 'config/closed', 'x'), 0)
    const { files, findings } = await copyAll(root, {})
    expect(files.map(({ key }) => key)).toEqual(['config/a'])
    expect(findings[1]).toMatchObject({ status: 'warning', subject: 'config/closed' })
  })

  it('says of a database that is in use what a copy of its file lacks', async () => {
    const root = temporaryDirectory()
    write(root, 'config/settings.db', 'SQLite format 3\0…')
    write(root, 'config/settings.db-wal', 'committed')
    const { findings } = await copyAll(root, {})
    expect(findings.find(({ subject }) => subject === 'config/settings.db')).toMatchObject({
      status: 'warning',
      actual: expect.stringContaining('config/settings.db-wal'),
    })
  })
})

describe('a file in a new place', () => {
  it('is written whole, never over a file nor through a link, dangling or not', async () => {
    const folder = temporaryDirectory()
    const source = write(folder, 'source', 'body')
    await writeNewFile(source, join(folder, 'new/deep/file'), 0o600)
    expect(readFileSync(join(folder, 'new/deep/file'), 'utf8')).toBe('body')
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'))
    symlinkSync(source, join(folder, 'link'))
    for (const name of ['source', 'dangling', 'link', 'new']) {
      const written = writeNewFile(source, join(folder, name), 0o600)
      await expect(written, name).rejects.toMatchObject({
        code: 'io',
        message: expect.stringContaining('already'),
      })
    }
    expect(existsSync(join(folder, 'nowhere'))).toBe(false)
    expect(readdirSync(folder).sort()).toEqual(['dangling', 'link', 'new', 'source'])
  })
})
