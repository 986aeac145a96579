import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type ConfigInput, days, hubSchema, type LogFile, type LogRotator } from '@hubkeeper/core'
import { logFiles, logRotator } from '@hubkeeper/local'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'

type LogsInput = NonNullable<ConfigInput['hubs'][string]['logs']>

const target = 'logs/app-20261124T000000Z.log'
const worker = join(import.meta.dirname, 'workers/rotate-worker.ts')

/** A directory with logs in it, and who rotates them. */
function hubWith(contents: Readonly<Record<string, string | Buffer>>, logs: Partial<LogsInput> = {}) {
  const root = temporaryDirectory()
  mkdirSync(join(root, 'logs'))
  for (const [key, content] of Object.entries(contents)) writeFileSync(join(root, key), content)
  const hub = hubSchema.parse({ database: { path: 'hub.db' }, logs: { files: ['logs/*.log'], ...logs } })
  const rotator = logRotator({ root, hub, own: [], fence: async () => {} })
  const path = (key: string): string => join(root, key)
  return {
    root,
    rotator,
    path,
    text: (key: string): string => readFileSync(path(key), 'utf8'),
    names: (): string[] => readdirSync(path('logs')).sort(),
    file: (key: string): Promise<LogFile> => listed(rotator, key),
  }
}

async function listed(rotator: LogRotator, key: string): Promise<LogFile> {
  const file = (await rotator.files()).find((candidate) => candidate.key === key)
  if (file === undefined) throw new Error(`${key} is not listed`)
  return file
}

/** A process id that nobody has any more. */
const deadProcess = (): number => spawnSync(process.execPath, ['--version']).pid

describe('the logs of a hub', () => {
  it('are those that its globs match, with the rotated ones that the globs leave out', async () => {
    const names = [
      'app.log',
      'app.log.1',
      'app.log.2026-11-20.gz',
      'app-20261120.log',
      'other.txt',
      'b.log.1',
    ]
    const { root } = hubWith(Object.fromEntries(names.map((name) => [`logs/${name}`, 'x'])))
    const keys = (await logFiles({ root, patterns: ['logs/*.log'] }).files()).map(({ key }) => key)
    expect(keys).toEqual([
      'logs/app-20261120.log',
      'logs/app.log',
      'logs/app.log.1',
      'logs/app.log.2026-11-20.gz',
    ])
    const one = await logFiles({ root, patterns: ['logs/app.log'] }).files()
    expect(one.map(({ key }) => key)).toEqual(keys)
  })

  it('that are to be rotated leave out links, the database and what is Hubkeeper’s own', async () => {
    const { root, rotator } = hubWith(
      { 'logs/app.log': 'x', 'hub.db': 'x', 'hub.db-wal': 'x', 'hubkeeper.json': '{}' },
      { files: ['**'] },
    )
    for (const folder of ['state', 'backups', 'reports']) {
      mkdirSync(join(root, folder))
      writeFileSync(join(root, folder, 'any'), 'x')
    }
    symlinkSync('app.log', join(root, 'logs/current.log'))
    expect((await rotator.files()).map(({ key }) => key)).toEqual(['logs/app.log'])
  })
})

describe('a log whose name no key may have', () => {
  it('is left with the reason, and keeps no other one from being looked after', async () => {
    const odd = 'logs/a\\b-20261120.log'
    const { file, names, rotator } = hubWith({ [odd]: 'x\n', 'logs/app.log': 'y\n' })
    const log = await file(odd)
    await expect(rotator.rotate(log, target, 'copy-truncate')).rejects.toMatchObject({ code: 'key-refused' })
    expect(await rotator.delete(log)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('a backslash'),
    })
    await rotator.rotate(await file('logs/app.log'), target, 'copy-truncate')
    expect(names()).toHaveLength(3)
  })
})

