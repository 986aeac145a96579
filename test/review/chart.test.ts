import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { days, formatValue, units } from '@hubkeeper/core'
import { type Chart, htmlOf, markdownOf, type Page } from '@hubkeeper/review'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bundle } from '../../infra/bundle/esbuild.ts'
import { dataOf } from '../../layers/review/src/chart/data.ts'
import { factsOf } from '../../layers/review/src/chart/facts.ts'
import { pictureOf } from '../../layers/review/src/chart/picture.ts'
import { timeAxis } from '../../layers/review/src/chart/time-axis.ts'
import { valueAxis } from '../../layers/review/src/chart/value-axis.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { edgeCharts } from './edge-charts.ts'
import { backups, growth, percentiles, samplePage, tables } from './sample-page.ts'

const start = Date.UTC(2026, 0, 1)

const titled = (title: string): Chart => {
  const found = edgeCharts.find((chart) => chart.title === title)
  if (found === undefined) throw new Error(`no chart ${title}`)
  return found
}

const drawn = async (chart: Chart): Promise<string> => (await pictureOf(chart, 'c'))?.inside ?? ''

const textsIn = (svg: string): string[] =>
  [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text ?? '')

describe('a picture of a chart', () => {
  it('is the same for the same chart, byte for byte, however many were drawn before', async () => {
    const first = await drawn(growth)
    await drawn(percentiles)
    expect(await drawn(growth)).toBe(first)
  })

  it('has names of its own on a page with others', async () => {
    const [one, other] = [await pictureOf(growth, 'one'), await pictureOf(growth, 'other')]
    expect(one?.inside).toContain('url(#one-c0)')
    expect(other?.inside).toContain('url(#other-c0)')
    expect(other?.inside).not.toContain('one-')
  })

  it.each(edgeCharts.map((chart) => [chart.title, chart] as const))(
    'can be drawn or told: %s',
    async (_, chart) => {
      const svg = await drawn(chart)
      expect(svg).not.toMatch(/NaN|Infinity|undefined|zr\d|ecmeta|<style|<script|#(?:333|fff|dbdee4|54555a)"/)
      expect(factsOf(chart).length).toBeGreaterThan(0)
    },
  )

  it('is none where there is nothing to draw, and says so in words', async () => {
    expect(await pictureOf(titled('no readings'), 'c')).toBeNull()
    expect(factsOf(titled('no readings'))).toEqual(['reading: no readings yet.'])
    expect(factsOf(titled('no series'))).toEqual(['There are no readings yet.'])
    expect(factsOf(titled('no bars'))).toEqual(['There is nothing to show yet.'])
  })

  it('tells series apart by their marks and dashes, not by colour alone', async () => {
    const svg = await drawn(percentiles)
    const dashes = [
      ...svg.matchAll(/stroke="var\(--series-(\d)[^"]*" stroke-width="2"( stroke-dasharray="[^"]+")?/g),
    ]
    expect(new Set(dashes.map(([, , dash]) => dash)).size).toBe(3)
    expect(textsIn(svg)).toEqual(expect.arrayContaining(['p50', 'p95', 'p99', 'Objective: 200 ms']))
  })

  it('does not draw a line over a time without readings', async () => {
    const line = /d="(M[^"]*)"[^>]*stroke="var\(--series-1/.exec(await drawn(growth))?.[1]
    expect(line?.match(/M/g)).toHaveLength(2)
  })

  it('nor of many readings, of which the ones at its edges are left out', async () => {
    const values = Array.from({ length: 5000 }, (_, i) => ({
      at: new Date(start + i * 60_000 + (i < 2503 ? 0 : days(9))),
      value: i % 7 === 0 ? 9 : 5 + Math.sin(i),
    }))
    const chart: Chart = { kind: 'line', title: '', unit: 'count', series: [{ name: 'a', points: values }] }
    const line = /d="(M[^"]*)"[^>]*stroke="var\(--series-1/.exec(await drawn(chart))?.[1]
    expect(line?.match(/M/g)).toHaveLength(2)
  })

  it('draws names as text, whatever they hold, and cut where they are long', async () => {
    const name = `<b>"${'x'.repeat(60)}`
    const svg = await drawn({ kind: 'bars', title: '', unit: 'count', bars: [{ name, value: 1 }] })
    expect(textsIn(svg)[0]).toMatch(/^&lt;b&gt;&quot;x{29}…$/)
  })

  it('of many readings shows each peak', async () => {
    const values = Array.from({ length: 20_000 }, (_, i) => (i === 12_345 ? 100 : 1))
    const chart: Chart = {
      kind: 'line',
      title: '',
      unit: 'percent',
      series: [{ name: 'a', points: values.map((value, i) => ({ at: new Date(start + i * 1000), value })) }],
    }
    const svg = await drawn(chart)
    expect(svg.length).toBeLessThan(20_000)
    // The peak reaches the top of the picture.
    expect(svg).toMatch(/[ML ,]18(?:\.\d+)?[ML"]/)
    expect(dataOf(chart, 200)).toMatchObject({ leftOut: 19_800 })
  })

  it('of any numbers at any times can be drawn or told', async () => {
    const point = fc.record({
      at: fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01') }),
      value: fc.double(),
    })
    const chart: fc.Arbitrary<Chart> = fc.record({
      kind: fc.constant('line' as const),
      title: fc.constant('any'),
      unit: fc.constantFrom(...units),
      series: fc.array(fc.record({ name: fc.string(), points: fc.array(point) }), { maxLength: 3 }),
      limits: fc.array(fc.record({ name: fc.string(), value: fc.double() }), { maxLength: 2 }),
    })
    await fc.assert(
      fc.asyncProperty(chart, async (each) => {
        expect(await drawn(each)).not.toMatch(/(?<![a-z])(?:NaN|Infinity)(?![a-z])/i)
        expect(factsOf(each).join()).not.toMatch(/NaN|Infinity|undefined/)
      }),
      { numRuns: 60 },
    )
  })

  it('draws the same in a bundle for Lambda', async () => {
    const folder = temporaryDirectory()
    const outfile = join(folder, 'index.js')
    await bundle({ entry: 'layers/review/src/index.ts', outfile, external: [] })
    writeFileSync(join(folder, 'page.json'), JSON.stringify(samplePage))
    writeFileSync(
      join(folder, 'draw.js'),
      `const revive = (key, value) => (key === 'at' || key === 'generatedAt' ? new Date(value) : value)
       const page = JSON.parse(require('node:fs').readFileSync(__dirname + '/page.json', 'utf8'), revive)
       require('./index.js').htmlOf(page).then((html) => process.stdout.write(html))`,
    )
    const { stdout } = spawnSync(process.execPath, [join(folder, 'draw.js')], { encoding: 'utf8' })
    expect(stdout).toBe(await htmlOf(samplePage))
  })
})

