import { days } from '@hubkeeper/core'
import { type Block, responseTimeCharts, slowestChart } from '@hubkeeper/review'
import { describe, expect, it } from 'vitest'

const timed = (subject: string, ...values: number[]) => ({
  subject,
  points: values.map((value, i) => ({ at: new Date(days(i)), value })),
})

/** Titles with the names of the lines. */
const told = (blocks: readonly Block[]) =>
  blocks.map((block) =>
    block.kind === 'chart' && block.chart.kind === 'line'
      ? [block.chart.title, ...block.chart.series.map(({ name }) => name)]
      : [],
  )

describe('pictures of response times', () => {
  it('show of each of a few endpoints its percentiles', () => {
    const blocks = responseTimeCharts({
      p50: [timed('/a', 1, 2), timed('/b', 1)],
      p95: [timed('/a', 2, 3), timed('/b', 4, 5)],
    })
    expect(told(blocks)).toEqual([
      ['Response time of /a', 'p50', 'p95'],
      ['Response time of /b', 'p95'],
    ])
  })

  it('show nothing of what was timed once', () => {
    expect(responseTimeCharts({ p50: [], p95: [timed('/a', 2)] })).toEqual([])
  })

  it('show of many the slowest, and say that there are more', () => {
    const many = Array.from({ length: 8 }, (_, i) => timed(`/${i}`, 9 - i, i))
    const title = 'Response times of the API, p95: the 6 slowest of 8'
    expect(told(responseTimeCharts({ p50: [], p95: many }))).toEqual([
      [title, '/7', '/6', '/5', '/4', '/3', '/2'],
    ])
    expect(told([slowestChart('Statements', many.slice(0, 2))])).toEqual([['Statements', '/1', '/0']])
  })
})
