import {
  days,
  daysUntil,
  forecastFinding,
  type Growth,
  growthOf,
  hours,
  leastSquares,
  mebibytes,
  type RecoveryMoment,
  recoveryPoint,
  type Size,
  seedOf,
} from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const at = new Date('2026-11-24T10:00:00.000Z')
const ago = (ms: number): Date => new Date(at.getTime() - ms)

describe('the line of least squares', () => {
  const value = fc.double({ min: -1e12, max: 1e12, noNaN: true })
  const points = fc
    .uniqueArray(fc.integer({ min: -100_000, max: 100_000 }), { minLength: 2, maxLength: 60 })
    .chain((xs) =>
      fc
        .array(value, { minLength: xs.length, maxLength: xs.length })
        .map((ys) => xs.map((x, i) => ({ x, y: ys[i] ?? 0 }))),
    )
  const squares = (
    all: readonly { x: number; y: number }[],
    { intercept, slope }: { intercept: number; slope: number },
  ): number => all.reduce((sum, { x, y }) => sum + (y - slope * x - intercept) ** 2, 0)

  it('is the line itself where the points lie on one', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: -10_000, max: 30_000 }), { minLength: 2, maxLength: 60 }),
        fc.integer({ min: -1_000_000, max: 1_000_000 }),
        fc.integer({ min: -1_000_000, max: 1_000_000 }),
        (xs, slope, intercept) => {
          const line = leastSquares(xs.map((x) => ({ x, y: slope * x + intercept })))
          expect(Math.abs(line.slope - slope)).toBeLessThan(1e-3)
          expect(Math.abs(line.intercept - intercept)).toBeLessThan(1)
          expect(line.fit).toBeGreaterThan(0.999)
        },
      ),
    )
  })

  it('is better than every line beside it', () => {
    fc.assert(
      fc.property(points, fc.double({ min: -1, max: 1, noNaN: true }), value, (all, turn, shift) => {
        const line = leastSquares(all)
        const other = { slope: line.slope + turn, intercept: line.intercept + shift }
        const best = squares(all, line)
        expect(best).toBeLessThanOrEqual(squares(all, other) * (1 + 1e-9) + 1e-6)
        expect(line.fit).toBeGreaterThanOrEqual(0)
        expect(line.fit).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('has slope and fit that are the same wherever the points lie', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: -20_000, max: 20_000 }), (all, moved) => {
        const before = leastSquares(all)
        const after = leastSquares(all.map(({ x, y }) => ({ x: x + moved, y })))
        expect(Math.abs(after.slope - before.slope)).toBeLessThanOrEqual(
          1e-6 * Math.max(1, Math.abs(before.slope)),
        )
      }),
    )
  })

  it('fits what does not scatter, and needs two points', () => {
    expect(leastSquares([0, 1, 2].map((x) => ({ x, y: 7 })))).toEqual({ slope: 0, intercept: 7, fit: 1 })
    for (const few of [[], [{ x: 1, y: 2 }], [1, 2].map((y) => ({ x: 5, y }))])
      expect(() => leastSquares(few)).toThrow(RangeError)
  })
})

/** A size a day, the last one today. */
const sizes = (count: number, bytesOn: (day: number) => number): Size[] =>
  Array.from({ length: count }, (_, day) => ({
    at: ago(days(count - 1 - day)),
    bytes: Math.round(bytesOn(day)),
  }))

const growing = (all: readonly Size[]): Growth => {
  const growth = growthOf(all, at)
  if (typeof growth === 'string') throw new Error(growth)
  return growth
}

describe('growth', () => {
  it('is told from five days within fourteen at least', () => {
    const whole = sizes(15, (day) => day)
    expect(growing(whole)).toMatchObject({ points: 15, spanDays: 14 })
    expect(growing(whole.filter((_, i) => [0, 1, 2, 3, 14].includes(i)))).toMatchObject({ points: 5 })
    for (const few of [
      [],
      whole.slice(1),
      whole.filter((_, i) => [0, 1, 2, 14].includes(i)),
      // Many on few days are few.
      [...whole, ...whole, ...whole].filter(({ at: day }) => [0, 14].some((n) => +day === +ago(days(n)))),
    ]) {
      expect(growthOf(few, at)).toMatch(
        /^told from proven backups of 5 days, over 14 days at least; so far of \d+, over \d+$/,
      )
    }
  })

  it('counts the last size of each day, whatever the order they come in', () => {
    const daily = sizes(20, (day) => day * 1000)
    const earlier = daily.map((size) => ({ at: new Date(size.at.getTime() - hours(3)), bytes: 77 }))
    expect(growing([...daily, ...earlier].reverse()).bytesPerDay).toBeCloseTo(1000)
  })

  it('is that of the last quarter: what was before, or is pretended to come, does not count', () => {
    const steady = sizes(200, (day) => (day < 100 ? day * 50_000 : 5_000_000))
    expect(growing(steady).bytesPerDay).toBeCloseTo(0)
    expect(growing([...steady, { at: ago(-days(3)), bytes: 9e9 }]).newest.bytes).toBe(5_000_000)
  })

  it('says how well it fits', () => {
    const noisy = growing(sizes(40, (day) => 1e6 + (day % 2 === 0 ? 1 : -1) * 1e5 + day * 10))
    expect(noisy.fit).toBeLessThan(0.1)
    expect(growing(sizes(40, (day) => day * 1000)).fit).toBeCloseTo(1)
  })
})

