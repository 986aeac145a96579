import { daily, days, type ExpectedTask, figure, finding, minutes, monthly } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { monthlyReview } from '../../functions/monthly-review/task.ts'
import { type RunMade, reportOf } from '../review/support/histories.ts'
import { documentIn, review } from '../review/support/reviewing.ts'
import { browserPath, needingBrowser, startBrowser } from '../support/browser.ts'

const at = new Date('2026-12-07T10:00:00.000Z')
const ago = (count: number): Date => new Date(at.getTime() - days(count))

/** Tasks of every month of which none was done in time, whose names are long. */
const tasks: readonly ExpectedTask[] = Array.from({ length: 9 }, (_, i) => ({
  name: `a-task-with-a-name-that-is-long-${i}`,
  schedule: i < 6 ? monthly(2, 'monday', '10:00') : daily('04:30'),
}))

const long = 'a text that goes on and on '.repeat(20)

/** A month in which everything went wrong that can. */
const worst: readonly RunMade[] = [
  ...tasks.flatMap(({ name }) =>
    [3, 4, 5, 6].map((day): RunMade => ({ task: name, at: ago(day), scheduledFor: null, failed: day > 4 })),
  ),
  ...Array.from({ length: 10 }, (_, week): RunMade => {
    const value = week < 5 ? 0.9 : 0.3
    const paths = [1, 2, 3, 4, 5].map((path) => figure('api.p95', value, 'seconds', `/${long}${path}`))
    return { task: tasks[8]?.name ?? '', at: ago(7 * week), figures: paths }
  }),
  {
    task: tasks[7]?.name ?? '',
    at: ago(1),
    findings: Array.from({ length: 20 }, (_, i) =>
      finding('disk.usage', 'critical', { subject: `/disk-${i}/${long}`, actual: long }),
    ),
  },
]

/** The probe’s looks of a month with an outage every other day. */
const looks = Array.from({ length: 30 * 1440 }, (_, minute) => ({
  ...{ hub: 'hub', name: 'api.available', subject: null, unit: 'count' as const },
  at: new Date(ago(30).getTime() + minutes(minute)),
  value: minute % 2880 < 7 ? 0 : 1,
}))

describe.skipIf(browserPath === null)(needingBrowser('the packet on paper'), () => {
  it('has the agenda on one sheet of A4, and the details behind it, in the worst of months', async () => {
    const reports = worst.map(reportOf)
    const result = await review(monthlyReview, { at, tasks, reports, looks, freeBytes: 1e9 })
    const browser = await startBrowser()
    try {
      // A4 within its margins, at 96 pixels an inch.
      const [width, height] = [210 - 32, 297 - 38].map((mm) => Math.floor((mm / 25.4) * 96))
      const page = await browser.newPage({ viewport: { width: width ?? 0, height: height ?? 0 } })
      await page.emulateMedia({ media: 'print' })
      await page.setContent(documentIn(result, 'review.html'))
      const bottoms = await page
        .locator('.brief')
        .evaluateAll((all) => all.map((each) => each.getBoundingClientRect().bottom))
      expect(bottoms).toHaveLength(5)
      expect(Math.max(...bottoms)).toBeLessThan(height ?? 0)
      const behind = page.locator('.brief + section:not(.brief)')
      expect(
        await page.evaluate(
          "getComputedStyle(document.querySelector('.brief + section:not(.brief)')).breakBefore",
        ),
      ).toBe('page')
      expect(await behind.locator('h2').innerText()).toBe('Details: performance')
    } finally {
      await browser.close()
    }
  })
})
