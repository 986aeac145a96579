import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import {
  type BaseContext,
  type ConfigInput,
  days,
  type Finding,
  type Freeze,
  groupLogs,
  hours,
  hubSchema,
  type LogRotator,
  type LogSource,
  planRotation,
  type TaskResult,
} from '@hubkeeper/core'
import { logFiles, logRotator } from '@hubkeeper/local'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkLogs } from '../../functions/health-check/logs.ts'
import { logRotation } from '../../functions/log-rotation/task.ts'
import { runTask } from '../support/cli.ts'
import { contextOf, quietLedger } from '../support/context.ts'
import { sampleHub } from '../support/hub.ts'
import { temporaryDirectory } from '../support/temporary.ts'

type LogsInput = ConfigInput['hubs'][string]['logs']

const at = new Date('2026-11-25T00:00:05Z')
const ago = (ms: number): Date => new Date(at.getTime() - ms)

interface Written {
  readonly content?: string
  readonly modifiedAt?: Date
}

/** A hub with logs in a directory of its own, and the task over them. */
function hubWith(
  files: Readonly<Record<string, Written>>,
  rotation: NonNullable<LogsInput>['rotation'] = {},
  patterns: string[] = ['logs/*.log'],
) {
  const root = temporaryDirectory()
  const path = (key: string): string => join(root, key)
  mkdirSync(path('logs'))
  for (const [key, { content = 'a line\n', modifiedAt = at }] of Object.entries(files)) {
    writeFileSync(path(key), content)
    utimesSync(path(key), modifiedAt, modifiedAt)
  }
  const hub = hubSchema.parse({ database: { path: 'hub.db' }, logs: { files: patterns, rotation } })
  const rotator = logRotator({ root, hub, own: [], fence: async () => {} })
  return {
    root,
    hub,
    rotator,
    path,
    names: (): string[] => readdirSync(path('logs')).sort(),
    text: (key: string): string => readFileSync(path(key), 'utf8'),
    run: (
      changes: Partial<BaseContext> & { logs?: LogRotator; hold?: () => Freeze | null } = {},
    ): Promise<TaskResult> => {
      const { hold = () => null, logs = rotator, ...base } = changes
      const ledger = quietLedger(async () => hold())
      const context = contextOf({ ...hub, id: 'hub' }, at, base)
      return logRotation.start(context, async () => ({ logs, ledger }), {})
    },
    check: (logs: LogSource = logFiles({ root, patterns }), moment = at) => checkLogs(hub, logs, moment),
  }
}

const of = ({ findings }: { readonly findings: readonly Finding[] }, subject: string): Finding => {
  const found = findings.find((finding) => finding.subject === subject)
  if (found === undefined) throw new Error(`no finding of ${subject} among ${JSON.stringify(findings)}`)
  return found
}

const figureOf = ({ figures = [] }: TaskResult, name: string, subject: string | null = null) =>
  figures.find((figure) => figure.name === name && figure.subject === subject)?.value

const target = 'logs/app-20261125T000005Z.log'

