import { days } from '@hubkeeper/core'
import { ageText, crossingOf, crossingText, driftOf, trendLines, trendOf } from '@hubkeeper/review'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalNumbers, seededRandom } from './support/random.ts'
import { ago, at, daily, toldOf } from './support/readings.ts'

describe('a trend', () => {
  it('is the line through readings that lie on one', () => {
    const trend = toldOf(daily(30, (day) => 1000 + 50 * day))
    expect(trend).toMatchObject({ points: 30, spanDays: 29, fit: 1, longestGapDays: 1 })
    expect(trend.slopePerDay).toBeCloseTo(50, 9)
    expect(trend.slopeHigh - trend.slopeLow).toBeCloseTo(0, 6)
    const expected = trend.at(new Date(at.getTime() + days(10)))
    expect(expected.value).toBeCloseTo(1000 + 50 * 39, 6)
    expect(expected.high - expected.low).toBeCloseTo(0, 6)
  })

  it('has the intervals that textbooks give, where readings scatter each for itself', () => {
    // By hand: means 10 and 14.7, Sxx 250, Sxy 110, Syy 50.8.
    const readings = [10, 13, 14, 18, 18.5].map((value, i) => [5 * i, value] as const)
    const [slope, variance] = [0.44, (50.8 - 0.44 * 110) / 3]
    const line = driftOf(readings, new Set(), [0])
    expect(line.slope).toBeCloseTo(slope, 12)
    expect(line.slopeVariance).toBeCloseTo(variance / 250, 12)
    expect(line.level).toBeCloseTo(14.7 + slope * 10, 12)
    expect(line.levelVariance).toBeCloseTo(variance * (1 / 5 + 100 / 250), 12)
    expect(line).toMatchObject({ levelNoise: 0, freedom: 3 })
    // 3.182446 is t(0.975, 3): what else may be, makes the interval wider.
    const trend = toldOf(readings.map(([day, value]) => ({ at: ago(20 - day), value })))
    expect(trend.slopeHigh - trend.slopePerDay).toBeGreaterThan(3.182446 * Math.sqrt(variance / 250))
  })

  it('is that of a random walk, where each day adds to the day before', () => {
    // Days 0, 1, 3, 4: steps of 2, 8 and 3, of which 13 ÷ 4 a day are expected.
    const walk = driftOf(
      [
        [0, 0],
        [1, 2],
        [3, 10],
        [4, 13],
      ],
      new Set(),
      [Number.POSITIVE_INFINITY],
    )
    const noise = ((2 - 3.25) ** 2 + (8 - 6.5) ** 2 / 2 + (3 - 3.25) ** 2) / 2
    expect(walk).toMatchObject({ level: 13, levelVariance: 0, readingNoise: 0 })
    expect(walk.slope).toBeCloseTo(13 / 4, 12)
    expect(walk.levelNoise).toBeCloseTo(noise, 12)
    expect(walk.slopeVariance).toBeCloseTo(noise / 4, 12)
  })

  it('is between the two as generalised least squares have it', () => {
    const readings = [0, 1, 2.5, 6, 9, 10, 14].map(
      (day, i) => [day, [10, 13, 14, 18, 18.5, 25, 24][i] ?? 0] as const,
    )
    // By numpy, from the covariance 1 on the diagonal + 0.3 × the earlier day; then with a level of its own from day 9.
    const between = driftOf(readings, new Set(), [0.3])
    expect(between.slope).toBeCloseTo(0.99681132976631, 10)
    expect(between.level).toBeCloseTo(24.95651442, 7)
    expect(between.slopeVariance).toBeCloseTo(0.10116508037702, 10)
    const broken = driftOf(readings, new Set([4]), [0.3])
    expect(broken.slope).toBeCloseTo(1.03547812708673, 10)
    expect(broken.slopeVariance).toBeCloseTo(0.24931772444082, 10)
    expect(broken).toMatchObject({ freedom: 4 })
  })

  it.each([
    // Readings about a line, each for itself; sums of what comes each day.
    ['scatter', 0.96, 1],
    ['sums', 0.84, 0.97],
  ])('holds what comes within its interval, and the true slope: of %s', (kind, least, most) => {
    const random = seededRandom(20_261_201)
    const normal = normalNumbers(random)
    const trials = 1200
    let [readings, slopes] = [0, 0]
    for (let trial = 0; trial < trials; trial++) {
      const count = 5 + Math.floor(random() * 60)
      const spacing = count < 15 ? 4 : 1
      const ahead = Math.floor(random() * 90)
      const [slope, noise] = [(random() - 0.5) * 1e6, 10 ** (random() * 6)]
      const last = (count - 1) * spacing
      let wandered = 0
      const truth = Array.from({ length: last + ahead + 1 }, (_, day) => {
        wandered = (kind === 'sums' ? wandered : 0) + noise * normal()
        return 1e8 + slope * day + wandered
      })
      const history = Array.from({ length: count }, (_, i) => ({
        at: ago(last - i * spacing),
        value: truth[i * spacing] ?? 0,
      }))
      const trend = toldOf(history)
      const { high, low } = trend.at(new Date(at.getTime() + days(ahead)))
      const later = truth.at(-1) ?? 0
      if (later >= low && later <= high) readings += 1
      if (slope >= trend.slopeLow && slope <= trend.slopeHigh) slopes += 1
    }
    for (const share of [readings / trials, slopes / trials]) {
      expect(share).toBeGreaterThan(least)
      expect(share).toBeLessThanOrEqual(most)
    }
  })

  it.each([
    [0, 'so far there are readings of 0 days, over 0'],
    [4, 'so far there are readings of 4 days, over 3'],
    [14, 'so far there are readings of 14 days, over 13'],
  ])('of %i days in a row is none, and says how much it takes', (count, have) => {
    const trend = trendOf(
      daily(count, () => 7),
      at,
    )
    expect(trend).toBe(`told from readings of 5 days at least, over 14 days; ${have}`)
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

  it('tells of a gap, of one large import, and of no reading for long', () => {
    const gap = daily(60, (day) => 100 + day).filter((_, day) => day < 20 || day >= 50)
    expect(trendLines(toldOf(gap), 'rows')).toContain('without a reading for 31 days between two of them')
    const even = toldOf(daily(30, (day) => 100 + day + (day % 2)))
    expect(even).toMatchObject({ leap: null, bend: null, drops: [] })
    expect(ageText(even, at)).toBeNull()
    const leap = toldOf(daily(30, (day) => 1000 + (day < 4 ? -800 : 0) + (day % 3)))
    expect(trendLines(leap, 'rows')).toContain(
      '801 rows of it came at once, by 2026-11-06: if that was once only, expect less',
    )
    const old = toldOf(daily(30, (day) => 100 + day).slice(0, 20))
    expect(ageText(old, at)).toBe('the newest reading is of 2026-11-21, 10 days ago')
  })

  it('never throws, and its interval holds its line, whatever is read', () => {
    const reading = fc.record({
      at: fc.date({ min: ago(400), max: new Date(at.getTime() + days(30)), noInvalidDate: false }),
      value: fc.oneof(
        fc.double({ min: 0, max: 1e15, noNaN: true }),
        fc.constantFrom(Number.NaN, Infinity, 1e308, 0),
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
    expect(crossing).toEqual({ reached: true, expected: at, earliest: at, latest: at })
    expect(crossingText(crossing, at)).toBe('it is reached')
  })

  it('is not reached yet where only the expected value is above it', () => {
    const crossing = crossingOf(toldOf(daily(30, (day) => 100 + 10 * day + (day === 29 ? -40 : 0))), 360, at)
    expect(crossing).toMatchObject({ reached: false })
    expect(crossingText(crossing, at)).not.toContain('it is reached')
  })

  it('is never reached by what stays or shrinks', () => {
    const level = crossingOf(toldOf(daily(30, () => 10)), 11, at)
    expect(level).toEqual({ reached: false, expected: null, earliest: null, latest: null })
    expect(crossingText(level, at)).toBe('not within 10 years')
  })

  it('may be reached earlier, and never for sure, where readings scatter', () => {
    const crossing = crossingOf(toldOf(daily(20, (day) => 100 + (day % 2) * 40)), 200, at)
    expect(crossing).toMatchObject({ latest: null, earliest: expect.any(Date) })
    expect(crossingText(crossing, at)).toContain('never, as far as can be told')
  })
})
