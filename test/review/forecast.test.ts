import { days } from '@hubkeeper/core'
import {
  crossingOf,
  crossingText,
  isCarriedByFew,
  type Point,
  type Trend,
  trendLines,
  trendOf,
} from '@hubkeeper/review'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalNumbers, seededRandom } from './support/random.ts'

const at = new Date('2026-12-01T12:00:00.000Z')

const ago = (count: number): Date => new Date(at.getTime() - days(count))

/** A reading a day at noon, `count` of them, the last one today. */
const daily = (count: number, valueAt: (day: number) => number): Point[] =>
  Array.from({ length: count }, (_, day) => ({ at: ago(count - 1 - day), value: valueAt(day) }))

function toldOf(readings: readonly Point[]): Trend {
  const trend = trendOf(readings, at)
  if (typeof trend === 'string') throw new Error(trend)
  return trend
}

describe('a trend', () => {
  it('is the line through readings that lie on one', () => {
    const trend = toldOf(daily(30, (day) => 1000 + 50 * day))
    expect(trend).toMatchObject({ points: 30, spanDays: 29, fit: 1, longestGapDays: 1 })
    expect(trend.slopePerDay).toBeCloseTo(50, 9)
    expect(trend.medianSlopePerDay).toBeCloseTo(50, 9)
    expect(trend.slopeHigh - trend.slopeLow).toBeCloseTo(0, 6)
    const expected = trend.at(new Date(at.getTime() + days(10)))
    expect(expected.value).toBeCloseTo(1000 + 50 * 39, 6)
    expect(expected.high - expected.low).toBeCloseTo(0, 6)
  })

  it('has the intervals that textbooks give', () => {
    // By hand: means 10 and 14.7, Sxx 250, Sxy 110, Syy 50.8; t(0.975, 3) = 3.182446.
    const values = [10, 13, 14, 18, 18.5]
    const readings = values.map((value, i) => ({ at: ago(20 - 5 * i), value }))
    const [slope, scatter] = [0.44, Math.sqrt((50.8 - 0.44 * 110) / 3)]
    const trend = toldOf(readings)
    expect(trend.slopePerDay).toBeCloseTo(slope, 9)
    expect(trend.slopeHigh - slope).toBeCloseTo((3.182446 * scatter) / Math.sqrt(250), 5)
    const { high, value } = trend.at(at)
    expect(value).toBeCloseTo(14.7 + slope * 10, 9)
    expect(high - value).toBeCloseTo(3.182446 * scatter * Math.sqrt(1 + 1 / 5 + 100 / 250), 5)
  })

  it('holds 95 % of what comes within its interval, and the true slope within that of the slope', () => {
    const random = seededRandom(20_261_201)
    const normal = normalNumbers(random)
    const trials = 3000
    let [readings, slopes] = [0, 0]
    for (let trial = 0; trial < trials; trial++) {
      const count = 5 + Math.floor(random() * 40)
      const slope = (random() - 0.5) * 1e6
      const noise = 10 ** (random() * 6)
      const spacing = count < 15 ? 4 : 1
      const truth = (day: number): number => 1e8 + slope * day
      const history = Array.from({ length: count }, (_, i) => ({
        at: ago((count - 1 - i) * spacing),
        value: truth(-(count - 1 - i) * spacing) + noise * normal(),
      }))
      const trend = toldOf(history)
      const ahead = random() * 90
      const { high, low } = trend.at(new Date(at.getTime() + days(ahead)))
      const later = truth(ahead) + noise * normal()
      if (later >= low && later <= high) readings += 1
      if (slope >= trend.slopeLow && slope <= trend.slopeHigh) slopes += 1
    }
    for (const share of [readings / trials, slopes / trials]) {
      expect(share).toBeGreaterThan(0.92)
      expect(share).toBeLessThan(0.98)
    }
  })

  it.each([
    [0, 'so far of 0, over 0'],
    [4, 'so far of 4, over 3'],
    [14, 'so far of 14, over 13'],
  ])('of %i days in a row is none, and says how much it takes', (count, have) => {
    const trend = trendOf(
      daily(count, () => 7),
      at,
    )
    expect(trend).toBe(`told from readings of 5 days, over 14 days at least; ${have}`)
  })

  it('takes the last reading of each day, whatever order they come in', () => {
    const noon = daily(20, (day) => 100 + day)
    const morning = noon.map((point) => ({ at: new Date(point.at.getTime() - 3_600_000), value: 1e9 }))
    expect(toldOf([...noon, ...morning].reverse())).toMatchObject({ points: 20, newest: { at, value: 119 } })
  })

  it('leaves out what a clock that ran ahead has dated after now, and what is older than a quarter', () => {
    const known = daily(20, (day) => 100 + day)
    const ahead = { at: new Date(at.getTime() + days(300)), value: 1e12 }
    const old = { at: ago(93), value: 1e12 }
    expect(toldOf([...known, ahead, old])).toMatchObject({ points: 20, spanDays: 19 })
  })

  it('of what stays the same is level, and of what shrinks goes down', () => {
    expect(toldOf(daily(30, () => 5e9))).toMatchObject({ slopePerDay: 0, fit: 1 })
    expect(toldOf(daily(30, (day) => 5e9 - 1e6 * day)).slopeHigh).toBeLessThan(0)
  })

  it('tells of a gap, and of an outlier that carries it', () => {
    const gap = daily(60, (day) => 100 + day).filter((_, day) => day < 20 || day >= 50)
    expect(trendLines(toldOf(gap), 'rows')).toContain('without a reading for 31 days between two of them')
    const even = daily(30, (day) => 100 + day + (day % 2))
    expect(isCarriedByFew(toldOf(even))).toBe(false)
    const step = daily(30, (day) => 1000 + (day < 4 ? -800 : 0) + (day % 3))
    expect(trendLines(toldOf(step), 'rows')[1]).toMatch(/^few readings carry that slope: the median of all/)
  })

  it('never throws, and its interval holds its line, whatever is read', () => {
    const reading = fc.record({
      at: fc.date({ min: ago(400), max: new Date(at.getTime() + days(30)), noInvalidDate: false }),
      value: fc.oneof(
        fc.double({ min: 0, max: 1e15, noNaN: true }),
        fc.constantFrom(Number.NaN, Infinity, 0),
      ),
    })
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 60 }), (readings) => {
        const trend = trendOf(readings, at)
        if (typeof trend === 'string') return
        const { high, low, value } = trend.at(new Date(at.getTime() + days(50)))
        expect(low).toBeLessThanOrEqual(value)
        expect(high).toBeGreaterThanOrEqual(value)
        expect(trend.fit).toBeGreaterThanOrEqual(0)
        const { earliest, expected, latest } = crossingOf(trend, 1e15, at)
        const order = [earliest, expected, latest].map((moment) => moment?.getTime() ?? Number.MAX_VALUE)
        expect(order).toEqual(order.toSorted((a, b) => a - b))
      }),
      { numRuns: 150 },
    )
  })
})

