import {
  days,
  grantsOf,
  groupLogs,
  type HubPlaces,
  hubSchema,
  type LogFile,
  logsAmong,
  matchesGlob,
  type OpenFiles,
  planRotation,
  type RotationConfig,
  rotatedKey,
} from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const at = new Date('2026-11-25T00:00:05Z')
const ago = (count: number): Date => new Date(at.getTime() - days(count))

const file = (key: string, modifiedAt = ago(0), bytes = 100): LogFile => ({ key, bytes, modifiedAt })

/** The log that each key belongs to, by the names around it; live ones belong to none. */
const rotatedAmong = (...keys: string[]): Record<string, string> =>
  Object.fromEntries(
    groupLogs(keys.map((key) => file(key))).flatMap(({ key, rotated }) =>
      rotated.map((one) => [one.key, key] as const),
    ),
  )

const configOf = (rotation: object = {}): RotationConfig => {
  const hub = hubSchema.parse({ database: { path: 'a.db' }, logs: { files: ['logs/*.log'], rotation } })
  if (hub.logs === undefined) throw new TypeError('it has logs')
  return hub.logs.rotation
}

const plan = (
  files: readonly LogFile[],
  rotation: { live?: string[] } & Record<string, unknown> = {},
  rest: { open?: OpenFiles | null; at?: Date; timeZone?: string; expiredOnly?: boolean } = {},
) =>
  planRotation({
    files,
    open: null,
    at,
    timeZone: 'UTC',
    expiredOnly: false,
    config: configOf(rotation),
    isLive: (key) => (rotation.live ?? []).some((pattern) => matchesGlob(key, pattern)),
    ...rest,
  })

/** What a plan does, as `kind key`. */
const actionsOf = (...given: Parameters<typeof plan>): string[] =>
  plan(...given).flatMap(({ actions }) => actions.map(({ file: { key }, kind }) => `${kind} ${key}`))

const opened = (...keys: string[]): OpenFiles => ({ keys: new Set(keys), unseen: null })

describe('a rotated log is known by its name', () => {
  it.each([
    'logs/app.log-20261124',
    'logs/app.log-20261124.gz',
    'logs/app.log-2026112410',
    'logs/app.log-20261124-1795514400.gz',
    'logs/app.log.2026-11-24',
    'logs/app.log.2026-11-24.gz',
    'logs/app.log.2026-11-24.1',
    'logs/app.log.2026-11-24_04-30-00',
    'logs/app.log.2026-11-24_04',
    'logs/app.log.20261124T043000',
    'logs/app-2026-11-24.log',
    'logs/app-2026-11-24.log.xz',
    'logs/app.2026-11-24.log',
    'logs/app.2026-11-24T04-30-00.123.log.gz',
    'logs/app-2026-11-24T04-30-00.123.log',
    'logs/app_20261124_043000.log',
    'logs/app_2026_11_24.log',
    'logs/app__2026-11-24_00-00-00.log',
    'logs/app-2026-11-24-1.log.gz',
    'logs/app-11-24-2026-1.log.gz',
    'logs/app-24-11-2026.log',
    'logs/app-20261124T000000Z.log',
    'logs/app-20261124T000000Z-2.log.gz',
    'logs/app-20261124.log.1',
    'logs/app.log.old',
    'logs/app.log.bak.zip',
    'logs/app.log~',
  ])('%s, whatever lies beside it', (key) => {
    expect(rotatedAmong(key)).toEqual({ [key]: 'logs/app.log' })
  })

  it.each([
    'logs/app.log.0',
    'logs/app.log.1',
    'logs/app.log.2.gz',
    'logs/app.log.3.zst',
    'logs/app.log.4.bz2',
    'logs/app.log-1795514400',
    'logs/app.log.1795514400123',
    'logs/app.log.gz',
    'logs/app.1.log',
    'logs/app-1.log',
    'logs/app.old.log',
  ])('%s, only beside its log', (key) => {
    expect(rotatedAmong(key, 'logs/app.log')).toEqual({ [key]: 'logs/app.log' })
    expect(rotatedAmong(key, 'logs/other.log')).toEqual({})
  })

  it('of a log that was renamed and is not there again, by the others that are its own', () => {
    const keys = ['logs/app.1.log', 'logs/app-20261125T000005Z.log']
    expect(rotatedAmong(...keys)).toEqual(Object.fromEntries(keys.map((key) => [key, 'logs/app.log'])))
  })

  it.each([
    'logs/app.log',
    'logs/app2.log',
    'logs/app-v2.log',
    'logs/api-2026.log',
    'logs/api-2026-11.log',
    'logs/worker-1.log',
    'logs/app-20261324.log',
    'logs/app-20260230.log',
    'logs/app.log.2026-02-30',
    'logs/app-99999999.log',
    'logs/app-00-13-2026.log',
    'logs/2026-11-24.log',
    'logs/app-backup.log',
    'logs/system@0005f1-00ab.journal',
    'logs/user-1000@2026-11-24.journal',
    'logs/hub-20261124.db',
    'logs/hub-20261124.sql.gz',
    'logs-2026-11-24/app.log',
  ])('%s is a live one', (key) => {
    expect(rotatedAmong(key, 'logs/other.log')).toEqual({})
  })

  it.each([
    ['logs/api-2026.log', 'logs/api.log'],
    ['logs/api.log.2026', 'logs/api.log'],
    ['logs/2026-11-24.log', 'logs/2026-11.log'],
  ])('%s is a live one, also beside %s: a year is no number, and a date no name', (key, beside) => {
    expect(rotatedAmong(key, beside)).toEqual({})
  })

  it('a log that says of itself that it is live is live', () => {
    const groups = groupLogs([file('logs/app-20261124.log')], () => true)
    expect(groups).toMatchObject([{ key: 'logs/app-20261124.log', rotated: [] }])
  })

  it('also where the globs of the logs leave it out, and nothing else with it', () => {
    const keys = ['app.log', 'app.log.1', 'app.log.2026-11-24.gz', 'app.txt', 'b.log.1', 'hub.db.bak']
    expect(logsAmong(keys, (key) => matchesGlob(key, '*.log'))).toEqual(keys.slice(0, 3))
  })
})