describe('a log that is copied and cut', () => {
  it('is whole in its new file, with its mode and time; it is empty, and the same file', async () => {
    const { file, path, rotator, text } = hubWith({ 'logs/app.log': 'one\ntwo\n' })
    const written = new Date('2026-11-23T10:00:00Z')
    utimesSync(path('logs/app.log'), written, written)
    const before = statSync(path('logs/app.log'))
    const rotated = await rotator.rotate(await file('logs/app.log'), target, 'copy-truncate')
    expect(rotated).toEqual({ bytes: 8, hole: 0 })
    expect(text(target)).toBe('one\ntwo\n')
    expect(statSync(path(target))).toMatchObject({ mode: before.mode, mtime: written, nlink: 1 })
    expect(statSync(path('logs/app.log'))).toMatchObject({ ino: before.ino, size: 0 })
  })

  it('loses no line of a server that appends all the while', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3_000_000 }),
        fc.integer({ min: 1, max: 20 }),
        async (bytes, pace) => {
          const { file, names, path, rotator, text } = hubWith({ 'logs/app.log': `${'x'.repeat(bytes)}\n` })
          const log = openSync(path('logs/app.log'), 'a')
          let written = `${'x'.repeat(bytes)}\n`
          let running = true
          const writing = (async () => {
            for (let i = 0; running; i++) {
              const line = `line ${i}\n`.repeat(pace)
              writeSync(log, line)
              written += line
              await setImmediate()
            }
          })()
          await rotator.rotate(await file('logs/app.log'), target, 'copy-truncate')
          await setImmediate()
          running = false
          await writing
          closeSync(log)
          expect(text(target) + text('logs/app.log') === written).toBe(true)
          expect(names()).toHaveLength(2)
        },
      ),
      { numRuns: 15 },
    )
  })

  it('of another process loses whole lines at most, and only where it was cut', async () => {
    const { file, path, rotator, text } = hubWith({ 'logs/app.log': '' })
    const code = `
      const log = require('node:fs').openSync(process.argv[1], 'a')
      for (let i = 0; i < 50_000_000; i++) {
        require('node:fs').writeSync(log, 'line ' + i + '\\n')
        if (i === 50_000) console.log('writing')
      }`
    const child = spawn(process.execPath, ['-e', code, path('logs/app.log')])
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    const targets = [target, 'logs/app-20261124T000001Z.log', 'logs/app-20261124T000002Z.log']
    for (const to of targets) {
      while (text('logs/app.log') === '') await setImmediate()
      await rotator.rotate(await file('logs/app.log'), to, 'copy-truncate')
    }
    child.kill('SIGKILL')
    await once(child, 'exit')
    const whole = [...targets, 'logs/app.log'].map(text).join('')
    const lines = whole.split('\n').slice(0, -1)
    expect(lines.every((line) => /^line \d+$/.test(line))).toBe(true)
    const steps = lines
      .map((line) => Number(line.slice(5)))
      .map((number, i, all) => number - (all[i - 1] ?? -1))
    expect(Math.min(...new Set(steps))).toBe(1)
    expect(steps.filter((step) => step > 1).length).toBeLessThanOrEqual(targets.length)
  })

  it('of a server that does not append is told by its zeros, which are left out', async () => {
    const { file, path, rotator, text } = hubWith({ 'logs/app.log': 'before\n' })
    const log = openSync(path('logs/app.log'), 'r+')
    writeSync(log, 'before\n')
    await rotator.rotate(await file('logs/app.log'), target, 'copy-truncate')
    writeSync(log, 'after\n')
    const next = 'logs/app-20261125T000000Z.log'
    const rotated = await rotator.rotate(await file('logs/app.log'), next, 'copy-truncate')
    closeSync(log)
    expect(rotated).toEqual({ bytes: 6, hole: 7 })
    expect(text(next)).toBe('after\n')
  })

  it.each(['copy-truncate', 'rename'] as const)(
    'is not, where something else is in its way: %s',
    async (method) => {
      const { file, names, path, rotator, text } = hubWith({
        'logs/app.log': 'new\n',
        [target]: 'old\n',
        'logs/data.log': Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(99)]),
      })
      const refused = { code: 'precondition-failed' }
      await expect(rotator.rotate(await file('logs/app.log'), target, method)).rejects.toMatchObject(refused)
      expect([text(target), text('logs/app.log')]).toEqual(['old\n', 'new\n'])
      const data = await file('logs/data.log')
      await expect(rotator.rotate(data, 'logs/data-1.log', method)).rejects.toMatchObject({
        ...refused,
        message: expect.stringContaining('is no text'),
      })
      const log = await file('logs/app.log')
      truncateSync(path('logs/app.log'), 1)
      await expect(rotator.rotate(log, 'logs/b.log', method)).rejects.toMatchObject(refused)
      expect(names()).toHaveLength(3)
      await expect(
        rotator.rotate({ ...log, key: 'logs/no.log' }, 'logs/b.log', method),
      ).rejects.toMatchObject({
        code: 'object-missing',
      })
    },
  )

  it('is never reached through a link', async () => {
    const { file, path, rotator, text } = hubWith({ 'logs/app.log': 'x\n' })
    symlinkSync('logs', path('linked'))
    symlinkSync('app.log', path('logs/current.log'))
    const log = await file('logs/app.log')
    for (const key of ['linked/app.log', 'logs/current.log']) {
      const refused = { code: 'precondition-failed', message: expect.stringContaining('a link') }
      await expect(rotator.rotate({ ...log, key }, 'logs/b.log', 'copy-truncate')).rejects.toMatchObject(
        refused,
      )
      await expect(rotator.rotate({ ...log, key }, 'logs/b.log', 'rename')).rejects.toMatchObject(refused)
      expect(await rotator.delete({ ...log, key })).toMatchObject({ state: 'kept' })
    }
    expect(text('logs/app.log')).toBe('x\n')
  })
})

