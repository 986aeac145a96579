import {
  type Backup,
  type BackupList,
  days,
  isProven,
  planRetention,
  type RetentionPlan,
  type RetentionRequest,
  type StrayBackup,
} from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backupsOf, dailyFrom, histories, idOf, type Past } from '../support/histories.ts'

const retention = { days: 30, weeks: 12, months: 12, years: 2, minimumProven: 3 }
const pin = { by: 'anna', reason: 'audit', at: '2026-01-01T00:00:00.000Z' }

type Options = Partial<Omit<RetentionRequest, 'list' | 'hub'>> & {
  readonly retention?: Partial<typeof retention>
  readonly timeZone?: string
  readonly strays?: readonly StrayBackup[]
  readonly pinsUnreadable?: string
  readonly quarantineUnreadable?: string
}

const requestOf = (backups: readonly Backup[], options: Options): RetentionRequest => ({
  hub: {
    timeZone: options.timeZone ?? 'UTC',
    thresholds: {},
    backups: { retention: { ...retention, ...options.retention } },
  },
  list: {
    backups,
    strays: options.strays ?? [],
    pinsUnreadable: options.pinsUnreadable ?? null,
    quarantineUnreadable: options.quarantineUnreadable ?? null,
  } satisfies BackupList,
  currentAt: options.currentAt ?? null,
  at: options.at ?? new Date('2026-11-25T14:45:00.000Z'),
})

const plan = (backups: readonly Backup[], options: Options = {}): RetentionPlan =>
  planRetention(requestOf(backups, options))

const kept = ({ backups }: RetentionPlan): Backup[] => backups.filter(({ keep }) => keep).map(({ of }) => of)

const dates = (backups: readonly Backup[]): string[] =>
  backups.map(({ manifest }) => manifest.takenAt.slice(0, 10))

const at = (text: string): Date => new Date(`${text}T04:30:00.000Z`)

describe('a plan for daily backups', () => {
  // 1 January 2024 to 31 December 2025, a Wednesday.
  const twoYears = backupsOf(dailyFrom(at('2024-01-01'), 731))

  it('keeps 52 of two years: 30 days, 8 more weeks, 11 more months, 3 more quarters', () => {
    const left = dates(kept(plan(twoYears, { at: at('2025-12-31') })))
    expect(left).toHaveLength(30 + 8 + 11 + 3)
    expect(left.slice(0, 3)).toEqual(['2024-03-31', '2024-06-30', '2024-09-30'])
    expect(left.slice(3, 14)).toEqual([
      ...['2024-12-31', '2025-01-31', '2025-02-28', '2025-03-31', '2025-04-30', '2025-05-31'],
      ...['2025-06-30', '2025-07-31', '2025-08-31', '2025-09-30', '2025-10-12'],
    ])
    expect(left.slice(14, 22)).toEqual([
      ...['2025-10-19', '2025-10-26', '2025-10-31', '2025-11-02', '2025-11-09', '2025-11-16'],
      ...['2025-11-23', '2025-11-30'],
    ])
    expect(left.slice(22)).toEqual(dates(twoYears.slice(-30)))
  })

  it.each([
    ['UTC', 52],
    // There, the first one was taken in the last quarter of 2023.
    ['America/Los_Angeles', 53],
    ['Asia/Kolkata', 52],
  ])('comes to the same when it is applied every day of the two years (%s)', (timeZone, expected) => {
    let there: Backup[] = []
    for (const backup of twoYears) {
      there = kept(plan([...there, backup], { at: new Date(backup.manifest.takenAt), timeZone }))
    }
    expect(dates(there)).toEqual(dates(kept(plan(twoYears, { at: at('2025-12-31'), timeZone }))))
    expect(there).toHaveLength(expected)
  })

  it('says for each one why', () => {
    const { backups } = plan(twoYears, { at: at('2025-12-31') })
    const reasonsOf = (date: string) =>
      backups.find(({ of }) => of.manifest.takenAt.startsWith(date))?.reasons
    expect(reasonsOf('2025-12-31')).toContain('the newest proven one')
    expect(reasonsOf('2025-12-20')).toEqual(['younger than 30 days'])
    expect(reasonsOf('2025-11-30')).toEqual(['the newest of the week of 2025-11-24', 'the newest of 2025-11'])
    expect(reasonsOf('2025-11-26')).toEqual([
      'older than 30 days',
      `${idOf(at('2025-11-30'), 699)} stands for the week of 2025-11-24`,
    ])
  })

  it('counts weeks, months and quarters by the clocks of the hub', () => {
    // 31 October 23:30 in Los Angeles is 1 November in UTC.
    const backups = backupsOf([
      { takenAt: new Date('2025-11-01T06:30:00.000Z') },
      { takenAt: new Date('2025-11-20T12:00:00.000Z') },
      ...dailyFrom(at('2026-04-01'), 3),
    ])
    const options = { at: at('2026-04-03'), retention: { weeks: 0, years: 0 } }
    expect(dates(kept(plan(backups, options)))).not.toContain('2025-11-01')
    expect(dates(kept(plan(backups, { ...options, timeZone: 'America/Los_Angeles' })))).toContain(
      '2025-11-01',
    )
  })
})

