import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { histogramQuantile, type MetricSample, metricSum, readMetrics } from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requestMetrics } from '../../examples/sample-hub/metrics.ts'
import { realHub, withoutRealHub } from '../support/real-hub.ts'

const only = (line: string): MetricSample | undefined => {
  const page = readMetrics(line)
  expect(page.unreadable).toBe(0)
  expect(page.samples).toHaveLength(1)
  return page.samples[0]
}

describe('a line of metrics', () => {
  it.each([
    ['requests 3', 'requests', {}, 3],
    ['requests\t3', 'requests', {}, 3],
    ['  ns:requests_total   3.5e+02  ', 'ns:requests_total', {}, 350],
    ['requests 3 1395066363000', 'requests', {}, 3],
    ['requests 3 -1', 'requests', {}, 3],
    ['requests{} 3', 'requests', {}, 3],
    ['requests{a="b"} 3', 'requests', { a: 'b' }, 3],
    ['requests { a = "b" , c="d", } 3', 'requests', { a: 'b', c: 'd' }, 3],
    ['requests{a="}"} 3', 'requests', { a: '}' }, 3],
    ['requests{a="x,y=\\"z\\""} 3', 'requests', { a: 'x,y="z"' }, 3],
    [
      'requests{path="C:\\\\DIR\\\\FILE",error="no\\nfile"} 3',
      'requests',
      { path: 'C:\\DIR\\FILE', error: 'no\nfile' },
      3,
    ],
    ['requests{a=""} .5', 'requests', { a: '' }, 0.5],
    ['requests +Inf', 'requests', {}, Number.POSITIVE_INFINITY],
    ['requests -inf', 'requests', {}, Number.NEGATIVE_INFINITY],
    ['requests NaN', 'requests', {}, Number.NaN],
    ['requests_bucket{le="0.1"} 8 # {trace_id="a b"} 0.067', 'requests_bucket', { le: '0.1' }, 8],
  ])('%j is read', (line, name, labels, value) => {
    const sample = only(line)
    expect(sample).toMatchObject({ name, value })
    expect(Object.fromEntries(sample?.labels ?? [])).toEqual(labels)
  })

  it.each([
    'requests',
    'requests{a="b"}',
    'requests three',
    'requests 0x10',
    'requests 1,5',
    'requests 3 tomorrow',
    'requests{a=b} 3',
    'requests{a="b} 3',
    'requests{a="b" c="d"} 3',
    'requests{"a"="b"} 3',
    'requests{a="b"',
    '3 requests',
    'reque-sts 3',
    '<html><body>not found</body></html>',
    `requests{a="${'x'.repeat(70_000)}"} 1`,
  ])('%.40j is counted as unreadable, and does not spoil the others', (line) => {
    const page = readMetrics(`before 1\n${line}\nafter 2`)
    expect(page.unreadable).toBe(1)
    expect(page.samples.map(({ name }) => name)).toEqual(['before', 'after'])
  })

  it('of any text is read or counted, and nothing is thrown', () => {
    const part = fc.constantFrom(
      'a',
      '{',
      '}',
      '"',
      '\\',
      ',',
      '=',
      ' ',
      '\n',
      '#',
      '1',
      'le',
      '+Inf',
      'TYPE',
      '\r',
      'é',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part).map((parts) => parts.join('')),
        ),
        (text) => {
          const { samples, unreadable } = readMetrics(text)
          const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line))
          expect(samples.length + unreadable).toBe(lines.length)
        },
      ),
    )
  })

  it('gives back every label that was written as the format says', () => {
    const labels = fc.dictionary(fc.stringMatching(/^[a-zA-Z_]\w{0,8}$/), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(labels, fc.double(), (wanted, value) => {
        const escaped = (text: string) =>
          text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
        const written = Object.entries(wanted).map(([name, text]) => `${name}="${escaped(text)}"`)
        const shown = String(value).replace('Infinity', 'Inf')
        const sample = only(`it{${written.join(',')}} ${shown}`)
        expect(Object.fromEntries(sample?.labels ?? [])).toEqual({ ...wanted })
        expect(sample?.value).toBe(value === 0 ? 0 : value)
      }),
    )
  })
})