describe('the name of a rotated log', () => {
  it('carries its moment before the extension, so that the same globs match', () => {
    expect(rotatedKey('logs/app.log', at, () => false)).toBe('logs/app-20261125T000005Z.log')
    expect(rotatedKey('logs/access_log', at, () => false)).toBe('logs/access_log-20261125T000005Z')
  })

  it('is never one that is there, compressed or not', () => {
    const there = ['logs/app-20261125T000005Z.log.gz', 'logs/app-20261125T000005Z-2.log']
    expect(rotatedKey('logs/app.log', at, (key) => there.includes(key))).toBe(
      'logs/app-20261125T000005Z-3.log',
    )
  })
})

describe('the plan', () => {
  it('rotates a live log once a day, in the hub’s zone', () => {
    const files = [file('logs/app.log'), file('logs/app-20261124T235959Z.log', ago(0.01))]
    expect(actionsOf(files)).toEqual(['rotate logs/app.log'])
    expect(actionsOf(files, {}, { timeZone: 'Europe/Berlin' })).toEqual([])
    expect(actionsOf([...files, file('logs/app-20261125T000001Z.log.gz')])).toEqual([])
  })

  it('leaves what is empty, small, compressed or a journal', () => {
    expect(actionsOf([file('logs/app.log', at, 0)], { minBytes: 0 })).toEqual([])
    expect(plan([file('logs/app.log')], { minBytes: 101 })).toMatchObject([
      { actions: [], notes: ['logs/app.log is left: it holds less than 101 bytes'] },
    ])
    expect(actionsOf([file('logs/app.gz'), file('logs/system.journal')])).toEqual([])
  })

  it('deletes a rotated log when name and last change are both older than is kept', () => {
    const old = 'logs/app.log.2026-11-10'
    expect(actionsOf([file(old, ago(8))])).toEqual([`delete ${old}`])
    expect(actionsOf([file(old, ago(6))])).toEqual([])
    expect(actionsOf([file('logs/app.log.2026-11-20', ago(300))])).toEqual([])
    expect(actionsOf([file('logs/app.log.2027-01-01', ago(300))])).toEqual([])
    expect(actionsOf([file(old, ago(30))], { keepDays: 60 })).toEqual([])
  })

  it('keeps the whole of the last day that is kept', () => {
    expect(actionsOf([file('logs/app.log.2026-11-18', ago(10))])).toEqual([])
    expect(actionsOf([file('logs/app.log.2026-11-17', ago(10))])).toEqual(['delete logs/app.log.2026-11-17'])
  })

  it('neither deletes nor compresses what a process has open', () => {
    const files = [file('logs/app.log.2026-11-01', ago(20)), file('logs/app.log.2026-11-20', ago(4))]
    const open = opened(...files.map(({ key }) => key))
    expect(plan(files, { compress: true }, { open })).toMatchObject([
      { actions: [], notes: files.map(({ key }) => `${key} is left: it is open`) },
    ])
  })

  it('compresses dated logs of earlier days; numbered ones are moved on by whoever numbers them', () => {
    const files = [
      file('logs/app.log'),
      file('logs/app.log.1', ago(1)),
      file('logs/app-20261124T000000Z.log', ago(1)),
      file('logs/app-20261125T000001Z.log', ago(0)),
      file('logs/app.log.2026-11-22.gz', ago(2)),
    ]
    expect(actionsOf(files, { compress: true })).toEqual(['compress logs/app-20261124T000000Z.log'])
  })

  it('tells of a server that did not open a new log after a rename', () => {
    const renamed = file('logs/app-20261124T000000Z.log', ago(0))
    const open = opened(renamed.key)
    expect(plan([renamed], { method: 'rename' }, { open })[0]?.warnings).toEqual([
      'logs/app-20261124T000000Z.log is still open: its server did not open a new log',
    ])
    expect(plan([renamed], {}, { open })[0]?.warnings).toEqual([])
    // On the day itself it may still be about to.
    const fresh = file('logs/app-20261125T000000Z.log')
    expect(plan([fresh], { method: 'rename' }, { open: opened(fresh.key) })[0]?.warnings).toEqual([])
  })

  it('tells so as well where only its writing shows, and does not compress what it writes to', () => {
    const renamed = (hoursAgo: number) => [file('logs/app-20261124T000005Z.log', ago(hoursAgo / 24))]
    const rotation = { method: 'rename', compress: true }
    expect(plan(renamed(0.1), rotation)).toMatchObject([
      {
        actions: [],
        notes: ['logs/app-20261124T000005Z.log is left: it is written to'],
        warnings: ['logs/app-20261124T000005Z.log is still written to: its server did not open a new log'],
      },
    ])
    const compressed = ['compress logs/app-20261124T000005Z.log']
    expect(actionsOf(renamed(23.5), rotation)).toEqual(compressed)
    expect(actionsOf(renamed(25), rotation)).toEqual(compressed)
    expect(actionsOf(renamed(0.1), { compress: true })).toEqual(compressed)
  })

  it('tells when something else rotates the log as well', () => {
    const files = [file('logs/app.log'), file('logs/app.log.2026-11-23', ago(1))]
    expect(plan(files)[0]?.notes).toEqual([
      'something else made logs/app.log.2026-11-23: if it rotates the log, set logs.rotation.method to none',
    ])
    expect(plan(files, { method: 'none' })[0]?.notes).toEqual([])
    expect(plan([file('logs/app.log'), file('logs/app-20261124T000000Z.log', ago(1))])[0]?.notes).toEqual([])
  })

  it('only deletes where logs cannot be rotated, or are by the hub itself', () => {
    const files = [file('logs/app.log'), file('logs/app.log.2026-11-10', ago(9))]
    const deletion = ['delete logs/app.log.2026-11-10']
    expect(actionsOf(files, { compress: true }, { expiredOnly: true })).toEqual(deletion)
    expect(actionsOf(files, { method: 'none' })).toEqual(deletion)
  })

  it('deletes before it copies, so that a full disk has room again', () => {
    const files = [file('logs/app.log'), file('logs/app.log.2026-11-10', ago(9))]
    expect(actionsOf(files)).toEqual(['delete logs/app.log.2026-11-10', 'rotate logs/app.log'])
  })
})