describe('a log that is renamed', () => {
  it('goes on being written by who has it open, until a new one is opened', async () => {
    const { file, path, rotator, text } = hubWith({ 'logs/app.log': 'one\n' })
    const log = openSync(path('logs/app.log'), 'a')
    expect(await rotator.rotate(await file('logs/app.log'), target, 'rename')).toEqual({ bytes: 4, hole: 0 })
    writeSync(log, 'two\n')
    const open = await rotator.open()
    if (open !== null) expect([...open.keys]).toContain(target)
    closeSync(log)
    expect(text(target)).toBe('one\ntwo\n')
    expect(existsSync(path('logs/app.log'))).toBe(false)
  })
})

describe('a run that is killed', () => {
  const content = 'one\ntwo\n'

  it('at any moment leaves every line, and none twice once the next one has tidied up', async () => {
    const line = 'a line of a log that is long enough to take a while\n'
    const whole = line.repeat(400_000)
    for (let after = 0; after < 90; after += 15) {
      const { names, path, root, rotator, text } = hubWith({ 'logs/app.log': whole })
      const child = spawn(process.execPath, [worker, root, 'logs/app.log', target])
      await once(child.stdout, 'data')
      setTimeout(() => child.kill('SIGKILL'), after)
      await once(child, 'exit')
      await rotator.tidy()
      const copied = existsSync(path(target)) ? text(target) : ''
      expect(copied + text('logs/app.log') === whole, `killed after ${after} ms`).toBe(true)
      expect(names().filter((name) => name.startsWith('.'))).toEqual([])
    }
  }, 60_000)

  it('before its copy is whole leaves nothing but the log', async () => {
    const { names, path, rotator } = hubWith({ 'logs/app.log': content })
    writeFileSync(path(`logs/.hubkeeper-tmp-rotation-${deadProcess()}-x`), 'one\n')
    expect(await rotator.tidy()).toEqual(['removed a half-made copy below logs'])
    expect(names()).toEqual(['app.log'])
  })

  it('between copy and cut leaves one of the two', async () => {
    const { names, path, rotator, text } = hubWith({ 'logs/app.log': `${content}more\n`, [target]: content })
    linkSync(path(target), path(`logs/.hubkeeper-tmp-rotation-${deadProcess()}-x`))
    expect(await rotator.tidy()).toEqual([
      `removed ${target}: the run that copied logs/app.log ended before it was cut`,
    ])
    expect(names()).toEqual(['app.log'])
    expect(text('logs/app.log')).toBe(`${content}more\n`)
  })

  it('after the cut leaves both', async () => {
    const { names, path, rotator } = hubWith({ 'logs/app.log': 'one\n', [target]: content })
    linkSync(path(target), path(`logs/.hubkeeper-tmp-rotation-${deadProcess()}-x`))
    expect(await rotator.tidy()).toEqual([])
    expect(names()).toEqual(['app-20261124T000000Z.log', 'app.log'])
  })

  it('is waited for while it lives, and not while another process has its id', async () => {
    const { names, path, rotator } = hubWith({})
    writeFileSync(path(`logs/.hubkeeper-tmp-rotation-${process.pid}-x`), 'one\n')
    expect(await rotator.tidy()).toEqual([])
    expect(names()).toHaveLength(1)
    // As if this process had begun after that.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days(1) })
    onTestFinished(() => void vi.useRealTimers())
    expect(await rotator.tidy()).toEqual(['removed a half-made copy below logs'])
    expect(names()).toEqual([])
  })

  it('may leave what cannot be removed, which is told and no more', async () => {
    const { file, path, rotator } = hubWith({ 'logs/app.log': 'x\n' })
    const left = `logs/.hubkeeper-tmp-rotation-${deadProcess()}-x`
    mkdirSync(path(left))
    expect(await rotator.tidy()).toEqual([expect.stringMatching(`^${left} cannot be tidied up: `)])
    await rotator.rotate(await file('logs/app.log'), target, 'copy-truncate')
  })
})