describe('what is never deleted', () => {
  const recent = dailyFrom(at('2026-11-01'), 25)
  const planOf = (older: readonly Past[], options: Options = {}) =>
    plan(backupsOf([...older, ...recent]), {
      retention: { weeks: 0, months: 0, years: 0 },
      at: at('2026-11-25'),
      ...options,
    })

  it('a proven one for an unproven one: of a period, the newest proven one is kept', () => {
    const older = [
      { takenAt: at('2026-06-08') },
      { takenAt: at('2026-06-09'), proven: false },
      { takenAt: at('2026-06-10'), proven: false },
    ]
    const ofMonths = { retention: { weeks: 0, months: 12, years: 0 } }
    expect(dates(kept(planOf(older, ofMonths))).slice(0, 2)).toEqual(['2026-06-08', '2026-11-01'])
    // Where none is proven, the newest is better than nothing.
    expect(dates(kept(planOf(older.slice(1), ofMonths))).slice(0, 2)).toEqual(['2026-06-10', '2026-11-01'])
  })

  it('the minimum of proven ones, however old they are', () => {
    const old = dailyFrom(at('2024-01-01'), 10)
    const left = kept(plan(backupsOf(old), { at: at('2030-01-01'), currentAt: at('2030-01-01') }))
    expect(dates(left)).toEqual(['2024-01-08', '2024-01-09', '2024-01-10'])
  })

  it('the last good one before rows vanished, and the one that shows it, for 90 days', () => {
    const older = [
      { takenAt: at('2026-09-07') },
      { takenAt: at('2026-09-08') },
      { takenAt: at('2026-09-09'), rows: 70 },
      { takenAt: at('2026-09-10'), rows: 70 },
    ]
    const left = dates(kept(planOf(older)))
    expect(left.slice(0, 2)).toEqual(['2026-09-08', '2026-09-09'])
    expect(left).not.toContain('2026-09-07')
    expect(left).not.toContain('2026-09-10')
    const later = planOf(older, { at: at('2026-12-10'), currentAt: at('2026-12-10') })
    expect(dates(kept(later))).not.toContain('2026-09-08')
  })

  it('the last proven one before a backup that could not be proven', () => {
    const older = [{ takenAt: at('2026-09-08') }, { takenAt: at('2026-09-09'), proven: false }]
    const { backups } = planOf(older)
    expect(backups[0]?.keep).toBe(true)
    expect(backups[0]?.reasons).toEqual([
      `the last proven one before ${idOf(at('2026-09-09'), 1)}, which is not proven`,
    ])
  })

  it('one that is pinned, with who pinned it and why', () => {
    const { backups } = planOf([{ takenAt: at('2019-01-01'), pin }])
    expect(backups[0]).toMatchObject({ keep: true, reasons: ['pinned by anna: audit'] })
  })

  it('one that was taken later than the clock shows', () => {
    const { backups } = plan(backupsOf([{ takenAt: at('2031-01-01'), proven: false }, ...recent]), {
      at: at('2026-11-25'),
    })
    expect(backups.at(-1)).toMatchObject({ keep: true, reasons: ['taken later than this clock shows'] })
  })

  it('anything, while it is not known what is pinned', () => {
    const old = backupsOf(dailyFrom(at('2023-01-01'), 400))
    expect(kept(plan(old, { at: at('2026-11-25'), pinsUnreadable: 'damaged' }))).toHaveLength(400)
  })

  it('more of a history when no backup is made any more, or the clock runs ahead', () => {
    const backups = backupsOf(dailyFrom(at('2025-01-01'), 400))
    const usual = kept(plan(backups, { at: new Date(at('2025-01-01').getTime() + days(399)) }))
    expect(kept(plan(backups, { at: at('2037-01-01') }))).toEqual(usual)
  })
})

