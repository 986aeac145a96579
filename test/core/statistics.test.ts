import { changePercent, median, quantile } from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const values = fc.array(number, { minLength: 1, maxLength: 50 })

describe('the median', () => {
  it('is the value in the middle, or between the two in the middle', () => {
    expect(median([3])).toBe(3)
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 3, 2])).toBe(2.5)
  })

  it('has as many values above it as below, in any order', () => {
    fc.assert(
      fc.property(values, (all) => {
        const middle = median(all)
        expect(all.filter((value) => value < middle).length).toBeLessThanOrEqual(all.length / 2)
        expect(all.filter((value) => value > middle).length).toBeLessThanOrEqual(all.length / 2)
        expect(median(all.toReversed())).toBe(middle)
      }),
    )
  })

  it('of nothing is an error', () => {
    expect(() => median([])).toThrow(RangeError)
  })
})

describe('a quantile by nearest rank', () => {
  it('is a value that was measured: of five, 95 % is the largest', () => {
    const five = [0.5, 0.1, 0.4, 0.2, 0.3]
    expect(quantile(five, 0.95)).toBe(0.5)
    expect(quantile(five, 0.5)).toBe(0.3)
    expect(quantile(five, 0)).toBe(0.1)
    expect(quantile(five, 1)).toBe(0.5)
    expect(
      quantile(
        Array.from({ length: 100 }, (_, i) => i + 1),
        0.95,
      ),
    ).toBe(95)
  })

  it('is not exceeded by so large a share, and is the smallest such value', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
        const found = quantile(all, share)
        expect(all).toContain(found)
        const upTo = (limit: number) => all.filter((value) => value <= limit).length
        expect(upTo(found)).toBeGreaterThanOrEqual(share * all.length)
        for (const value of all) if (value < found) expect(upTo(value)).toBeLessThan(share * all.length)
      }),
    )
  })

  it('of nothing, or beyond 0 to 1, is an error', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError)
    expect(() => quantile([1], 1.1)).toThrow(RangeError)
    expect(() => quantile([1], Number.NaN)).toThrow(RangeError)
  })
})

describe('a change', () => {
  it('is a share of what was, and unknown where that was nothing', () => {
    expect(changePercent(3, 2)).toBe(50)
    expect(changePercent(1, 2)).toBe(-50)
    expect(changePercent(-1, -2)).toBe(50)
    expect(changePercent(1, 0)).toBeNull()
  })
})
