import { days, hours, minutes } from '@hubkeeper/core'
import { type Availability, budgetBurn, budgetUsed } from '@hubkeeper/review'
import { describe, expect, it } from 'vitest'

const from = new Date('2026-11-01T00:00:00.000Z')
const later = (ms: number): Date => new Date(from.getTime() + ms)
const to = later(days(10) + hours(5))

const outage = (at: number, long: number): Availability['outages'][number] => ({
  from: later(at),
  to: later(at + long),
  downSeconds: long / 1000,
  open: false,
})

const availability: Availability = {
  from,
  to,
  known: 0.8,
  answered: 0.99,
  downSeconds: 3600,
  allowedSeconds: 7200,
  budgetSeconds: 9000,
  outages: [outage(days(1) + hours(3), minutes(30)), outage(days(8) - minutes(15), minutes(30))],
  knownUntil: to,
  gaps: [{ from: later(days(3)), to: later(days(5)) }],
}

const burn = (part: Partial<Availability> = {}) => budgetBurn({ ...availability, ...part }, 'ten days')
const valueAt = (ms: number) => burn()?.points.find(({ at }) => at.getTime() === from.getTime() + ms)?.value

describe('an error budget that is used up by and by', () => {
  it('begins with nothing and ends with what was used in all', () => {
    expect(burn()?.points[0]).toEqual({ at: from, value: 0 })
    expect(burn()?.points.at(-1)).toEqual({ at: to, value: budgetUsed(availability) })
  })

  it('grows by each outage when it was, and by its part while it lasts', () => {
    expect(valueAt(days(1))).toBe(0)
    expect(valueAt(days(1) + hours(12))).toBeCloseTo(25)
    expect(valueAt(days(8))).toBeCloseTo(37.5)
    expect(valueAt(days(8) + hours(12))).toBeCloseTo(50)
  })

  it('has no reading of a time of which nothing is known', () => {
    expect([days(3), days(4), days(5) - hours(12)].map(valueAt)).toEqual([undefined, undefined, undefined])
    expect(valueAt(days(5))).toBeCloseTo(25)
  })

  it('is none where nobody looked, or nothing is allowed', () => {
    expect(burn({ knownUntil: null })).toBeNull()
    expect(burn({ allowedSeconds: 0 })).toBeNull()
  })
})
