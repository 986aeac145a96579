import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onOneLine } from '@hubkeeper/core'
import { htmlOf, type Page, pageOfReport } from '@hubkeeper/review'
import axe from 'axe-core'
import * as fc from 'fast-check'
import type { Browser, Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserPath, needingBrowser, startBrowser } from '../support/browser.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { edgePage } from './edge-charts.ts'
import { anyText } from './hostile.ts'
import { pageOfTexts } from './page-of-texts.ts'
import { samplePage } from './sample-page.ts'
import { sampleReport } from './sample-report.ts'
import { startParser } from './support/parse-in-browser.ts'

const samples: Readonly<Record<string, Page>> = {
  sample: samplePage,
  report: pageOfReport(sampleReport),
  edges: edgePage,
}

/** Where pictures go: into a directory that stays, where one is named. */
function pictures(): string {
  const kept = process.env.HUBKEEPER_SCREENSHOTS
  if (kept === undefined) return temporaryDirectory()
  mkdirSync(kept, { recursive: true })
  return kept
}

describe.skipIf(browserPath === null)(needingBrowser('pages in a real browser'), () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(() => browser?.close())

  /** Opens a page from a file; what it asked for and what went wrong is collected. */
  async function opened(page: Page, colorScheme: 'light' | 'dark' = 'light') {
    const file = join(temporaryDirectory(), 'page.html')
    writeFileSync(file, await htmlOf(page))
    const tab = await browser.newPage({ colorScheme, viewport: { width: 900, height: 900 } })
    const requests: string[] = []
    const complaints: string[] = []
    tab.on('request', (request) => requests.push(request.url()))
    tab.on('console', (message) => complaints.push(message.text()))
    tab.on('pageerror', (error) => complaints.push(error.message))
    const url = pathToFileURL(file).href
    await tab.goto(url)
    return { tab, url, requests, complaints }
  }

  /** What is wrong for people who hear it, cannot see all colours, or have no mouse: WCAG 2.2, A and AA. */
  async function violations(tab: Tab): Promise<string[]> {
    await tab.evaluate(axe.source)
    return tab.evaluate<string[]>(`axe
      .run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
      .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`)
  }

  it.each(Object.keys(samples))('%s: accessible in light and dark, and loads nothing', async (name) => {
    const page = samples[name] ?? samplePage
    const directory = pictures()
    for (const scheme of ['light', 'dark'] as const) {
      const { complaints, requests, tab, url } = await opened(page, scheme)
      await tab.screenshot({ path: join(directory, `${name}-${scheme}.png`), fullPage: true })
      expect(await violations(tab), scheme).toEqual([])
      expect(requests).toEqual([url])
      expect(complaints).toEqual([])
      await tab.close()
    }
  })

  it('is printed with everything unfolded, on pages of A4', async () => {
    const { tab } = await opened(samplePage)
    const folded = 'document.querySelector("section > details p").checkVisibility()'
    expect(await tab.evaluate(folded)).toBe(false)
    await tab.emulateMedia({ media: 'print', colorScheme: 'dark' })
    expect(await tab.evaluate(folded)).toBe(true)
    expect(await tab.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
    const pdf = await tab.pdf({ path: join(pictures(), 'sample.pdf'), preferCSSPageSize: true })
    // A4 in points, as Chromium rounds it.
    expect(pdf.toString('latin1')).toMatch(/\/MediaBox \[0 0 59[45]\.\d+ 84[12]\.\d+\]/)
    await tab.close()
  })

  it('fits a telephone: nothing but wide tables is scrolled sideways', async () => {
    const { tab } = await opened(samplePage)
    await tab.setViewportSize({ width: 360, height: 740 })
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(360)
    expect(await violations(tab)).toEqual([])
    await tab.close()
  })

  it.each([900, 360])(
    'cuts no lettering of a picture off, and writes none over another: %d px wide',
    async (width) => {
      for (const page of [samplePage, edgePage]) {
        const { tab } = await opened(page)
        await tab.setViewportSize({ width, height: 740 })
        expect(await tab.evaluate(`(${lettering})()`)).toEqual([])
        await tab.close()
      }
    },
  )

  it('makes nothing of hostile texts but text, wherever they stand', async () => {
    const parser = await startParser()
    const harmless = await parser.parse(await htmlOf(pageOfTexts(() => 'word')))
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(anyText), async (texts) => {
        const given: string[] = []
        const html = await htmlOf(
          pageOfTexts(() => {
            const text: string = texts.next().value ?? ''
            given.push(text)
            return text
          }),
        )
        const { outside, svg, text } = await parser.parse(html)
        expect(outside).toEqual(harmless.outside)
        expect(svg.filter((each) => !harmless.svg.includes(each))).toEqual([])
        expect(given.map(onOneLine).filter((each) => !text.includes(each))).toEqual([])
      }),
      { numRuns: 60 },
    )
    await parser.close()
  })
})

/** In the browser: which texts of the pictures that are shown stand over their edge, or over another. */
const lettering = `() => [...document.querySelectorAll('.picture svg')].flatMap((picture) => {
  const edge = picture.getBoundingClientRect()
  const texts = [...picture.querySelectorAll('text')]
    .map((text) => ({ says: text.textContent, box: text.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0)
  const isOver = (box) =>
    box.left < edge.left - 1 || box.right > edge.right + 1 || box.top < edge.top - 2 || box.bottom > edge.bottom + 2
  const meet = (a, b) =>
    a.left < b.right - 2 && b.left < a.right - 2 && a.top < b.bottom - 3 && b.top < a.bottom - 3
  return texts.flatMap(({ says, box }, i) => [
    ...(isOver(box) ? [says + ' is cut off'] : []),
    ...texts.slice(i + 1).filter((other) => meet(box, other.box)).map((other) => says + ' over ' + other.says),
  ])
})`
