import { analysisSchema, type Datapoint, days, hours, minutes } from '@hubkeeper/core'
import {
  availabilityOf,
  byRisk,
  type Capacity,
  type Change,
  capacityOf,
  changeFinding,
  changeOf,
  changesOf,
  costOf,
  type FigureSeries,
  forecastOf,
  headroomOf,
  probeUse,
  type Recommendation,
  type ReviewFacts,
  recommend,
  type SecurityFact,
  type TaskEffect,
  trendOf,
} from '@hubkeeper/review'
import { describe, expect, it } from 'vitest'
import { historyOf } from './support/histories.ts'

const at = new Date('2026-12-01T12:00:00.000Z')
const from = new Date(at.getTime() - days(92))

const sizes = (perDay: number) =>
  Array.from({ length: 60 }, (_, day) => ({
    at: new Date(at.getTime() - days(59 - day)),
    value: 1_000_000 + perDay * day,
  }))

function capacityFor(perDay: number, limit: number | null): Capacity {
  const points = sizes(perDay)
  const now = points.at(-1)?.value ?? null
  const because = limit === null ? 'nobody tells' : 'so it is configured'
  const words = { because, effort: 'hours', ifReached: 'it stops' }
  return capacityOf({ name: 'disk', unit: 'bytes', now, limit, ...words, trend: trendOf(points, at) }, at)
}

describe('a limit', () => {
  it.each([
    ['critical', 20, 'in 20 days'],
    ['warning', 60, 'in 60 days'],
    ['ok', 200, 'in 200 days'],
  ] as const)('is %s when growth reaches it in %i days', (status, left, words) => {
    const found = forecastOf(capacityFor(1000, 1_059_000 + 1000 * left + 500), at)
    expect(found).toMatchObject({ check: 'growth.forecast', subject: 'disk', status })
    expect(found.actual).toContain(words)
    expect(found.evidence[1]).toMatch(/^\+1000 bytes a day, 95 % interval/)
  })

  it('is skipped while too little is known of growth, and says how much it takes', () => {
    const few = { ...capacityFor(0, 2e6), crossing: null, trend: trendOf([], at) }
    expect(forecastOf(few, at)).toMatchObject({
      status: 'skipped',
      actual:
        'told from readings of 5 days at least, over 14 days; so far there are readings of 0 days, over 0',
    })
  })

  it('that is reached by now is critical, however little is known of growth', () => {
    const points = sizes(0).slice(-1)
    const words = { because: 'so it is configured', effort: 'hours', ifReached: 'it stops' }
    const trend = trendOf(points, at)
    const full = capacityOf({ name: 'disk', unit: 'bytes', now: 1e6, limit: 1e6, ...words, trend }, at)
    expect(forecastOf(full, at)).toMatchObject({ status: 'critical', actual: 'it is reached' })
  })

  it('leaves room for twice as much, or does not, or nobody knows', () => {
    expect(headroomOf(capacityFor(0, 2_000_001)).status).toBe('ok')
    expect(headroomOf(capacityFor(0, 2_000_000))).toMatchObject({
      status: 'warning',
      actual: '50.0 % taken: 976.6 KiB of 1.9 MiB',
    })
    expect(headroomOf(capacityFor(0, null))).toMatchObject({ status: 'unknown', actual: 'nobody tells' })
  })
})

/** Readings a week: before, and of the last month. */
function weekly(before: number, now: number): FigureSeries {
  const points = Array.from({ length: 12 }, (_, week) => ({
    at: new Date(at.getTime() - days(7 * (11 - week))),
    value: week < 7 ? before : now,
  }))
  return { name: 'api.p95', subject: '/search', unit: 'seconds', points }
}

describe('a change of speed', () => {
  const told = (before: number, now: number) => {
    const series = weekly(before, now)
    return changeFinding(series, changeOf(series, at), {})
  }

  it('is a warning where the last month is a quarter slower', () => {
    expect(told(0.2, 0.26)).toMatchObject({ status: 'warning', subject: 'api.p95 of /search', expected: 25 })
    expect(told(0.2, 0.24).status).toBe('ok')
    expect(told(0.2, 0.1).status).toBe('ok')
  })

  it('is none where the difference is too small to matter', () => {
    expect(told(0.001, 0.005)).toMatchObject({
      status: 'ok',
      evidence: expect.arrayContaining(['too small a difference to matter']),
    })
  })

  it('is not told from a few readings', () => {
    const series = { ...weekly(1, 2), points: weekly(1, 2).points.slice(-4) }
    expect(changeFinding(series, changeOf(series, at), {})).toMatchObject({
      status: 'skipped',
      actual: 'told from 3 readings of the last 30 days and 3 before; so far 4 and 0',
    })
  })
})