describe('a page of metrics', () => {
  it('keeps the types, and takes comments for what they are', () => {
    const page = readMetrics(
      '# HELP up Whether it is\\nup\n# TYPE up gauge\n# TYPE odd\n# any comment\n#\nup 1\r\n\n# EOF\n',
    )
    expect([...page.types]).toEqual([['up', 'gauge']])
    expect(page).toMatchObject({ unreadable: 0, samples: [{ name: 'up', value: 1 }] })
  })

  it('sums over labels, and tells nothing counted from nothing told', () => {
    const page = readMetrics('a{x="1",y="1"} 1\na{x="1",y="2"} 2\na{x="2"} 4\nb NaN\nc 0\n# TYPE d counter')
    expect(metricSum(page, 'a')).toBe(7)
    expect(metricSum(page, 'a', { x: '1' })).toBe(3)
    expect(metricSum(page, 'a', { x: '3' })).toBeNull()
    expect(metricSum(page, 'b')).toBeNull()
    expect(metricSum(page, 'c')).toBe(0)
    expect(metricSum(page, 'd')).toBeNull()
  })
})

describe('a histogram', () => {
  const page = (buckets: Record<string, number>) =>
    readMetrics(
      Object.entries(buckets)
        .map(([le, count]) => `t_bucket{le="${le}"} ${count}`)
        .join('\n'),
    )

  it('gives quantiles between the limits of their bucket', () => {
    const even = page({ '0.1': 50, '0.2': 100, '+Inf': 100 })
    expect(histogramQuantile(even, 't', 0.5)).toBeCloseTo(0.1)
    expect(histogramQuantile(even, 't', 0.75)).toBeCloseTo(0.15)
    expect(histogramQuantile(even, 't', 1)).toBeCloseTo(0.2)
  })

  it('gives its largest limit for what lies above all, and nothing where it counted nothing', () => {
    expect(histogramQuantile(page({ '0.1': 1, '+Inf': 100 }), 't', 0.95)).toBe(0.1)
    expect(histogramQuantile(page({ '0.1': 0, '+Inf': 0 }), 't', 0.95)).toBeNull()
    expect(histogramQuantile(page({ '0.1': 5 }), 't', 0.95)).toBeNull()
    expect(histogramQuantile(page({}), 't', 0.95)).toBeNull()
    expect(histogramQuantile(page({ '+Inf': Number.NaN }), 't', 0.95)).toBeNull()
  })

  it('never leaves the bucket that holds the value', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 9.99, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (values, share) => {
          const metrics = requestMetrics()
          for (const value of values) metrics.observe('/a', 200, value)
          const found = histogramQuantile(readMetrics(metrics.text()), 'app_request_duration_seconds', share)
          const limits = [0, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5]
          const exact = values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? 0
          const upper = limits.find((limit) => limit >= exact && limit > 0) ?? 5
          expect(found).toBeGreaterThanOrEqual(limits[limits.indexOf(upper) - (exact > 5 ? 0 : 1)] ?? 0)
          expect(found).toBeLessThanOrEqual(upper)
        },
      ),
    )
  })
})

describe.skipIf(realHub === null)(`the metrics of a real hub (skipped when ${withoutRealHub})`, () => {
  const page = (name: string) => readMetrics(readFileSync(join(realHub ?? '', name), 'utf8'))

  it('are read to the last line', () => {
    const busy = page('metrics.prom')
    expect(busy.unreadable).toBe(0)
    expect(metricSum(busy, 'process_resident_memory_bytes')).toBe(187_432_960)
    expect(metricSum(busy, 'app_requests_total', { status_code: '500' })).toBeGreaterThan(0)
    const search = { endpoint: '/api/v1/search' }
    expect(histogramQuantile(busy, 'app_request_duration_seconds', 0.5, search)).toBeCloseTo(0.015, 2)
    expect(metricSum(busy, 'app_request_duration_seconds_count', search)).toBe(3735)
  })

  it('of one that was not used yet have types and no samples', () => {
    const idle = page('metrics-idle.prom')
    expect(idle.unreadable).toBe(0)
    expect(idle.types.get('app_request_duration_seconds')).toBe('histogram')
    expect(metricSum(idle, 'app_requests_total')).toBeNull()
    expect(histogramQuantile(idle, 'app_request_duration_seconds', 0.95)).toBeNull()
    expect(metricSum(idle, 'system_cpu_usage_percent')).toBe(7.4)
  })
})