describe('the task', () => {
  it('moves a live log away, deletes rotated ones that are old, and says so with figures', async () => {
    const { names, run, text } = hubWith({
      'logs/app.log': { content: 'today\n' },
      'logs/app.log.2026-11-10.gz': { content: 'old', modifiedAt: ago(days(14)) },
      'logs/app.log.2026-11-23': { content: 'kept\n', modifiedAt: ago(days(2)) },
      'logs/quiet.log': { content: '', modifiedAt: ago(days(400)) },
    })
    const result = await run()
    expect(of(result, 'logs/app.log')).toMatchObject({
      status: 'ok',
      actual: 'rotated, 1 deleted',
      evidence: expect.arrayContaining([
        'logs/app.log.2026-11-10.gz deleted, 3 bytes',
        `logs/app.log moved to ${target}, 6 bytes`,
      ]),
    })
    expect(of(result, 'logs/quiet.log')).toMatchObject({ status: 'ok', actual: 'nothing to do' })
    expect(names()).toEqual(['app-20261125T000005Z.log', 'app.log', 'app.log.2026-11-23', 'quiet.log'])
    expect(text(target)).toBe('today\n')
    expect([
      figureOf(result, 'logs.files', 'live'),
      figureOf(result, 'logs.size', 'live'),
      figureOf(result, 'logs.files', 'rotated'),
      figureOf(result, 'logs.size', 'rotated'),
      figureOf(result, 'logs.size-after', 'live'),
      figureOf(result, 'logs.files-after', 'rotated'),
      figureOf(result, 'logs.freed', 'rotated'),
    ]).toEqual([2, 6, 2, 8, 0, 2, 3])
  })

  it('does nothing more on the same day, however much is logged meanwhile', async () => {
    const { names, path, run } = hubWith({ 'logs/app.log': {}, 'logs/app.log.1': {} }, { compress: true })
    await run()
    appendFileSync(path('logs/app.log'), 'more\n')
    const once = names()
    const result = await run({ at: new Date('2026-11-25T23:59:59Z') })
    expect(of(result, 'logs/app.log')).toMatchObject({ status: 'ok', actual: 'nothing to do' })
    expect(names()).toEqual(once)
    await run({ at: new Date('2026-11-26T00:00:00Z') })
    expect(names()).toHaveLength(once.length + 1)
  })

  it('only tells its plan in a dry run, and when nothing may be deleted', async () => {
    const { names, run, text } = hubWith({
      'logs/app.log': {},
      'logs/app.log.2026-11-10': { modifiedAt: ago(days(14)) },
    })
    for (const [changes, why] of [
      [{ dryRun: true }, 'dry run'],
      [{ deletionRefused: 'the clock is behind' }, 'the clock is behind'],
    ] as const) {
      const result = await run(changes)
      expect(of(result, 'logs/app.log')).toMatchObject({
        status: 'skipped',
        actual: `${why}: would be rotated, 1 deleted`,
        evidence: expect.arrayContaining([
          'logs/app.log.2026-11-10, 7 bytes: would delete',
          `logs/app.log, 7 bytes: would move to ${target}`,
        ]),
      })
      expect(figureOf(result, 'logs.freed', 'rotated')).toBeUndefined()
    }
    expect(names()).toEqual(['app.log', 'app.log.2026-11-10'])
    expect(text('logs/app.log')).toBe('a line\n')
  })

  it('deletes nothing while a hold is in force, and rotates all the same', async () => {
    const { names, run } = hubWith({
      'logs/app.log': {},
      'logs/app.log.2026-11-10': { modifiedAt: ago(days(14)) },
    })
    const hold = { by: 'anna', since: at.toISOString(), reason: 'an audit', until: null }
    expect(of(await run({ hold: () => hold }), 'logs/app.log')).toMatchObject({
      actual: 'rotated',
      evidence: expect.arrayContaining(['logs/app.log.2026-11-10 is left: a hold is in force (an audit)']),
    })
    expect(names()).toHaveLength(3)
  })

  it('deletes nothing more once a hold is put on in the middle of it', async () => {
    const old = { modifiedAt: ago(days(14)) }
    const { names, rotator, run } = hubWith({ 'logs/a.log.2026-11-10': old, 'logs/b.log.2026-11-10': old })
    const put = { by: 'anna', since: at.toISOString(), reason: 'an audit', until: null }
    let hold: Freeze | null = null
    const logs: LogRotator = {
      ...rotator,
      delete: (file) => rotator.delete(file).finally(() => (hold = put)),
    }
    const result = await run({ logs, hold: () => hold })
    expect(of(result, 'logs/b.log').evidence).toContain(
      'logs/b.log.2026-11-10 is left: a hold is in force (an audit)',
    )
    expect(names()).toEqual(['b.log.2026-11-10'])
  })

  it('leaves a file that changed or vanished after it was planned, and goes on with the others', async () => {
    const { names, path, rotator, run } = hubWith({
      'logs/app.log': {},
      'logs/b.log': {},
      'logs/b.log.2026-11-10': { modifiedAt: ago(days(14)) },
    })
    const logs: LogRotator = {
      ...rotator,
      // Between the listing and the first change.
      async open() {
        appendFileSync(path('logs/b.log.2026-11-10'), 'more\n')
        renameSync(path('logs/app.log'), path('logs/moved.txt'))
        return rotator.open()
      },
    }
    const result = await run({ logs })
    expect(of(result, 'logs/app.log')).toMatchObject({
      status: 'warning',
      actual: '0 of 1 done',
      evidence: expect.arrayContaining(['there is no object logs/app.log']),
    })
    expect(of(result, 'logs/b.log')).toMatchObject({
      status: 'warning',
      actual: '1 of 2 done',
      evidence: expect.arrayContaining(['logs/b.log.2026-11-10 is left: it changed meanwhile']),
    })
    expect(names()).toEqual(['b-20261125T000005Z.log', 'b.log', 'b.log.2026-11-10', 'moved.txt'])
  })

  it('warns of a server that does not append', async () => {
    const { path, run } = hubWith({ 'logs/app.log': { content: '' } })
    const log = openSync(path('logs/app.log'), 'w')
    writeSync(log, 'before\n')
    expect(of(await run(), 'logs/app.log').status).toBe('ok')
    writeSync(log, 'after\n')
    const next = of(await run({ at: new Date('2026-11-26T00:00:05Z') }), 'logs/app.log')
    closeSync(log)
    expect(next).toMatchObject({ status: 'warning', actual: 'rotated' })
    expect(next.evidence.join('\n')).toContain('its server does not append')
  })

  it.runIf(process.platform === 'linux')('warns of a server that did not open its log again', async () => {
    const { path, run } = hubWith({ 'logs/app.log': {} }, { method: 'rename' })
    const log = openSync(path('logs/app.log'), 'a')
    expect(of(await run(), 'logs/app.log').status).toBe('ok')
    const next = of(await run({ at: new Date('2026-11-26T00:00:05Z') }), 'logs/app.log')
    closeSync(log)
    expect(next).toMatchObject({
      status: 'warning',
      evidence: expect.arrayContaining([`${target} is still open: its server did not open a new log`]),
    })
  })

  it.runIf(process.platform === 'linux')('keeps an old log that a process has open', async () => {
    const old = 'logs/app.log.2026-11-10'
    const { names, path, run } = hubWith({ [old]: { modifiedAt: ago(days(14)) } })
    const log = openSync(path(old), 'r')
    expect(of(await run(), 'logs/app.log')).toMatchObject({
      status: 'ok',
      evidence: expect.arrayContaining([`${old} is left: it is open`]),
    })
    closeSync(log)
    await run()
    expect(names()).toEqual([])
  })

  it('ends when it may change nothing more: that is no matter of one log', async () => {
    const { hub, root, run } = hubWith({ 'logs/app.log': {} })
    let passes = 1
    const fence = async () => {
      if (passes-- <= 0) throw new Error('another run took over')
    }
    await expect(run({ logs: logRotator({ root, hub, own: [], fence }) })).rejects.toThrow(
      'another run took over',
    )
  })
})

