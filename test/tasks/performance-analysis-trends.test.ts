import { days, type Figure, type Finding, figure, keys, type Report, storedReports } from '@hubkeeper/core'
import fc from 'fast-check'
import { ulid } from 'ulid'
import { describe, expect, it } from 'vitest'
import { readEarlier } from '../../functions/performance-analysis/earlier.ts'
import { documentName } from '../../functions/performance-analysis/record.ts'
import { speedTrends, trendFinding } from '../../functions/performance-analysis/trends.ts'
import { memoryStore } from '../fakes/memory-store.ts'

const at = new Date('2026-12-05T12:00:00Z')
const hub = { id: 'hub', thresholds: {} }

/** A figure that was measured so many days ago. */
interface Reading {
  readonly daysAgo: number
  readonly value: number
  readonly subject?: string
  readonly task?: string
}

const p95 = (value: number, subject = '/search'): Figure => figure('api.p95', value, 'seconds', subject)

function reportOf({ daysAgo, subject, task = 'performance-review', value }: Reading): Report {
  const moment = new Date(at.getTime() - days(daysAgo))
  return {
    schema: 1,
    hub: 'hub',
    task,
    run: ulid(moment.getTime()),
    scheduledFor: null,
    startedAt: moment.toISOString(),
    finishedAt: moment.toISOString(),
    status: 'ok',
    findings: [],
    figures: [p95(value, subject)],
    artifacts: [],
    error: null,
  }
}

async function judged(readings: readonly Reading[], now: readonly Figure[]): Promise<Finding[]> {
  const store = memoryStore()
  for (const reading of readings) {
    const report = reportOf(reading)
    await store.put(keys.report(report.task, report.run, 'json'), JSON.stringify(report))
  }
  const earlier = await readEarlier({ at, hub, reports: storedReports({ store }) }, now)
  return [...earlier.findings, ...speedTrends(at, now, earlier).map((trend) => trendFinding(hub, trend))]
}

/** Every week for so many days, from so many days ago on. */
const weekly = (from: number, to: number, value: number): Reading[] =>
  Array.from({ length: Math.floor((from - to) / 7) + 1 }, (_, i) => ({ daysAgo: from - i * 7, value }))