describe('parts of a backup that is not whole', () => {
  const recent = backupsOf(dailyFrom(at('2026-11-01'), 25))
  const stray = (changes: Partial<StrayBackup> = {}): StrayBackup => ({
    id: idOf(at('2026-11-20'), 9),
    reason: 'it has no manifest',
    lack: 'manifest',
    certified: false,
    bytes: 100,
    writtenAt: at('2026-11-20'),
    pin: null,
    ...changes,
  })
  const decisionOn = (one: StrayBackup, backups = recent) =>
    plan(backups, { strays: [one], at: at('2026-11-25') }).strays[0]

  it('are deleted two days after anything was written to them', () => {
    expect(decisionOn(stray())).toMatchObject({
      keep: false,
      reasons: ['it has no manifest', 'last written 5 d ago'],
    })
    expect(decisionOn(stray({ writtenAt: at('2026-11-24') }))?.reasons).toEqual([
      'a run could still be writing it',
    ])
  })

  it.each<[string, Partial<StrayBackup>]>([
    ['are kept when they are pinned', { pin }],
    ['are kept when the manifest is damaged', { lack: 'sound-manifest' }],
    ['are kept when the copy is gone', { lack: 'copy' }],
    ['are kept when they were certified, until retention may have deleted the rest', { certified: true }],
    ['are kept when somebody else put them there', { id: 'my-own-copies' }],
  ])('%s', (_, changes) => {
    expect(decisionOn(stray(changes))?.keep).toBe(true)
  })

  it('are kept while there is no newer proven backup', () => {
    expect(decisionOn(stray(), backupsOf(dailyFrom(at('2026-11-01'), 5)))?.keep).toBe(true)
    expect(decisionOn(stray(), [])?.keep).toBe(true)
  })

  it('are deleted when retention was cut short, though they were certified', () => {
    expect(decisionOn(stray({ id: idOf(at('2026-01-20'), 9), certified: true }))?.keep).toBe(false)
  })
})

describe('while a backup is in quarantine', () => {
  const quarantine = { reason: 'articles: 100 rows to 0 rows', run: 'r', since: '2026-11-25T04:30:00.000Z' }
  const short = { days: 1, weeks: 0, months: 0, years: 0 }
  const month = backupsOf(dailyFrom(at('2026-10-27'), 30))
  const withQuarantine = (index: number): Backup[] =>
    month.map((backup, i) => (i === index ? { ...backup, quarantine } : backup))
  const planOf = (backups: readonly Backup[], options: Options = {}) =>
    plan(backups, { at: at('2026-11-25'), retention: short, ...options })

  it('nothing is deleted, not even parts of others, and every decision says so', () => {
    const stray = {
      ...{ id: idOf(at('2026-11-10'), 7), reason: 'it has no manifest', lack: 'manifest' as const },
      ...{ certified: false, bytes: 10, writtenAt: at('2026-11-11'), pin: null },
    }
    expect(planOf(month, { strays: [stray] }).strays[0]?.keep).toBe(false)
    const blocked = planOf(withQuarantine(29), { strays: [stray] })
    expect(kept(blocked)).toHaveLength(30)
    expect(blocked.strays[0]?.keep).toBe(true)
    expect(blocked.blocked).toBe(
      `${month[29]?.manifest.id} is in quarantine, and neither accepted nor made good`,
    )
  })

  it('nothing is deleted either where it is not known which ones are', () => {
    expect(kept(planOf(month, { quarantineUnreadable: 'it is no JSON' }))).toHaveLength(30)
  })

  it('that a later one made good, others are deleted again; it is kept with the one before it', () => {
    const decided = planOf(withQuarantine(20))
    const left = dates(kept(decided))
    expect(left).toEqual(['2026-11-15', '2026-11-16', '2026-11-23', '2026-11-24', '2026-11-25'])
    expect(decided.backups[20]?.reasons).toContain(
      'kept as evidence: it is in quarantine (articles: 100 rows to 0 rows)',
    )
  })

  it('that the newest proven one is known to be current again, others are deleted as well', () => {
    const confirmed = planOf(withQuarantine(29), { currentAt: at('2026-11-26'), at: at('2026-11-26') })
    expect(confirmed.blocked).toBeNull()
  })
})