describe('through the command', () => {
  it('rotates, and the same errors are counted as before: once each', async () => {
    const hub = sampleHub()
    const entry = (age: number, level: string) =>
      `${new Date(Date.now() - age).toISOString()} ${level} app: something\n`
    const log = join(hub.directory, 'logs/app.log')
    hub.configure({ logs: { files: ['logs/app.log'] } })
    writeFileSync(log, entry(hours(30), 'ERROR') + entry(hours(3), 'ERROR').repeat(7))
    const rotated = await runTask(hub.directory, ['run', 'log-rotation'])
    expect(rotated.finding('logs.rotated', 'logs/app.log')).toMatchObject({ status: 'ok', actual: 'rotated' })
    expect(statSync(log).size).toBe(0)
    appendFileSync(log, entry(hours(1), 'ERROR').repeat(5) + entry(hours(1), 'CRITICAL'))
    const health = await runTask(hub.directory, ['run', 'health-check'])
    expect(health.finding('logs.errors', 'logs/app.log')).toMatchObject({ status: 'warning', actual: 12 })
    expect(health.finding('logs.critical', 'logs/app.log')).toMatchObject({ actual: 1 })
    expect(health.report.findings.filter(({ check }) => check === 'logs.errors')).toHaveLength(1)
  })

  it('pretending another moment changes nothing, and a hub without logs has nothing to rotate', async () => {
    const hub = sampleHub()
    const run = (...args: string[]) => runTask(hub.directory, ['run', 'log-rotation', ...args])
    expect((await run()).finding('logs.rotated')).toMatchObject({
      status: 'skipped',
      actual: 'no logs are configured',
    })
    hub.configure({ logs: { files: ['logs/*.log'] } })
    writeFileSync(join(hub.directory, 'logs/app.log'), 'x\n')
    const names = readdirSync(join(hub.directory, 'logs'))
    const later = await run('--at', new Date(Date.now() + days(60)).toISOString())
    expect(later.finding('logs.rotated', 'logs/app.log')).toMatchObject({
      status: 'skipped',
      actual: expect.stringContaining('the run pretends'),
    })
    expect(readdirSync(join(hub.directory, 'logs'))).toEqual(names)
  })
})