describe('whatever the names and clocks', () => {
  const day = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-06-01'), noInvalidDate: true })
  const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/)
  const stem = fc.oneof(
    word,
    fc.tuple(word, fc.constantFrom('-', '_', '.', ''), fc.nat(3000)).map((parts) => parts.join('')),
  )
  const liveName = fc
    .tuple(stem, fc.constantFrom('.log', '.txt', '.out', '.json', ''))
    .map((parts) => `logs/${parts.join('')}`)
  const suffix = fc.oneof(
    fc.nat(30).map((number) => `.${number}`),
    day.map((date) => `.${date.toISOString().slice(0, 10)}`),
    day.map((date) => `-${date.toISOString().slice(0, 10).replaceAll('-', '')}`),
    fc.constantFrom('.old', '.bak', '.journal', '.gz'),
  )
  const name = fc.oneof(
    liveName,
    fc.tuple(liveName, suffix).map((parts) => parts.join('')),
  )
  const listing = fc.uniqueArray(fc.record({ key: name, bytes: fc.nat(1000), modifiedAt: day }), {
    selector: ({ key }) => key,
    maxLength: 30,
  })
  const rotation = fc.record({
    keepDays: fc.integer({ min: 1, max: 40 }),
    method: fc.constantFrom('copy-truncate', 'rename', 'none'),
    compress: fc.boolean(),
  })

  it('no live log is deleted, and no younger one than is kept', () => {
    fc.assert(
      fc.property(listing, rotation, day, fc.boolean(), (files, config, moment, odd) => {
        const open = opened(...files.filter((_, i) => (i % 2 === 1) === odd).map(({ key }) => key))
        const live = new Set(groupLogs(files).flatMap((group) => group.live?.key ?? []))
        for (const { actions } of plan(files, config, { open, at: moment })) {
          for (const action of actions) {
            const { key, modifiedAt } = action.file
            if (action.kind === 'rotate') expect(live.has(key)).toBe(true)
            else {
              expect(live.has(key)).toBe(false)
              expect(open.keys.has(key)).toBe(false)
            }
            if (action.kind !== 'delete') continue
            expect(moment.getTime() - modifiedAt.getTime()).toBeGreaterThanOrEqual(days(config.keepDays))
            const named = /\d{4}-?\d\d-?\d\d(?!\d)/.exec(key)?.[0]?.replaceAll('-', '')
            const date = named?.replace(/(....)(..)(..)/, '$1-$2-$3') ?? '1990-01-01'
            const end = Date.parse(`${date}T00:00:00Z`) + days(1)
            if (!Number.isNaN(end))
              expect(moment.getTime() - end).toBeGreaterThanOrEqual(days(config.keepDays))
          }
        }
      }),
    )
  })

  it('a file that is live by what a person says is never deleted', () => {
    fc.assert(
      fc.property(listing, rotation, day, (files, config, moment) => {
        expect(
          actionsOf(files, { ...config, live: ['logs/*'] }, { at: moment }).filter(
            (action) => !action.startsWith('rotate'),
          ),
        ).toEqual([])
      }),
    )
  })

  it('targets are new, each another one, and known as rotated from their log', () => {
    fc.assert(
      fc.property(listing, day, (files, moment) => {
        const targets = plan(files, {}, { at: moment }).flatMap(({ actions, log }) =>
          actions.flatMap((action) => (action.kind === 'rotate' ? [[action.target, log] as const] : [])),
        )
        const keys = new Set(files.map(({ key }) => key))
        expect(new Set(targets.map(([target]) => target)).size).toBe(targets.length)
        for (const [target, log] of targets) {
          expect(keys.has(target)).toBe(false)
          expect(rotatedAmong(target)).toEqual({ [target]: log })
        }
      }),
    )
  })
})

describe('what log rotation may do with objects', () => {
  const verbs = (files: string[], places: Partial<HubPlaces> = {}) =>
    grantsOf(
      { logs: 'rotate' },
      {
        ...hubSchema.parse({ database: { path: 'knowledge/hub.db' } }),
        ...places,
        logs: { files, rotation: configOf() },
      },
    )

  it('is to delete in folders of logs, and nowhere else', () => {
    expect(verbs(['logs/*.log', 'knowledge/*.log', '*.log', 'state/x/*.log', '**/*.log'])).toEqual([
      { prefix: 'logs/', verbs: ['list', 'read', 'delete'] },
      { prefix: 'knowledge/', verbs: ['list', 'read'] },
      { prefix: '', verbs: ['list', 'read'] },
      { prefix: 'state/x/', verbs: ['list', 'read'] },
    ])
  })

  it('is nothing for those who only read them', () => {
    const hub = hubSchema.parse({ database: { path: 'a.db' }, logs: { files: ['logs/*.log'] } })
    expect(grantsOf({ logs: 'read' }, hub)).toEqual([{ prefix: 'logs/', verbs: ['list', 'read'] }])
  })
})