describe('what a chart tells in words', () => {
  it('of lines: last, first, extremes, gaps, forecast and limits', () => {
    expect(factsOf(growth)).toEqual([
      expect.stringMatching(
        /^Database: latest 695\.1 MiB, first 391\.0 MiB, .*44 readings from 2025-12-01 to 2026-11-23; no readings 2026-04-13 to 2026-06-15\.$/,
      ),
      'Forecast, 95 % interval: 850.7 MiB on 2027-05-22, between 772.5 MiB and 928.9 MiB.',
      'Limit “Scratch of the function”: 1.0 GiB; above it: nothing.',
      'Limit “Disk”: 60.0 GiB, beyond the picture; above it: nothing.',
    ])
  })

  it('of bars: each, or the greatest of many', () => {
    expect(factsOf(backups)).toEqual([
      'hourly: 40 min; daily: 16 h 56 min; weekly: 3 d 16 h.',
      'Limit “Promised”: 1 d; above it: weekly.',
    ])
    expect(factsOf(tables)).toEqual([
      '6 in all; the greatest is knowledge_embeddings_by_document with 1,240,000 rows.',
    ])
    expect(factsOf(titled('sixty bars'))).toContain('The picture shows the first 30.')
  })

  it('of a forecast: no size below zero, and a limit that it may pass', () => {
    const at = (i: number): Date => new Date(start + days(i))
    const facts = factsOf({
      kind: 'line',
      title: '',
      unit: 'bytes',
      series: [{ name: 'size', points: [0, 1].map((i) => ({ at: at(i), value: 500 })) }],
      forecast: { name: 'forecast', points: [{ at: at(9), value: 300, low: -200, high: 800 }] },
      limits: [
        { name: 'near', value: 700 },
        { name: 'far', value: 900 },
      ],
    })
    expect(facts.slice(1)).toEqual([
      'forecast: 300 bytes on 2026-01-10, between 0 bytes and 800 bytes.',
      'Limit “near”: 700 bytes; above it: perhaps forecast.',
      'Limit “far”: 900 bytes; above it: nothing.',
    ])
  })

  it('that the whole of a share is in the picture, however little of it is taken', () => {
    const chart: Chart = {
      kind: 'bars',
      title: '',
      unit: 'percent',
      bars: [{ name: 'used', value: 0 }],
      limits: [{ name: 'all of it', value: 100 }],
    }
    expect(factsOf(chart)).toEqual(['used: 0.0 %.', 'Limit “all of it”: 100.0 %; above it: nothing.'])
  })

  it('that readings had no number', () => {
    expect(factsOf(titled('no numbers'))[0]).toMatch(/2 readings .*; 2 more without a usable number\.$/)
  })

  it('and its numbers as a table, readings of one time in one row', () => {
    const { header, rows } = dataOf(percentiles, 200)
    expect(header).toEqual(['time (UTC)', 'p50', 'p95', 'p99'])
    expect(rows).toHaveLength(24)
    expect(rows[0]).toEqual(['2025-12-01 00:00', '20 ms', '64 ms', '120 ms'])
    expect(dataOf(tables, 2)).toEqual({
      header: ['name', 'rows'],
      rows: [
        ['knowledge_embeddings_by_document', '1,240,000 rows'],
        ['search_index', '610,300 rows'],
      ],
      leftOut: 4,
    })
  })
})

