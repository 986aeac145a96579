import { formatValue } from '@hubkeeper/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

describe('a share for people', () => {
  it.each([
    [0, '0.0 %'],
    [0.0004, 'under 0.001 %'],
    [0.04, '0.04 %'],
    [31.44, '31.4 %'],
    [99.93, '99.93 %'],
    [99.99999, '99.999 %'],
    [100, '100.0 %'],
    [340, '340.0 %'],
    [4593.36, '4,593 %'],
    [-31.44, '-31.4 %'],
  ])('%d is %s', (value, text) => {
    expect(formatValue(value, 'percent')).toBe(text)
  })

  it('never passes for all, or for nothing', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, minExcluded: true, maxExcluded: true }), (value) => {
        expect(formatValue(value, 'percent')).not.toMatch(/^(?:0(?:\.0+)?|100(?:\.0+)?) %$/)
      }),
    )
  })
})
