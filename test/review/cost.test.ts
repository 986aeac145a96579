import {
  analysisSchema,
  continuous,
  daily,
  days,
  type ExpectedTask,
  figure,
  gibibytes,
} from '@hubkeeper/core'
import { costOf, probeUse } from '@hubkeeper/review'
import { describe, expect, it } from 'vitest'
import { historyOf } from './support/histories.ts'

const to = new Date('2026-12-01T00:00:00.000Z')
const from = new Date(to.getTime() - days(60))
const { prices } = analysisSchema.parse({})

const limits = (memory: number) => ({ memory, timeout: 900_000, scratch: 0 })
const tasks: readonly ExpectedTask[] = [
  { name: 'kpi-probe', schedule: continuous(1), limits: limits(256) },
  { name: 'backup', schedule: daily('04:30'), limits: limits(2048) },
]

const backups = Array.from({ length: 60 }, (_, day) => ({
  task: 'backup',
  at: new Date(from.getTime() + days(day)),
  seconds: 30,
  figures: [figure('backup.size', 1, 'bytes', 'hub.db')],
}))

const facts = {
  prices,
  tasks,
  stored: [
    { of: 'database', bytes: gibibytes(4) },
    { of: 'backups', bytes: gibibytes(20) },
    { of: 'logs', bytes: null },
  ],
  hasApi: true,
  probe: probeUse(tasks, 0.5),
}
const cost = costOf(historyOf(backups, { from, to }), facts)
const partOf = (name: string): number => cost.parts.find((part) => part.name === name)?.perMonth ?? 0

describe('the cost on AWS', () => {
  it('is that of each part, by the arithmetic it tells', () => {
    expect(partOf('Lambda: backup')).toBeCloseTo(
      30 * 30 * 2 * prices.lambdaGbSecond + 30 * prices.lambdaRequest,
      9,
    )
    expect(partOf('Lambda: kpi-probe')).toBeCloseTo(
      43_200 * 0.5 * 0.25 * prices.lambdaGbSecond + 43_200 * prices.lambdaRequest,
      9,
    )
    expect(partOf('S3: storage')).toBeCloseTo(24 * 0.023, 9)
    // Two figures in each of 30 hours, and four all the time.
    expect(partOf('CloudWatch: metrics')).toBeCloseTo((4 + 60 / 730) * 0.3, 9)
    expect(partOf('CloudWatch: alarms')).toBeCloseTo(0.9, 9)
    // A request a look, and one a run.
    expect(partOf('CloudWatch: writing metrics')).toBeCloseTo((43_200 + 30) * 0.00001, 9)
    expect(partOf('CloudWatch: logs')).toBeCloseTo(((43_200 + 30 * 4) / 1024 ** 2) * 0.5, 9)
    expect(cost.parts.find(({ name }) => name === 'Lambda: backup')?.arithmetic).toBe(
      '30 runs, 900 s × 2.00 GB × 0.0000133334, and 0.0000002 a run',
    )
  })

  it('adds up, dearest first', () => {
    expect(cost.perMonth).toBeCloseTo(
      cost.parts.reduce((sum, { perMonth }) => sum + perMonth, 0),
      9,
    )
    expect(cost.parts.map(({ perMonth }) => perMonth)).toEqual(
      cost.parts.map(({ perMonth }) => perMonth).toSorted((a, b) => b - a),
    )
    expect(cost.currency).toBe('USD')
  })

  it('of a hub that is kept on its own machine is told as what it would be', () => {
    const here = tasks.map(({ name, schedule }) => ({ name, schedule }))
    const { assumptions } = costOf(historyOf(backups, { from, to }), { ...facts, tasks: here })
    expect(assumptions.join('\n')).toContain('as if functions of 1769 MiB')
  })

  it('says where prices are from, what is stored, and what is left out', () => {
    const { assumptions } = costOf(historyOf(backups, { from, to }), {
      ...facts,
      prices: { ...prices, source: 'our contract of May' },
    })
    expect(assumptions).toContain('prices (analysis.prices): our contract of May')
    expect(assumptions).toContain('stored, in the standard class: database 4.0 GiB, backups 20.0 GiB')
    expect(assumptions).toContain('not in it, for nobody measured them: logs')
    expect(assumptions.at(-1)).toMatch(/^not in it: .* transfer out of the region/)
  })

  it('of a hub that is watched for a part of the time only is not spread over all of it', () => {
    const young = backups.slice(50)
    const { assumptions, parts } = costOf(historyOf(young, { from, to }), facts)
    expect(parts.find(({ name }) => name === 'Lambda: backup')?.arithmetic).toMatch(/^30 runs, 900 s/)
    expect(assumptions).toContain('runs as in the last 10 days, taken as 30')
  })

  it('of a hub without a run says that its runs are not in it, and without an API has fewer alarms', () => {
    const none = costOf(historyOf([], { from, to }), { ...facts, hasApi: false })
    expect(none.assumptions[1]).toMatch(/^no run left a report yet/)
    expect(none.parts.find(({ name }) => name === 'CloudWatch: alarms')?.perMonth).toBeCloseTo(0.8, 9)
  })

  it('of no time and no task is a number all the same', () => {
    const empty = historyOf([], { from: to, to })
    expect(costOf(empty, { ...facts, tasks: [] }).perMonth).toBeGreaterThanOrEqual(0)
    expect(probeUse([], null)).toEqual({ everyMinutes: null, seconds: 0.5 })
  })
})