describe('errors are counted right', () => {
  const line = (ms: number, level = 'ERROR') => `${ago(ms).toISOString()} ${level} app: something\n`

  it('in a line, and a record without a time, that a rotation cut apart', async () => {
    const { check } = hubWith({
      [target]: { content: `${line(hours(2))}${line(hours(1)).slice(0, 30)}`, modifiedAt: ago(hours(1)) },
      'logs/app.log': { content: `${line(hours(1)).slice(30)}ERROR: without a time\n` },
    })
    expect(of(await check(), 'logs/app.log')).toMatchObject({ actual: 3 })
  })

  it('of a log that was rotated by others, in whatever style, and that is just being compressed', async () => {
    const { check } = hubWith({
      'logs/app.log.2': { content: line(hours(20)), modifiedAt: ago(hours(20)) },
      'logs/app.log.2026-11-24': { content: line(hours(9)), modifiedAt: ago(hours(9)) },
      'logs/app.log.2026-11-24.gz': { content: 'half of it', modifiedAt: ago(hours(9)) },
      'logs/app.log.2026-11-22': { content: line(hours(60)), modifiedAt: ago(hours(60)) },
      'logs/app.log': { content: line(hours(1)) },
    })
    expect(of(await check(), 'logs/app.log')).toMatchObject({ actual: 3 })
  })

  it('as far as they can be read: what is compressed in another way than gzip is told, and never ok', async () => {
    const xz = Buffer.from('fd377a585a000004', 'hex').toString('latin1')
    const { check, path } = hubWith({ 'logs/app.log.1.xz': { content: xz, modifiedAt: ago(hours(9)) } })
    const unread = 'logs/app.log.1.xz was not read: of what is compressed, only .gz is'
    const write = (lines: number): void => {
      writeFileSync(path('logs/app.log'), line(hours(1)).repeat(lines))
      utimesSync(path('logs/app.log'), at, at)
    }
    write(3)
    expect(of(await check(), 'logs/app.log')).toMatchObject({
      status: 'unknown',
      actual: 3,
      evidence: expect.arrayContaining([unread]),
    })
    write(30)
    expect(of(await check(), 'logs/app.log')).toMatchObject({ status: 'warning', actual: 30 })
    // While it is being compressed, all of it is still there.
    writeFileSync(path('logs/app.log.1'), line(hours(9)).repeat(2))
    utimesSync(path('logs/app.log.1'), ago(hours(9)), ago(hours(9)))
    write(3)
    expect(of(await check(), 'logs/app.log')).toMatchObject({ status: 'ok', actual: 5 })
  })

  it.each(['copy-truncate', 'rename'] as const)(
    'while it is rotated by %s: it is read again',
    async (method) => {
      for (const moment of ['before', 'during', 'after']) {
        const { check, path, root, rotator } = hubWith({
          'logs/app.log': { content: line(hours(1)).repeat(60_000), modifiedAt: at },
        })
        const source = logFiles({ root, patterns: ['logs/*.log'] })
        let rotated = false
        const rotate = async () => {
          if (rotated) return
          rotated = true
          const [file] = await rotator.files()
          if (file !== undefined) await rotator.rotate(file, target, method)
          appendFileSync(path('logs/app.log'), line(0.5))
        }
        const logs: LogSource = {
          ...source,
          async *read(key, start) {
            if (moment === 'before') await rotate()
            for await (const chunk of source.read(key, start)) {
              yield chunk
              if (moment === 'during') await rotate()
            }
            if (moment === 'after') await rotate()
          },
        }
        const { findings } = await check(logs)
        expect(of({ findings }, 'logs/app.log'), moment).toMatchObject({ actual: 60_001 })
      }
    },
  )

  it('or not at all: one that is cut again and again is unknown, with the reason', async () => {
    const { check, path, root } = hubWith({ 'logs/app.log': { content: line(hours(1)).repeat(60_000) } })
    const source = logFiles({ root, patterns: ['logs/*.log'] })
    const logs: LogSource = {
      ...source,
      async *read(key, start) {
        for await (const chunk of source.read(key, start)) {
          truncateSync(path('logs/app.log'), statSync(path('logs/app.log')).size - 100)
          yield chunk
        }
      },
    }
    expect(of(await check(logs), 'logs/app.log')).toMatchObject({
      status: 'unknown',
      actual: expect.stringContaining('rotated'),
    })
  })

  it('and one that is cut below what is being read says so', async () => {
    const { path, root } = hubWith({ 'logs/app.log': { content: line(hours(1)).repeat(60_000) } })
    const reading = async () => {
      for await (const _ of logFiles({ root, patterns: ['logs/*.log'] }).read('logs/app.log')) {
        truncateSync(path('logs/app.log'), 10)
        await setImmediate()
      }
    }
    await expect(reading()).rejects.toMatchObject({
      code: 'precondition-failed',
      message: expect.stringContaining('was rotated while it was read'),
    })
  })
})

