import { days, figure, keys, storedReports } from '@hubkeeper/core'
import {
  changeFinding,
  changeOf,
  durationsOf,
  evidenceFindings,
  isSlower,
  newestOf,
  presenceOf,
  readHistory,
  seriesOf,
  since,
} from '@hubkeeper/review'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../fakes/memory-store.ts'
import { historyOf, reportOf, tableFigures } from './support/histories.ts'

const to = new Date('2026-12-01T12:00:00.000Z')
const from = new Date(to.getTime() - days(92))
const ago = (count: number): Date => new Date(to.getTime() - days(count))

describe('the history of a hub', () => {
  it('is read from the reports that runs left, and says which ones it cannot read', async () => {
    const store = memoryStore()
    for (const day of [100, 60, 30]) {
      const report = reportOf({
        task: 'backup',
        at: ago(day),
        figures: [figure('backup.size', day, 'bytes')],
      })
      await store.put(keys.report('backup', report.run, 'json'), JSON.stringify(report))
      await store.put(keys.report('backup', report.run, 'md'), '# a report')
    }
    const broken = reportOf({ task: 'backup', at: ago(10) })
    await store.put(keys.report('backup', broken.run, 'json'), '{"schema":99}')
    const history = await readHistory(storedReports({ store }), ['backup', 'cleanup'], {
      from,
      to,
      hub: 'hub',
    })
    expect(seriesOf(history, ['backup.size'])[0]?.points.map(({ value }) => value)).toEqual([60, 30])
    expect(history.reports.get('cleanup')).toEqual([])
    expect(evidenceFindings(history)).toMatchObject([
      {
        check: 'review.evidence',
        status: 'unknown',
        subject: 'backup',
        actual: '1 report cannot be read',
        evidence: [keys.report('backup', broken.run, 'json')],
      },
    ])
  })

  it('leaves out what names another hub, and says so', async () => {
    const store = memoryStore()
    for (const [hub, day] of [
      ['hub', 3],
      ['old\nname', 2],
      ['old\nname', 1],
    ] as const) {
      const report = { ...reportOf({ task: 'backup', at: ago(day) }), hub }
      await store.put(keys.report('backup', report.run, 'json'), JSON.stringify(report))
    }
    const history = await readHistory(storedReports({ store }), ['backup'], { from, to, hub: 'hub' })
    expect(history.reports.get('backup')).toHaveLength(1)
    expect(evidenceFindings(history)).toMatchObject([
      { status: 'unknown', subject: 'old name', actual: '2 reports are of that hub, and left out' },
    ])
  })

  it('has the readings of each subject apart, whichever task measured them', () => {
    const history = historyOf(
      [
        { task: 'health-check', at: ago(2), figures: [figure('database.size', 10, 'bytes', 'hub.db')] },
        { task: 'backup', at: ago(1), figures: [figure('database.size', 11, 'bytes', 'hub.db')] },
        { task: 'database-maintenance', at: ago(3), figures: tableFigures('articles', 5, 100) },
      ],
      { from, to },
    )
    expect(seriesOf(history, ['database.size', 'table.rows'])).toMatchObject([
      { name: 'table.rows', subject: 'articles', unit: 'rows', points: [{ value: 5 }] },
      { name: 'database.size', subject: 'hub.db', points: [{ value: 10 }, { value: 11 }] },
    ])
    expect(newestOf(history, 'database.size')).toMatchObject({ value: 11, subject: 'hub.db' })
    expect(newestOf(history, 'drill.rto')).toBeNull()
    expect(seriesOf(since(history, ago(1.5)), ['database.size'])[0]?.points).toHaveLength(1)
  })

  it('has readings in order of time, also of runs that ended in another order than they began', () => {
    const figures = (value: number) => [figure('database.size', value, 'bytes', 'hub.db')]
    const history = historyOf(
      [
        { task: 'backup', at: ago(2), seconds: 7200, figures: figures(2) },
        { task: 'health-check', at: ago(1.99), seconds: 1, figures: figures(1) },
      ],
      { from, to },
    )
    expect(seriesOf(history, ['database.size'])[0]?.points.map(({ value }) => value)).toEqual([1, 2])
  })

  it('tells of what took no time before and does now, without a percentage', () => {
    const point = (daysAgo: number, value: number) => ({ at: ago(daysAgo), value })
    const seriesWith = (now: number) => ({
      name: 'api.p95',
      subject: '/search',
      unit: 'seconds' as const,
      points: [...[60, 50, 40].map((day) => point(day, 0)), ...[20, 10, 1].map((day) => point(day, now))],
    })
    const judged = (now: number) => {
      const change = changeOf(seriesWith(now), to)
      if (typeof change === 'string') throw new Error(change)
      return [changeFinding(seriesWith(now), change, {}).status, isSlower(change, 25)]
    }
    expect(judged(0.5)).toEqual(['warning', true])
    expect(judged(0)).toEqual(['ok', false])
  })

  it('has how long runs took that did their job', () => {
    const runs = [
      { task: 'backup', at: ago(2), seconds: 30 },
      { task: 'backup', at: ago(1), seconds: 900, failed: true },
    ]
    expect(durationsOf(historyOf(runs, { from, to }), 'backup')).toEqual([{ at: ago(2), value: 30 }])
  })

  it('tells tables that are there from one that vanished', () => {
    const history = historyOf(
      [
        {
          task: 'database-maintenance',
          at: ago(8),
          figures: [...tableFigures('articles', 5, 100), ...tableFigures('old', 3, 50)],
        },
        { task: 'database-maintenance', at: ago(1), figures: tableFigures('articles', 6, 120) },
        // Measures no table: does not tell that one vanished.
        { task: 'health-check', at: ago(0.5) },
        // Measures the largest tables only: the others are there all the same, and a new one is.
        { task: 'performance-analysis', at: ago(0.2), figures: tableFigures('new', 9, 9000) },
      ],
      { from, to },
    )
    const sizes = seriesOf(history, ['table.size'])
    const { present, vanished } = presenceOf(
      history,
      { name: 'table.size', task: 'database-maintenance' },
      sizes,
    )
    expect(present.map(({ subject }) => subject)).toEqual(['articles', 'new'])
    expect(vanished).toMatchObject([{ series: { subject: 'old' }, last: expect.any(Date) }])
    const unmeasured = { name: 'table.size', task: 'backup' }
    expect(presenceOf(history, unmeasured, sizes)).toMatchObject({ present: sizes, vanished: [] })
  })
})