describe('a limit', () => {
  it('is reached where the line reaches it', () => {
    const crossing = crossingOf(toldOf(daily(30, (day) => 1000 + 10 * day)), 1000 + 10 * 129, at)
    expect(crossing.expected?.getTime()).toBeCloseTo(at.getTime() + days(100), -6)
    expect(crossingText(crossing, at)).toMatch(/^2027-03-11, in 100 days \(2027-03-11 to 2027-03-11\)$/)
  })

  it('is reached by what is known to come within the dates that are told, 95 times of 100', () => {
    const random = seededRandom(7)
    const normal = normalNumbers(random)
    const trials = 400
    let within = 0
    for (let trial = 0; trial < trials; trial++) {
      const trend = toldOf(daily(45, (day) => 1000 + 20 * day + 30 * normal()))
      const { earliest, latest } = crossingOf(trend, 1000 + 20 * 144, at)
      const truth = at.getTime() + days(100)
      if (earliest !== null && latest !== null && earliest.getTime() <= truth && latest.getTime() >= truth) {
        within += 1
      }
    }
    // The interval is that of a single reading, wider than that of the line: it holds more than 95 %.
    expect(within / trials).toBeGreaterThan(0.95)
  })

  it('is reached by now where the newest reading is above it', () => {
    const crossing = crossingOf(toldOf(daily(30, () => 10)), 10, at)
    expect(crossing).toEqual({ expected: at, earliest: at, latest: at })
    expect(crossingText(crossing, at)).toBe('it is reached')
  })

  it('is never reached by what stays or shrinks', () => {
    const level = crossingOf(toldOf(daily(30, () => 10)), 11, at)
    expect(level).toEqual({ expected: null, earliest: null, latest: null })
    expect(crossingText(level, at)).toBe('not within 10 years')
  })

  it('may be reached earlier, and never for sure, where readings scatter', () => {
    const crossing = crossingOf(toldOf(daily(20, (day) => 100 + (day % 2) * 40)), 200, at)
    expect(crossing).toMatchObject({ latest: null, earliest: expect.any(Date) })
    expect(crossingText(crossing, at)).toContain('never, as far as can be told')
  })
})
