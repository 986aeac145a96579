import { days } from '@hubkeeper/core'
import { crossingOf, trendLines, trendOf } from '@hubkeeper/review'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ago, at, daily, toldOf } from './support/readings.ts'

describe('growth that is no line', () => {
  const quarterLater = new Date(at.getTime() + days(90))
  const grown = (valueAt: (day: number) => number, count = 90) => {
    const trend = toldOf(daily(count, valueAt))
    return { trend, truth: valueAt(count - 1 + 90), ...trend.at(quarterLater) }
  }

  it('but grows faster and faster is said to, and its interval holds what comes', () => {
    const parabola = grown((day) => 1e6 + 1000 * day + 150 * day ** 2)
    expect(parabola.value / parabola.truth).toBeCloseTo(1, 2)
    const doubling = grown((day) => 1e6 * 2 ** (day / 45))
    expect(doubling.high).toBeGreaterThan(doubling.truth * 0.99)
    for (const { high, low, trend, truth } of [parabola, doubling]) {
      expect(low).toBeLessThan(truth)
      expect(high).toBeGreaterThan(truth * 0.99)
      expect(trendLines(trend, 'bytes')[1]).toMatch(/^growth itself grows: \+.* a day in the older half/)
    }
    // A line through all of it is there months later.
    const limit = doubling.truth
    const { earliest, expected } = crossingOf(doubling.trend, limit, at)
    expect(earliest?.getTime()).toBeLessThan(at.getTime() + days(91))
    expect(expected?.getTime()).toBeLessThan(at.getTime() + days(150))
  })

  it('but slows is said to, and may stop', () => {
    const { low, high, trend, truth } = grown((day) => 3e6 - 2e6 * Math.exp(-day / 40))
    expect(low).toBeLessThan(truth)
    expect(high).toBeGreaterThan(truth)
    expect(trendLines(trend, 'bytes')[1]).toMatch(/^growth slows: /)
  })

  it('but turned around goes by the newer half alone', () => {
    const { trend } = grown((day) => 5e6 + (day < 45 ? 1e4 * day : 9e5 - 1e4 * day))
    expect(trend.slopePerDay).toBeCloseTo(-1e4, 0)
    expect(trendLines(trend, 'bytes')[1]).toMatch(/^growth is another than before: \+/)
  })

  it('for it fell at once, as by a VACUUM, goes on as before from where it fell to', () => {
    const vacuumed = grown((day) => 5e6 + 1e4 * day - (day >= 45 ? 2e6 : 0))
    expect(vacuumed.value).toBeCloseTo(vacuumed.truth, 0)
    expect(vacuumed.trend.slopePerDay).toBeCloseTo(1e4, 3)
    expect(trendLines(vacuumed.trend, 'bytes')).toContain(
      'the level changed at once on 2026-10-18: no part of that growth',
    )
  })

  it('for it was restored after a loss is no growth', () => {
    const { trend } = grown((day) => 5e6 + 1e4 * day - (day >= 40 && day < 52 ? 1e6 : 0))
    expect(trend.slopePerDay).toBeCloseTo(1e4, 3)
    expect(trend.drops).toHaveLength(2)
  })

  it('but falls again and again, as a disk that is tidied every week, is taken as its usual course', () => {
    const { trend } = grown((day) => 50 + (day % 7) * 3)
    expect(trend.drops).toEqual([])
    expect(Math.abs(trend.slopePerDay)).toBeLessThan(0.2)
  })

  it('is told of few readings as well, whatever they are', () => {
    const few = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 5, maxLength: 9 })
    fc.assert(
      fc.property(few, (values) => {
        const trend = trendOf(
          values.map((value, i) => ({ at: ago(4 * (values.length - i)), value })),
          at,
        )
        if (typeof trend === 'string') throw new Error(trend)
        const { high, low, value } = trend.at(quarterLater)
        for (const number of [high, low, value, trend.slopeLow, trend.slopeHigh, trend.fit]) {
          expect(number).toSatisfy(Number.isFinite)
        }
      }),
      { numRuns: 200 },
    )
  })
})