describe('whatever happened', () => {
  const anyPlan = fc.record({
    history: histories(300),
    // The clock, in days from the last backup.
    clock: fc.oneof(
      fc.constant(0),
      fc.integer({ min: -400, max: 400 }),
      fc.integer({ min: -4000, max: 4000 }),
    ),
    confirmed: fc.boolean(),
    timeZone: fc.constantFrom('UTC', 'Pacific/Kiritimati', 'America/St_Johns', 'Australia/Lord_Howe'),
    retention: fc.record({
      days: fc.integer({ min: 1, max: 40 }),
      weeks: fc.integer({ min: 0, max: 20 }),
      months: fc.integer({ min: 0, max: 20 }),
      years: fc.integer({ min: 0, max: 3 }),
      minimumProven: fc.integer({ min: 1, max: 10 }),
    }),
  })
  const verify = (check: (backups: readonly Backup[], request: RetentionRequest) => void): void =>
    fc.assert(
      fc.property(anyPlan, ({ clock, confirmed, history, ...options }) => {
        const backups = backupsOf(history)
        const last = history.at(-1)?.takenAt ?? at('2026-11-25')
        const now = new Date(last.getTime() + days(clock))
        check(backups, requestOf(backups, { ...options, at: now, ...(confirmed ? { currentAt: now } : {}) }))
      }),
      { numRuns: 100 },
    )
  const time = ({ manifest }: Backup): number => Date.parse(manifest.takenAt)

  it('the newest proven, the pinned, the future and the young ones survive, and enough proven ones', () => {
    verify((backups, request) => {
      const left = new Set(kept(planRetention(request)))
      const now = request.at.getTime()
      const { retention: limits } = request.hub.backups
      const survives = backups.filter(
        (backup) => backup.pin !== null || time(backup) > now || now - time(backup) < days(limits.days),
      )
      const proven = backups.filter(isProven)
      const newest = [proven.at(-1), proven.findLast((backup) => time(backup) <= now)]
      for (const backup of [...survives, ...newest.filter((found) => found !== undefined)]) {
        expect(left.has(backup), backup.manifest.id).toBe(true)
      }
      const enough = Math.min(limits.minimumProven, proven.length)
      expect([...left].filter(isProven).length).toBeGreaterThanOrEqual(enough)
    })
  })

  it('the last good one before an anomaly of the last 90 days survives', () => {
    verify((backups, request) => {
      const left = new Set(kept(planRetention(request)))
      const rowsOf = ({ certificate }: Backup): number => certificate?.tables[0]?.rows ?? 0
      backups.forEach((backup, i) => {
        const age = request.at.getTime() - time(backup)
        const good = backups.slice(0, i).findLast(isProven)
        if (age >= days(90) || good === undefined) return
        // Of a handful of rows, one is a large share.
        const few = rowsOf(good) < 10
        const lost =
          rowsOf(good) > 0 && (rowsOf(backup) === 0 || (!few && rowsOf(backup) < rowsOf(good) * 0.8))
        if (!isProven(backup) || lost) expect(left.has(good), good.manifest.id).toBe(true)
      })
    })
  })

  it('what drains little by little can be had again as it was, however short the rest is kept', () => {
    const retention = { days: 3, weeks: 0, months: 0, years: 0, minimumProven: 3 }
    const drain = dailyFrom(at('2026-09-01'), 60).map((past, i) => ({
      ...past,
      rows: Math.round(5000 * 0.95 ** Math.max(0, i - 20)),
    }))
    let there: Backup[] = []
    let told: readonly string[] = []
    for (const backup of backupsOf(drain)) {
      const { backups } = plan([...there, backup], { at: new Date(backup.manifest.takenAt), retention })
      there = backups.filter(({ keep }) => keep).map(({ of }) => of)
      told = backups[0]?.reasons ?? []
    }
    expect(there[0]?.certificate?.tables[0]?.rows).toBe(5000)
    expect(told.join('; ')).toContain('it holds most of articles: 5,000 rows, the newest 676 rows')
  })

  it('applying a plan twice deletes nothing more', () => {
    verify((_, request) => {
      const left = kept(planRetention(request))
      expect(kept(planRetention({ ...request, list: { ...request.list, backups: left } }))).toEqual(left)
    })
  })

  it('applying it twice deletes nothing more, also where the next anomaly is of another kind', () => {
    const rows = [96, 95, 95, 76, 95, 95, 0, 95]
    const march = ['02', '03', '04', '04', '04', '05', '06', '06']
    const backups = backupsOf(
      rows.map((count, i) => ({ takenAt: at(`2023-03-${march[i]}`), rows: count, proven: i !== 1 })),
    )
    const retention = { days: 1, weeks: 0, months: 0, years: 0, minimumProven: 5 }
    const request = requestOf(backups, { at: at('2023-03-06'), retention })
    const left = kept(planRetention(request))
    expect(kept(planRetention({ ...request, list: { ...request.list, backups: left } }))).toEqual(left)
  })

  it('every backup has a decision, and every decision a reason', () => {
    verify((backups, request) => {
      const { backups: decided } = planRetention(request)
      expect(decided.map(({ of }) => of.manifest.id).sort()).toEqual(
        backups.map(({ manifest }) => manifest.id).sort(),
      )
      expect(decided.every(({ reasons }) => reasons.length > 0)).toBe(true)
    })
  })

  it('a backup is only deleted for another one, or out of reach of everything', () => {
    verify((_, request) => {
      const decided = planRetention(request).backups
      const left = decided.filter(({ keep }) => keep).map(({ of }) => of.manifest.id)
      for (const { reasons } of decided.filter(({ keep }) => !keep)) {
        const named = reasons.flatMap((reason) => / ?(\S+) stands for /.exec(reason)?.[1] ?? [])
        expect(named.every((id) => left.includes(id))).toBe(true)
      }
    })
  })
})
