import { type Finding, finding, HubkeeperError, type Report } from '@hubkeeper/core'
import { type Block, htmlOf, markdownOf, type Page, pageOfReport } from '@hubkeeper/review'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { edgePage } from './edge-charts.ts'
import { anyText, attacks } from './hostile.ts'
import { pageOfTexts } from './page-of-texts.ts'
import { samplePage } from './sample-page.ts'
import { sampleReport } from './sample-report.ts'

const pageWith = (...blocks: Block[]): Page => ({ ...samplePage, sections: [{ heading: 'Part', blocks }] })

describe('a page as HTML', () => {
  it('is the same for the same page, byte for byte', async () => {
    expect(await htmlOf(samplePage)).toBe(await htmlOf(structuredClone(samplePage)))
  })

  it('sets a table that is too wide for a screen in smaller letters', async () => {
    const table = (columns: number): Block => {
      const header = Array.from({ length: columns }, (_, i) => `a column ${i}`)
      return { kind: 'table', caption: 'Wide', header, rows: [] }
    }
    const sections = [{ heading: 'Tables', blocks: [table(2), table(20)] }]
    const html = await htmlOf({ ...samplePage, sections })
    expect(html.match(/<table class="[^"]*"/g)).toEqual(['<table class="slim"', '<table class="broad dense"'])
  })

  it('allows nothing to be loaded or run, and does neither', async () => {
    const html = await htmlOf(samplePage)
    expect(html).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:;`,
    )
    expect(html).not.toMatch(
      /<script|<iframe|<img|@import|url\(["']?(?!#)|\son\w+=|(?:src|href)="(?!#|data:,")/,
    )
    const addresses = html.match(/https?:[^"\s]*/g) ?? []
    expect(new Set(addresses)).toEqual(new Set(['http://www.w3.org/2000/svg']))
  })

  it('begins with the verdict: word, shape and sentence', async () => {
    const html = await htmlOf(samplePage)
    const verdict = html.slice(html.indexOf('class="verdict'), html.indexOf('<main>'))
    expect(verdict).toContain('<svg')
    expect(verdict).toContain('<strong>warning</strong>')
    expect(verdict).toContain(samplePage.verdict)
  })

  it('says when it was made as a time that stays true', async () => {
    expect(await htmlOf(samplePage)).toContain(
      '<time datetime="2026-12-01T10:00:00.000Z">2026-12-01 10:00 UTC</time>',
    )
  })

  it('gives every name once', async () => {
    for (const page of [samplePage, edgePage]) {
      const ids = [...(await htmlOf(page)).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
      expect(new Set(ids).size).toBe(ids.length)
    }
  })

  it('links its sections where there are several', async () => {
    expect(await htmlOf(samplePage)).toContain('<a href="#section-2">Growth</a>')
    expect(await htmlOf(pageWith())).not.toContain('<nav')
  })

  it.each(attacks)('escapes %j', async (attack) => {
    const html = await htmlOf(pageOfTexts(() => attack))
    const harmless = await htmlOf(pageOfTexts(() => 'word'))
    const opened = (text: string): string[] =>
      text.match(/<(?!\/?(?:path|text|tspan)\b)[a-z!/][^\s>]*/gi) ?? []
    expect(opened(html)).toEqual(opened(harmless))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
    expect(html).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\ud800\u2028]/)
  })
})

describe('a page as Markdown', () => {
  it('has the same facts', () => {
    const text = markdownOf(samplePage)
    expect(text).toContain(
      '# Architecture review\n\nlibrary, fourth quarter of 2026\n\n**▲ warning**: The database',
    )
    expect(text).toContain('- size of the database: **696.2 MiB** (+ 19.4 MiB a week)')
    expect(text).toContain('- p99: latest 119 ms')
    expect(text).toContain('| ✖ critical | time of a restore | 3 h 20 min | 5 h | 2026-12-20 |')
    expect(text).toContain(
      '| status | limit | now | in a year | reached |\n| --- | --- | ---: | ---: | --- |',
    )
    expect(text).toContain('38 older readings are left out.')
    expect(text).toContain('**How this was measured**\n\nAges count')
  })

  it('keeps every text on its line and in its cell, without markup', () => {
    const lines = (page: Page): string[] => markdownOf(page).split('\n')
    const harmless = lines(pageOfTexts(() => 'word'))
    const bare = (line: string): string => line.replace(/\\./g, '')
    fc.assert(
      fc.property(fc.infiniteStream(anyText), (texts) => {
        // An empty text leaves its line out.
        const hostile = lines(pageOfTexts(() => `w${texts.next().value ?? ''}`))
        expect(hostile).toHaveLength(harmless.length)
        for (const [i, line] of hostile.entries()) {
          const cells = (of: string): number => bare(of).split('|').length
          expect(cells(line)).toBe(cells(harmless[i] ?? ''))
          expect(bare(line)).not.toMatch(/[<>`[\]_~]/)
        }
      }),
    )
  })
})