describe('whatever lies there', () => {
  const moment = fc.integer({ min: 0, max: 40 * 24 }).map((count) => ago(hours(count)))
  const dateOf = (date: Date) => date.toISOString().slice(0, 10)
  const name = fc.oneof(
    fc.constantFrom('app.log', 'b.log', 'worker-1.log', 'api-2026.log', 'app.log.1', 'b.1.log', 'b.log.old'),
    moment.map((date) => `app.log.${dateOf(date)}`),
    moment.map((date) => `b-${dateOf(date).replaceAll('-', '')}.log`),
  )
  const listing = fc.dictionary(
    name.map((one) => `logs/${one}`),
    fc.record({ content: fc.constantFrom('', 'one\n', 'one\ntwo\n'.repeat(500)), modifiedAt: moment }),
    { maxKeys: 10 },
  )
  const rotation = fc.record({
    keepDays: fc.integer({ min: 1, max: 20 }),
    method: fc.constantFrom('copy-truncate' as const, 'rename' as const, 'none' as const),
    compress: fc.boolean(),
  })

  it('what happens is the plan, no byte is lost but by it, and the second time nothing happens', async () => {
    await fc.assert(
      fc.asyncProperty(listing, rotation, async (files, config) => {
        const { hub, names, path, root, rotator, run } = hubWith(files, config)
        const listed = await rotator.files()
        const plans = planRotation({
          files: listed,
          open: null,
          at,
          timeZone: 'UTC',
          config: hub.logs?.rotation ?? expect.fail('it has logs'),
          isLive: () => false,
          expiredOnly: false,
        })
        const expected = new Map(Object.entries(files).map(([key, { content }]) => [key, content]))
        for (const action of plans.flatMap(({ actions }) => actions)) {
          const { key } = action.file
          const content = expected.get(key) ?? ''
          if (action.kind !== 'rotate' || action.method === 'rename') expected.delete(key)
          else expected.set(key, '')
          if (action.kind === 'rotate') expected.set(action.target, content)
          if (action.kind === 'compress') expected.set(`${key}.gz`, content)
        }
        const live = groupLogs(listed).flatMap((group) => group.live ?? [])
        await run()
        const there = new Map(
          names().map((one) => {
            const bytes = readFileSync(path(`logs/${one}`))
            return [`logs/${one}`, (one.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()] as const
          }),
        )
        expect(there).toEqual(new Map([...expected].sort(([a], [b]) => (a < b ? -1 : 1))))
        for (const { key } of live) {
          if (config.method !== 'rename') expect(existsSync(path(key))).toBe(true)
        }
        await run({ at: new Date(at.getTime() + hours(1)) })
        expect(names()).toEqual([...there.keys()].map((key) => key.slice('logs/'.length)).sort())
        rmSync(root, { recursive: true })
      }),
      { numRuns: 40 },
    )
  })
})