describe('the day on which a limit is reached', () => {
  const growth = (bytesPerDay: number, bytes = 1000): Growth => ({
    newest: { at, bytes },
    bytesPerDay,
    fit: 1,
    points: 20,
    spanDays: 30,
  })
  const limit = (bytes: number) => ({ name: 'disk', bytes, because: 'it is 9 GiB' })

  it.each([
    [91, 'ok', '2027-02-23, in 91 days'],
    [89, 'warning', '2027-02-21, in 89 days'],
    [31, 'warning', '2026-12-25, in 31 days'],
    [29, 'critical', '2026-12-23, in 29 days'],
    [1, 'critical', '2026-11-25, in 1 day'],
  ])('%d days ahead: %s', (ahead, status, actual) => {
    expect(forecastFinding(growth(10), limit(1000 + ahead * 10), at)).toMatchObject({
      check: 'growth.forecast',
      subject: 'disk',
      status,
      actual,
      expected: 'not within 90 days',
      evidence: [
        '1000 bytes now; it is 9 GiB',
        '+10 bytes a day by least squares over 20 sizes in 30 days, R² 1.00',
      ],
    })
  })

  it.each([
    ['it does not grow', growth(0), 2000, 'ok', 'it does not grow'],
    ['it shrinks', growth(-5), 2000, 'ok', 'it does not grow'],
    ['it is far away', growth(0.001), 2000, 'ok', 'not within 10 years'],
    ['it is reached', growth(-5), 1000, 'critical', 'it is reached'],
    ['there is no room at all', growth(1), 0, 'critical', 'it is reached'],
  ])('%s', (_, grown, bytes, status, actual) => {
    expect(forecastFinding(grown, limit(bytes), at)).toMatchObject({ status, actual })
  })

  it('is counted from the newest size, and never in the past', () => {
    const old = { ...growth(10), newest: { at: ago(days(5)), bytes: 1000 } }
    expect(daysUntil(old, 1100, at)).toBeCloseTo(5)
    expect(daysUntil(old, 1010, at)).toBe(0)
  })

  it('comes the sooner the faster it grows and the lower the limit', () => {
    const amount = fc.integer({ min: 1, max: mebibytes(1024) })
    fc.assert(
      fc.property(amount, amount, amount, amount, (rate, faster, room, more) => {
        const slow = daysUntil(growth(rate), 1000 + room, at) ?? Number.NaN
        expect(daysUntil(growth(rate + faster), 1000 + room, at)).toBeLessThanOrEqual(slow)
        expect(daysUntil(growth(rate), 1000 + room + more, at)).toBeGreaterThanOrEqual(slow)
      }),
    )
  })
})

describe('the recovery point', () => {
  const backup = (hoursAgo: number): RecoveryMoment => ({ at: ago(hours(hoursAgo)), from: `b${hoursAgo}` })
  const point = (hoursAgo: readonly number[], window = 30) => recoveryPoint(hoursAgo.map(backup), at, window)

  it('is the longest gap, where that is more than the age', () => {
    expect(point([72, 48, 20, 2])).toMatchObject({
      seconds: 28 * 3600,
      age: 2 * 3600,
      gap: { from: { from: 'b48' }, to: { from: 'b20' } },
    })
  })

  it('is the age of the newest one, where that is more', () => {
    expect(point([78, 54, 30])).toMatchObject({ seconds: 30 * 3600, newest: { from: 'b30' } })
  })

  it('is unknown without any, and the age where there is but one', () => {
    expect(point([])).toBeNull()
    expect(point([5])).toMatchObject({ seconds: 5 * 3600, gap: null })
    expect(point([-1])).toBeNull()
  })

  it('does not count gaps from before the window, which retention may have made', () => {
    expect(point([24 * 90, 24 * 60, 26, 2], 2)).toMatchObject({ seconds: 24 * 3600 })
  })

  it('counts that nothing was backed up since the window began, where there was a backup before', () => {
    expect(point([24 * 90, 2], 30)).toMatchObject({
      seconds: (24 * 30 - 2) * 3600,
      gap: { from: { from: `b${24 * 90}` } },
    })
    expect(point([2], 30)).toMatchObject({ seconds: 2 * 3600 })
  })

  it('is never better with a backup less', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 24 * 60 }), { minLength: 2, maxLength: 30 }),
        fc.nat(),
        (all, pick) => {
          // The first one says since when the hub was kept.
          const inner = all.toSorted((a, b) => b - a)
          const left = inner.toSpliced(1 + (pick % Math.max(1, inner.length - 1)), 1)
          expect(point(left)?.seconds).toBeGreaterThanOrEqual(point(inner)?.seconds ?? Number.NaN)
        },
      ),
    )
  })
})

describe('a seed', () => {
  it('is the same for the same text, and 32 bits', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const seed = seedOf(text)
        expect(seed).toBe(seedOf(text))
        expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true)
      }),
    )
    expect([seedOf(''), seedOf('a'), seedOf('foobar')]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968])
  })
})