const looks = (down: number): Datapoint[] =>
  Array.from({ length: 1440 }, (_, minute) => ({
    ...{ hub: 'hub', name: 'api.available', subject: null, unit: 'count' as const },
    at: new Date(at.getTime() - days(1) + minutes(minute)),
    value: minute < down ? 0 : 1,
  }))

const availabilityWith = (down: number) =>
  availabilityOf([looks(down)], { from: new Date(at.getTime() - days(1)), to: at }, 99.5)

const audited: SecurityFact = { score: 95, before: 94, at, open: new Map(), unseen: [] }

/** A hub in which nothing is to be done. */
const well: ReviewFacts = {
  at,
  capacities: [],
  growth: [],
  databaseBytes: 1e9,
  reclaimableBytes: 0,
  changes: [],
  slowerPercent: 25,
  availability: availabilityWith(0),
  hasApi: true,
  targetPercent: 99.5,
  security: audited,
  effects: [],
  byHand: [],
  endOfLife: [],
  majors: 0,
  vulnerable: 0,
  recovery: { seconds: 60, target: 3600 },
  cost: costOf(historyOf([], { from, to: at }), {
    prices: analysisSchema.parse({}).prices,
    tasks: [],
    stored: [],
    hasApi: true,
    probe: probeUse([], null),
  }),
}

const effect: TaskEffect = {
  ...{ task: 'backup', runs: 10, completed: 10, failed: 0, late: 0, scheduled: 10, missed: 0, byHand: 0 },
  ...{ typicalSeconds: 5, longestSeconds: 9, dueAt: null, overdue: 0 },
}

const slower = (): Change => {
  const change = changeOf(weekly(0.2, 0.5), at)
  if (typeof change === 'string') throw new Error(change)
  return change
}

const table = (of: string, perDay: number) =>
  ({ of, kind: 'table', bytes: 1e6, rows: 10, trend: trendOf(sizes(perDay), at) }) as const

/** What alone is wrong, with the one recommendation that follows. */
const wrong: readonly [id: string, risk: Recommendation['risk'], facts: Partial<ReviewFacts>][] = [
  ['make-room:disk', 'high', { capacities: [capacityFor(1000, 1_100_000)] }],
  ['make-room:disk', 'medium', { capacities: [capacityFor(1000, 1_300_000)] }],
  ['make-room:disk', 'low', { capacities: [capacityFor(0, 1_500_000)] }],
  ['bound-table:log', 'low', { growth: [table('log', 9000), table('article', 1000)] }],
  ['give-back', 'low', { reclaimableBytes: 4e8 }],
  ['recover-faster', 'medium', { recovery: { seconds: 2000, target: 3600 } }],
  ['recover-faster', 'high', { recovery: { seconds: 4000, target: 3600 } }],
  ['test-recovery', 'medium', { recovery: null }],
  ['speed-up:api of /search', 'high', { changes: ['not told', slower()] }],
  ['hold-changes', 'medium', { availability: availabilityWith(6) }],
  ['hold-changes', 'high', { availability: availabilityWith(30) }],
  ['watch-api', 'medium', { availability: availabilityOf([], { from, to: at }, 99.5) }],
  ['close-flaws', 'high', { security: { ...audited, before: null, open: new Map([['critical', 1]]) } }],
  ['close-flaws', 'medium', { vulnerable: 3 }],
  ['see-score', 'medium', { security: { ...audited, score: 80, before: 90 } }],
  ['audit-all', 'medium', { security: { ...audited, unseen: ['Code has no flaws: bandit'] } }],
  ['audit-security', 'medium', { security: { ...audited, at: new Date(at.getTime() - days(60)) } }],
  ['audit-security', 'medium', { security: null }],
  ['renew-support', 'high', { endOfLife: ['Python 3.8: its support ended on 2024-10-07'] }],
  ['plan-majors', 'low', { majors: 6 }],
  ['run-schedule', 'high', { effects: [{ ...effect, runs: 0, completed: 0, missed: 10 }] }],
  ['mend-task:backup', 'medium', { effects: [{ ...effect, failed: 1, late: 1 }] }],
  ['mend-task:backup', 'high', { effects: [{ ...effect, overdue: hours(40) }] }],
  ['automate', 'low', { byHand: [{ what: 'backup', kind: 'run', times: 4, instead: 'a schedule' }] }],
]