describe('a rotated log', () => {
  it('is deleted as it was listed, and kept when it changed, is gone, or is no log', async () => {
    const other = 'logs/data-20261120.log'
    const { file, names, path, rotator } = hubWith({
      [target]: 'x\n',
      [other]: 'SQLite format 3\0 and so on',
    })
    const log = await file(target)
    appendFileSync(path(target), 'y\n')
    expect(await rotator.delete(log)).toEqual({
      state: 'kept',
      reason: `${target} is left: it changed meanwhile`,
    })
    expect(await rotator.delete(await file(other))).toMatchObject({
      state: 'kept',
      reason: expect.stringContaining('is no text'),
    })
    expect(await rotator.delete(await file(target))).toEqual({ state: 'deleted' })
    expect(await rotator.delete(log)).toMatchObject({ state: 'kept' })
    expect(names()).toEqual(['data-20261120.log'])
  })

  it('is compressed with its mode and time, read back, and only then deleted', async () => {
    const text = 'a line\n'.repeat(50_000)
    const { file, names, path, rotator } = hubWith({ [target]: text })
    const written = new Date('2026-11-23T10:00:00Z')
    utimesSync(path(target), written, written)
    const { mode } = statSync(path(target))
    const bytes = await rotator.compress(await file(target))
    const stats = statSync(path(`${target}.gz`))
    expect(stats).toMatchObject({ mode, mtime: written, size: bytes, nlink: 1 })
    expect(gunzipSync(readFileSync(path(`${target}.gz`))).toString() === text).toBe(true)
    expect(names()).toEqual(['app-20261124T000000Z.log.gz'])
  })

  it('gives way to the compressed one of a run that was killed, if that holds the same', async () => {
    const { file, names, rotator } = hubWith({ [target]: 'x\n', [`${target}.gz`]: gzipSync('x\n') })
    await rotator.compress(await file(target))
    expect(names()).toEqual(['app-20261124T000000Z.log.gz'])
    const another = hubWith({ [target]: 'x\n', [`${target}.gz`]: gzipSync('y\n') })
    await expect(another.rotator.compress(await another.file(target))).rejects.toMatchObject({
      code: 'precondition-failed',
    })
    expect(another.names()).toHaveLength(2)
  })
})

describe('nothing is changed', () => {
  it('by a run that was overtaken while it compressed: the other one may have deleted the log', async () => {
    const { file, names, root, rotator: other } = hubWith({ [target]: 'x\n' })
    const hub = hubSchema.parse({ database: { path: 'hub.db' }, logs: { files: ['logs/*.log'] } })
    const log = await file(target)
    let passes = 0
    const fence = async (): Promise<void> => {
      passes += 1
      if (passes === 1) return
      await other.compress(log)
      throw new Error('another run took over')
    }
    await expect(logRotator({ root, hub, own: [], fence }).compress(log)).rejects.toThrow(
      'another run took over',
    )
    expect(names()).toEqual(['app-20261124T000000Z.log.gz'])
  })

  it('by a run that may not any more', async () => {
    const { names, root, file } = hubWith({ 'logs/app.log': 'x\n', [target]: 'y\n' })
    const hub = hubSchema.parse({ database: { path: 'hub.db' }, logs: { files: ['logs/*.log'] } })
    const lost = new Error('another run took over')
    const rotator = logRotator({ root, hub, own: [], fence: () => Promise.reject(lost) })
    const [log, rotated] = [await file('logs/app.log'), await file(target)]
    await expect(rotator.rotate(log, 'logs/b.log', 'copy-truncate')).rejects.toThrow(lost.message)
    await expect(rotator.rotate(log, 'logs/b.log', 'rename')).rejects.toThrow(lost.message)
    await expect(rotator.compress(rotated)).rejects.toThrow(lost.message)
    await expect(rotator.delete(rotated)).rejects.toThrow(lost.message)
    await expect(rotator.tidy()).rejects.toThrow(lost.message)
    expect(names()).toHaveLength(2)
  })
})

it('leaves the backups alone where they are kept among the logs', async () => {
  const root = temporaryDirectory()
  mkdirSync(join(root, 'var/backups/one'), { recursive: true })
  writeFileSync(join(root, 'var/backups/one/manifest.json'), '{}')
  writeFileSync(join(root, 'var/app.log'), 'a line\n')
  const logs = { files: ['var/**/*'] }
  const hub = hubSchema.parse({ database: { path: 'hub.db' }, logs })
  const rotator = logRotator({ root, hub, own: [join(root, 'var/backups')], fence: async () => {} })
  expect((await rotator.files()).map(({ key }) => key)).toEqual(['var/app.log'])
})
