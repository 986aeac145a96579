import { days, leastSquares, minutes, type Report } from '@hubkeeper/core'
import { trendOf } from '@hubkeeper/review'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { performanceAnalysis } from '../../functions/performance-analysis/task.ts'
import { performanceReview } from '../../functions/performance-review/task.ts'
import { inProcessEngine } from '../fakes/in-process-engine.ts'
import { heavy } from '../support/heavy.ts'
import { type Life, type LifeOptions, livedPath, livedStatement, liveThrough } from '../support/lived-year.ts'

/** Days it lives, and the day from which its API is slow. */
const [length, slowFrom] = heavy ? [365, 335] : [92, 64]

const options: LifeOptions = {
  // What is at stake is what becomes of many runs, not the processes of each.
  engine: inProcessEngine(),
  days: length,
  rhythms: [
    { task: performanceReview, everyDays: 12 },
    { task: performanceAnalysis, everyDays: 45 },
  ],
  // So much that no other load on the machine is mistaken for it.
  slowOn: (day) => (day < slowFrom ? 0 : 150),
}

let life: Life
beforeAll(async () => {
  life = await liveThrough(options)
  // A year takes a minute, on a machine that has nothing else to do.
}, minutes(10))
afterAll(() => life?.dispose())

const findingOf = (report: Report, check: string, subject: string) =>
  report.findings.find((finding) => finding.check === check && finding.subject === subject)

const readingsOf = (name: string) =>
  life.reports.flatMap(({ figures, finishedAt }) =>
    figures
      .filter((figure) => figure.name === name)
      .map(({ value }) => ({ at: new Date(finishedAt), value })),
  )

describe(`a hub that lived ${length} days`, () => {
  it('had every review and analysis, and none of them failed', () => {
    const count = ({ everyDays }: { everyDays: number }): number => Math.ceil(length / everyDays)
    expect(life.reports).toHaveLength(options.rhythms.reduce((sum, rhythm) => sum + count(rhythm), 0))
    expect(life.reports.filter(({ error }) => error !== null)).toEqual([])
  })

  it('is told that its API has grown slower, and its statement has not', async () => {
    const report = await life.run(performanceAnalysis)
    const slower = findingOf(report, 'performance.trend', `api.p95 of ${livedPath}`)
    expect(slower).toMatchObject({ status: 'warning' })
    expect(slower?.actual).toBeGreaterThan(25)
    expect(
      findingOf(report, 'performance.trend', `database.query-time of ${livedStatement.name}`),
    ).toMatchObject({
      status: 'ok',
    })
  })

  it('was told at first how much history that takes', () => {
    const first = life.reports.find(({ task }) => task === 'performance-analysis')
    expect(first && findingOf(first, 'performance.trend', `api.p95 of ${livedPath}`)).toMatchObject({
      status: 'skipped',
      actual: '2 readings in 30 days and 0 in the 90 before: 3 of each are needed',
    })
  })

  it('has sizes as they were, and grows as fast as it really does', () => {
    const readings = readingsOf('database.size')
    const sizes = new Set(life.truth.map(({ bytes }) => bytes))
    expect(readings.filter(({ value }) => !sizes.has(value))).toEqual([])
    const trend = trendOf(readings, life.end)
    if (typeof trend === 'string') throw new Error(trend)
    const quarter = life.truth.filter(({ at }) => at.getTime() > life.end.getTime() - days(92))
    const start = quarter[0]?.at.getTime() ?? 0
    const line = leastSquares(
      quarter.map(({ at, bytes }) => ({ x: (at.getTime() - start) / days(1), y: bytes })),
    )
    expect(Math.abs(trend.slopePerDay / line.slope - 1)).toBeLessThan(0.05)
  })

  it('foretold its size three weeks ahead', () => {
    const then = new Date(life.end.getTime() - days(21))
    const trend = trendOf(readingsOf('database.size'), then)
    if (typeof trend === 'string') throw new Error(trend)
    const last = life.truth.at(-1)?.bytes ?? 0
    const foretold = trend.at(life.end)
    expect(Math.abs(foretold.value / last - 1)).toBeLessThan(0.05)
  })
})