describe('recommendations', () => {
  it('are none where nothing is to be done', () => {
    expect(recommend(well)).toEqual([])
    expect(
      recommend({ ...well, effects: [effect], hasApi: false, availability: availabilityWith(0) }),
    ).toEqual([])
  })

  it.each(wrong)('%s, of %s risk, follows from what alone is wrong', (id, risk, facts) => {
    const found = recommend({ ...well, ...facts })
    expect(found.map((each) => [each.id, each.risk])).toEqual([[id, risk]])
    const [only] = found
    expect(only?.evidence.length).toBeGreaterThan(0)
    for (const text of [only?.title, only?.effort, only?.ifNot]) expect(text).not.toBe('')
  })

  it('come with the most pressing first, all of them', () => {
    let everything = well
    for (const [, , more] of wrong) everything = { ...everything, ...more }
    const risks = recommend(everything).map(({ risk }) => risk)
    expect(risks).toEqual(byRisk(recommend(everything)).map(({ risk }) => risk))
    expect(risks.length).toBeGreaterThan(8)
  })

  it('do not follow from a look or two at the API', () => {
    const few = availabilityOf([looks(1).slice(0, 1)], { from, to: at }, 99.5)
    expect(recommend({ ...well, availability: few })).toEqual([])
    const day = { from: new Date(at.getTime() - days(1)), to: at }
    const mostlyDown = availabilityOf([looks(60).slice(0, 60)], day, 99.5)
    expect(recommend({ ...well, availability: mostlyDown }).map(({ id }) => id)).toEqual(['hold-changes'])
  })

  it('do not follow from what nobody looked at', () => {
    expect(recommend({ ...well, endOfLife: null, majors: null, vulnerable: null })).toEqual([])
  })

  it('tell tables apart whose names are of any language', () => {
    const idsOf = (name: string) =>
      recommend({ ...well, growth: [table(name, 9000), table('article', 1000)] }).map(({ id }) => id)
    expect(idsOf('顧客 履歴')).toEqual(['bound-table:顧客-履歴'])
    expect(idsOf('注文')).not.toEqual(idsOf('顧客'))
    expect(idsOf('e\u0301tat')).toEqual(idsOf('\u00e9tat'))
  })

  it('are one for an endpoint whose percentiles have grown slower, and one for each endpoint', () => {
    const changeIn = (name: string, subject: string, before: number, now: number) =>
      changeOf({ ...weekly(before, now), name, subject }, at)
    const changes = [
      changeIn('api.p95', '/search', 0.2, 0.5),
      changeIn('api.p95', '/status', 0.2, 0.26),
      changeIn('api.p50', '/search', 0.1, 0.14),
      changeIn('database.query-time', '/search', 0, 0.1),
    ]
    expect(recommend({ ...well, changes }).map(({ evidence, id, risk }) => [id, risk, ...evidence])).toEqual([
      [
        'speed-up:api of /search',
        'high',
        'p95 500 ms in the last month, 200 ms before: +150.0 %',
        'p50 140 ms in the last month, 100 ms before: +40.0 %',
      ],
      ['speed-up:api of /status', 'medium', 'p95 260 ms in the last month, 200 ms before: +30.0 %'],
      ['speed-up:database.query-time of /search', 'medium', '100 ms in the last month, 0 ms before'],
    ])
  })

  it('are followed from one review to the next', () => {
    const ids = (...all: string[]) => all.map((id) => ({ id }))
    expect(changesOf(ids('a', 'b'), ids('b', 'c'))).toEqual({
      added: ['a'],
      remaining: ['b'],
      settled: ['c'],
    })
  })
})