describe('a trend', () => {
  it('is not told without history, but how much it takes is', async () => {
    expect(await judged([], [p95(0.2)])).toMatchObject([
      {
        check: 'performance.trend',
        subject: 'api.p95 of /search',
        status: 'skipped',
        actual: '1 reading in 30 days and 0 in the 90 before: 3 of each are needed',
      },
    ])
  })

  it('is not told from two readings', async () => {
    const two = [...weekly(28, 7, 0.2), { daysAgo: 40, value: 0.2 }, { daysAgo: 47, value: 0.2 }]
    expect(await judged(two, [p95(0.2)])).toMatchObject([
      { status: 'skipped', actual: '5 readings in 30 days and 2 in the 90 before: 3 of each are needed' },
    ])
  })

  it('compares the medians of the last 30 days and of the 90 before, whoever measured', async () => {
    const before = weekly(110, 33, 0.2)
    const latest = [
      { daysAgo: 20, value: 0.3, task: 'performance-analysis' },
      { daysAgo: 13, value: 9 },
    ]
    expect(await judged([...before, ...latest], [p95(0.31)])).toMatchObject([
      {
        status: 'warning',
        actual: expect.closeTo(55, 6),
        expected: 25,
        unit: 'percent',
        evidence: [
          'median of 3 readings in 30 days: 310 ms',
          'median of 12 readings in the 90 days before: 200 ms',
        ],
      },
    ])
  })

  it('is none where it is faster, or as fast as before', async () => {
    for (const now of [0.1, 0.2, 0.24]) {
      const found = await judged([...weekly(110, 33, 0.2), ...weekly(28, 7, now)], [p95(now)])
      expect(found).toMatchObject([{ status: 'ok' }])
    }
  })

  it('is none where a few milliseconds are at stake, and says so', async () => {
    const found = await judged([...weekly(110, 33, 0.002), ...weekly(28, 7, 0.008)], [p95(0.008)])
    expect(found).toMatchObject([{ status: 'ok', actual: expect.closeTo(300, 6) }])
    expect(found[0]?.evidence).toContain('less than 10 ms is no change')
  })

  it('from no time at all to some is told, without a percentage', async () => {
    const found = await judged([...weekly(110, 33, 0), ...weekly(28, 7, 0.2)], [p95(0.2)])
    expect(found).toMatchObject([{ status: 'warning', actual: 'it took no time before' }])
    const none = await judged([...weekly(110, 33, 0), ...weekly(28, 7, 0)], [p95(0)])
    expect(none).toMatchObject([{ status: 'ok' }])
  })

  it('tells of a gap', async () => {
    const found = await judged([...weekly(110, 89, 0.2), ...weekly(20, 6, 0.2)], [p95(0.2)])
    expect(found[0]?.evidence).toContain('without a reading for 69 days between two of them')
  })

  it('is not told of what is measured no more', async () => {
    const gone = weekly(110, 5, 0.2).map((reading) => ({ ...reading, subject: '/gone' }))
    const found = await judged(gone, [p95(0.2)])
    expect(found.map(({ subject }) => subject)).toEqual(['api.p95 of /search'])
  })

  it('looks away from what is older, or was measured before time', async () => {
    const found = await judged([...weekly(390, 130, 5), ...weekly(-1, -15, 5)], [p95(0.2)])
    expect(found).toMatchObject([{ status: 'skipped' }])
  })

  it('agrees with a plain count, whatever the readings', async () => {
    const reading = fc.record({
      daysAgo: fc.integer({ min: 1, max: 200 }),
      value: fc.double({ min: 0.001, max: 60, noNaN: true }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(reading, { maxLength: 40 }), async (readings) => {
        const middle = (values: number[]): number => {
          const sorted = values.toSorted((a, b) => a - b)
          const half = sorted.length / 2
          return ((sorted[Math.floor(half)] ?? 0) + (sorted[Math.ceil(half) - 1] ?? 0)) / 2
        }
        const latest = [1, ...readings.filter(({ daysAgo }) => daysAgo < 30).map(({ value }) => value)]
        const before = readings.filter(({ daysAgo }) => daysAgo >= 30 && daysAgo < 120)
        const [found] = await judged(readings, [p95(1)])
        if (latest.length < 3 || before.length < 3) {
          expect(found?.status).toBe('skipped')
          return
        }
        const now = middle(latest)
        const then = middle(before.map(({ value }) => value))
        expect(found?.actual).toBeCloseTo((now / then - 1) * 100, 4)
        expect(found?.status).toBe(now > then * 1.25 && now - then >= 0.01 ? 'warning' : 'ok')
      }),
      { numRuns: 60 },
    )
  })
})

describe('reports that cannot be read', () => {
  it('are told, and the others are compared', async () => {
    const store = memoryStore()
    const run = ulid(at.getTime() - days(3))
    await store.put(keys.report('performance-review', run, 'json'), '{"schema":2}')
    const earlier = await readEarlier({ at, hub, reports: storedReports({ store }) }, [p95(0.2)])
    expect(earlier.findings).toMatchObject([
      {
        check: 'review.evidence',
        status: 'unknown',
        subject: 'performance-review',
        evidence: [`reports/performance-review/${run}.json`],
      },
    ])
    expect(earlier.readings(p95(0.2))).toEqual([{ at, value: 0.2 }])
  })
})

describe('reports of another hub', () => {
  it('came with a copied folder: they are told, and nothing is compared with them', async () => {
    const store = memoryStore()
    const report = { ...reportOf({ daysAgo: 3, value: 9 }), hub: 'model' }
    await store.put(keys.report(report.task, report.run, 'json'), JSON.stringify(report))
    const earlier = await readEarlier({ at, hub, reports: storedReports({ store }) }, [p95(0.2)])
    expect(earlier.findings).toMatchObject([{ check: 'review.evidence', subject: 'model' }])
    expect(earlier.readings(p95(0.2))).toEqual([{ at, value: 0.2 }])
  })
})

describe('tables', () => {
  it('are compared with the last analysis that could measure them', async () => {
    const store = memoryStore()
    const analyses = [
      { daysAgo: 60, figures: [figure('table.size', 4096, 'bytes', 'tides')] },
      { daysAgo: 30, figures: [p95(0.2)] },
    ]
    for (const { daysAgo, figures } of analyses) {
      const report = { ...reportOf({ daysAgo, value: 1, task: 'performance-analysis' }), figures }
      await store.put(keys.report(report.task, report.run, 'json'), JSON.stringify(report))
    }
    const { analysisBefore } = await readEarlier({ at, hub, reports: storedReports({ store }) }, [])
    expect(analysisBefore).toMatchObject([{ name: 'table.size', subject: 'tides', value: 4096 }])
  })
})

describe('the document of the month', () => {
  it('is named for the day that it is where the hub is', () => {
    const named = (timeZone: string): string => documentName({ at, hub: { timeZone } })
    expect(named('UTC')).toBe('monthly_performance_20261205.json')
    expect(named('Pacific/Auckland')).toBe('monthly_performance_20261206.json')
  })
})
