import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { days, keys, mebibytes, minutes, type Report } from '@hubkeeper/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Architecture, architectureSchema } from '../../functions/architecture-review/document.ts'
import { reviewSchema } from '../../functions/monthly-review/document.ts'
import { type LivedQuarter, liveThroughQuarter } from '../review/support/lived-quarter.ts'
import { type RunResult, runTask } from '../support/cli.ts'

const attachmentOf = (directory: string, { run, task }: Report, name: string): string =>
  readFileSync(join(directory, keys.attachment(task, run, name)), 'utf8')

describe('reviews of a hub that was kept for a quarter', () => {
  let lived: LivedQuarter
  let result: RunResult
  let document: Architecture

  beforeAll(async () => {
    lived = await liveThroughQuarter(mebibytes(4))
    result = await runTask(lived.directory, ['run', 'architecture-review'])
    document = architectureSchema.parse(
      JSON.parse(attachmentOf(lived.directory, result.report, 'architecture.json')),
    )
  }, 60_000)

  afterAll(() => lived.dispose())

  /** Bytes that came a day, as they really did. */
  function truth(): number {
    const [first, last] = [lived.sizes[0], lived.sizes.at(-1)]
    if (first === undefined || last === undefined) throw new Error('it did not live')
    return (last.bytes - first.bytes) / ((last.at.getTime() - first.at.getTime()) / days(1))
  }

  it('tell growth as it was, of the file and of each table', () => {
    const [file] = document.growth
    expect(file).toMatchObject({ kind: 'file', of: 'knowledge/hub.db', bytes: lived.sizes.at(-1)?.bytes })
    expect(file?.perDay?.value).toBeGreaterThan(truth() * 0.9)
    expect(file?.perDay?.value).toBeLessThan(truth() * 1.1)
    expect(file?.perDay?.low).toBeLessThan(truth())
    expect(file?.perDay?.high).toBeGreaterThan(truth())
    expect(document.growth.find(({ of }) => of === 'articles')).toMatchObject({ kind: 'table', rows: 890 })
    expect(document.vanishedTables).toEqual([])
  })

  it('tell when the disk is full, with the interval, and that twice as much does not fit', () => {
    const disk = document.limits.find(({ name }) => name === 'disk')
    expect(disk).toMatchObject({ limit: mebibytes(4), tenTimes: false })
    const newest = lived.sizes.at(-1)
    if (newest === undefined || disk?.earliest == null || disk.latest === null) throw new Error('no dates')
    const full = newest.at.getTime() + days((mebibytes(4) - newest.bytes) / truth())
    expect(Date.parse(disk.earliest)).toBeLessThanOrEqual(full)
    expect(Date.parse(disk.latest)).toBeGreaterThanOrEqual(full)
    expect(result.finding('growth.forecast', 'disk').evidence[0]).toMatch(/as analysis.limits.diskBytes says/)
  })

  it('tell the outage, and what nobody looked at', () => {
    const { outages, usedPercent } = document.availability.month
    expect(outages).toEqual([
      {
        from: lived.outage.from.toISOString(),
        to: new Date(lived.outage.from.getTime() + minutes(lived.outage.minutes)).toISOString(),
        downSeconds: lived.outage.minutes * 60,
        open: false,
      },
    ])
    // 0.1 % of 30 days are 43.2 minutes, less of the hour in which nobody looked.
    expect(usedPercent).toBeCloseTo((30 / (43.2 * (719 / 720))) * 100, 0)
    expect(result.finding('availability.budget', 'quarter').status).toBe('unknown')
    expect(result.finding('review.evidence', 'backup').status).toBe('unknown')
  })

  it('give a page and Markdown that say the same', () => {
    const html = attachmentOf(lived.directory, result.report, 'architecture.html')
    const markdown = attachmentOf(lived.directory, result.report, 'architecture.md')
    for (const { title } of document.recommendations) {
      expect(html).toContain(title)
      expect(markdown).toContain(title)
    }
    expect(html).toContain('<svg')
    expect(document.recommendations.map(({ id }) => id)).toContain('run-schedule')
  })

  it('are compared with the last one, and make the packet of the month', async () => {
    const again = await runTask(lived.directory, ['run', 'architecture-review'])
    const { since } = architectureSchema.parse(
      JSON.parse(attachmentOf(lived.directory, again.report, 'architecture.json')),
    )
    expect(since).toMatchObject({
      run: document.run,
      figures: { databaseBytes: document.figures.databaseBytes },
      recommendations: { added: [], settled: [] },
    })
    const { finding: found, report } = await runTask(lived.directory, ['run', 'monthly-review'])
    const packet = reviewSchema.parse(JSON.parse(attachmentOf(lived.directory, report, 'review.json')))
    expect(packet.incidents).toMatchObject([{ kind: 'outage', what: 'API', open: false }])
    expect(packet.maintenance.find(({ task }) => task === 'database-maintenance')).toMatchObject({
      completed: 2,
      byHand: 2,
    })
    expect(found('availability.budget', 'month').status).toBe('ok')
    expect(found('maintenance.effective', 'health-check').status).toBe('warning')
  }, 30_000)
})