describe('an axis of values', () => {
  const ticks = ({ label, max, min, step }: ReturnType<typeof valueAxis>): string[] =>
    Array.from({ length: Math.round((max - min) / step) + 1 }, (_, i) => label(min + i * step))

  it.each([
    [0, 700 * 1024 ** 2, 'bytes', ['0 MiB', '200 MiB', '400 MiB', '600 MiB', '800 MiB']],
    [0, 1.3 * 1024 ** 3, 'bytes', ['0.0 GiB', '0.5 GiB', '1.0 GiB', '1.5 GiB']],
    [0.0004, 0.0011, 'seconds', ['0.0 ms', '0.5 ms', '1.0 ms', '1.5 ms']],
    [0, 5400, 'seconds', ['0 min', '30 min', '60 min', '90 min']],
    [99.93, 100, 'percent', ['99.92 %', '99.94 %', '99.96 %', '99.98 %', '100.00 %']],
    [0, 2, 'rows', ['0 rows', '1 row', '2 rows']],
    [0, 4_570_000, 'rows', ['0', '2 million rows', '4 million rows', '6 million rows']],
    [-3.5, 4, 'usd', ['-4 USD', '-2 USD', '0 USD', '2 USD', '4 USD']],
    [0, 0, 'count', ['0', '1']],
  ] as const)('from %d to %d %s has few round ticks in one unit', (low, high, unit, labels) => {
    expect(ticks(valueAxis(low, high, unit))).toEqual(labels)
  })

  it('holds every value, in a few steps of different names', () => {
    const number = fc.double({ min: -1e15, max: 1e15, noNaN: true })
    fc.assert(
      fc.property(number, number, fc.constantFrom(...units), (a, b, unit) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        const axis = valueAxis(low, high, unit)
        const slack = axis.step * 1e-6
        expect(axis.min - slack).toBeLessThanOrEqual(low)
        expect(axis.max + slack).toBeGreaterThanOrEqual(high)
        const labels = ticks(axis)
        expect(labels.length).toBeLessThan(8)
        expect(new Set(labels).size).toBe(labels.length)
      }),
      { numRuns: 400 },
    )
  })
})

describe('an axis of time', () => {
  it.each([
    [1, ['00:00\n2026-01-01', '06:00', '12:00', '18:00', '00:00\n2026-01-02']],
    [5, ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04', '2026-01-05', '2026-01-06']],
    [365, ['Jan 2026', 'Apr 2026', 'Jul 2026', 'Oct 2026', 'Jan 2027']],
    [3650, ['Jan 2026', 'Jan 2028', 'Jan 2030', 'Jan 2032', 'Jan 2034']],
  ] as const)('over %d days has few ticks at round times', (span, labels) => {
    const axis = timeAxis(start, start + days(span), 6)
    expect(axis.ticks.map(axis.label)).toEqual(labels)
  })

  it('never has more than seven', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 0, max: 4e12 }), (from, span) => {
        expect(timeAxis(from, from + span, 6).ticks.length).toBeLessThan(8)
      }),
    )
  })
})

it('values are written on pages as everywhere else', () => {
  const page: Page = {
    ...samplePage,
    sections: [{ heading: '', blocks: [{ kind: 'chart', chart: tables }] }],
  }
  expect(markdownOf(page)).toContain(formatValue(1_240_000, 'rows'))
})