describe('a report as a page', () => {
  const page = pageOfReport(sampleReport)
  const headings = ({ sections }: Page): string[] => sections.map(({ heading }) => heading)

  it('tells what is wrong first, worst first', () => {
    expect(page).toMatchObject({
      title: 'Database maintenance',
      subtitle: 'library, 2026-12-01 04:30 UTC',
      status: 'critical',
      verdict:
        'Of 5 findings: 1 critical, 1 warning, 1 unknown. First of all: “Database structure is sound (hub.db)”: found 3, expected 0.',
      generatedAt: new Date('2026-12-01T04:31:40.000Z'),
    })
    expect(headings(page)).toEqual([
      'What needs attention',
      'What is well',
      'Figures',
      'Left behind',
      'The run',
    ])
    const table = page.sections[0]?.blocks[0]
    expect(table?.kind === 'table' && table.rows.map(([status]) => status)).toEqual([
      { text: 'critical', status: 'critical' },
      { text: 'warning', status: 'warning' },
      { text: 'unknown', status: 'unknown' },
    ])
  })

  it('has everything that the report has', () => {
    const text = markdownOf(page)
    for (const finding of sampleReport.findings) {
      expect(text).toContain(finding.title)
      for (const line of finding.evidence) expect(text).toContain(line.replaceAll('_', '\\_'))
    }
    expect(text).toContain('What to do: keep the file; restore the newest proven backup')
    expect(text).toContain('| database.size | hub.db | 694.3 MiB |')
    expect(text).toContain('| articles | 280 rows | 394.5 KiB |')
    expect(text).toContain('plan.md | attachment | 4.1 KiB |')
    expect(text).toContain('- From 2026-12-01 04:30 UTC, took 1 min 37 s')
  })

  it('says once what to do about findings that want the same', () => {
    const late = (subject: string): Finding =>
      finding('tasks.overdue', 'critical', { subject, evidence: ['it never succeeded'] })
    const text = markdownOf(
      pageOfReport({ ...sampleReport, findings: ['backup', 'cleanup'].map(late), figures: [] }),
    )
    expect(text.match(/What to do/g)).toHaveLength(1)
    expect(text).toContain('### ✖ critical: Task ran when it was due (2)')
    expect(text).toContain('- backup: it never succeeded\n- cleanup: it never succeeded')
  })

  it('takes sections of its own after what is wrong', () => {
    const extended = pageOfReport(sampleReport, [{ heading: 'Trends', blocks: [] }])
    expect(headings(extended).slice(0, 3)).toEqual(['What needs attention', 'Trends', 'What is well'])
  })

  it('says that all is well', () => {
    const findings = sampleReport.findings.filter(({ status }) => status === 'ok' || status === 'skipped')
    const well = pageOfReport({ ...sampleReport, status: 'ok', findings })
    expect(well.verdict).toBe('All is well: 1 of 1 checks; 1 did not apply.')
    expect(headings(well)).not.toContain('What needs attention')
  })

  it('tells what kept a task from its job before anything else', () => {
    const error = new HubkeeperError('no-space', 'the disk is full', { hint: 'free space' })
    const failed: Report = {
      ...sampleReport,
      status: 'failed',
      findings: [],
      error: { code: error.code, message: error.message, hint: error.hint },
    }
    expect(pageOfReport(failed)).toMatchObject({
      status: 'failed',
      verdict: 'the disk is full',
      sections: [
        {
          heading: 'What kept it from its job',
          blocks: [{ text: 'the disk is full (no-space)' }, { text: 'What to do: free space' }],
        },
        {},
        {},
        {},
      ],
    })
  })
})
