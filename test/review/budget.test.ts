import { type Datapoint, days, type MetricsReader, minutes } from '@hubkeeper/core'
import {
  availabilityOf,
  budgetFinding,
  budgetUsed,
  outageText,
  percentText,
  readAvailability,
} from '@hubkeeper/review'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const to = new Date('2026-12-01T00:00:00.000Z')
const from = new Date(to.getTime() - days(1))
const wanted = 99.5
const limits = { warning: 75, critical: 100 }

const point = (minute: number, value: number): Datapoint => ({
  hub: 'hub',
  name: 'api.available',
  subject: null,
  value,
  unit: 'count',
  at: new Date(from.getTime() + minutes(minute)),
})

/** A reading a minute for a whole day, but where `valueAt` gives null. */
const day = (valueAt: (minute: number) => number | null): Datapoint[] =>
  Array.from({ length: 1440 }, (_, minute) => ({ minute, value: valueAt(minute) })).flatMap(
    ({ minute, value }) => (value === null ? [] : [point(minute, value)]),
  )

const availability = (readings: readonly Datapoint[]) => availabilityOf([readings], { from, to }, wanted)
const found = (readings: readonly Datapoint[]) =>
  budgetFinding(availability(readings), { limits, subject: 'the day', targetPercent: wanted })

describe('the error budget', () => {
  it('is untouched where every look was answered', () => {
    expect(availability(day(() => 1))).toMatchObject({
      known: 1,
      answered: 1,
      downSeconds: 0,
      outages: [],
      gaps: [],
    })
    expect(found(day(() => 1))).toMatchObject({ status: 'ok', actual: 0, unit: 'percent' })
  })

  it('is used up by minutes without an answer, which are told as outages', () => {
    const down = day((minute) => (minute >= 600 && minute < 605 ? 0 : 1))
    const { outages } = availability(down)
    expect(outages).toEqual([{ from: point(600, 0).at, to: point(605, 0).at, downSeconds: 300, open: false }])
    expect(outages.map(outageText)).toEqual(['2026-11-30 10:00 UTC: 5 min without an answer'])
    // 0.5 % of a day are 7.2 minutes.
    expect(budgetUsed(availability(down))).toBeCloseTo((5 / 7.2) * 100, 9)
    expect(found(down).status).toBe('ok')
    expect(found(day((minute) => (minute < 6 ? 0 : 1))).status).toBe('warning')
    expect(found(day((minute) => (minute < 8 ? 0 : 1))).status).toBe('critical')
  })

  it('tells a second outage from the first, and one that nobody saw end', () => {
    const { outages } = availability(day((minute) => (minute === 3 || minute >= 1430 ? 0 : 1)))
    expect(outages).toMatchObject([
      { downSeconds: 60, open: false },
      { downSeconds: 600, open: true },
    ])
  })

  it('counts what nobody looked at neither as available nor as down, and says so', () => {
    const gap = day((minute) => (minute >= 100 && minute < 460 ? null : 1))
    const known = availability(gap)
    expect(known.known).toBeCloseTo(0.75, 2)
    expect(known.answered).toBe(1)
    expect(known.gaps).toHaveLength(1)
    const { evidence, status } = found(gap)
    expect(status).toBe('ok')
    expect(evidence).toContainEqual(
      expect.stringMatching(/^nothing is known of 6 h in 1 gap, which count neither way; known: 75.0 %/),
    )
    // The allowed time shrinks with it: six minutes of three quarters of a day are too much.
    const down = day((minute) => (minute >= 100 && minute < 460 ? null : minute < 6 ? 0 : 1))
    expect(found(down).status).toBe('critical')
  })

  it('is unknown where hardly anybody looked, or nobody', () => {
    expect(found(day((minute) => (minute < 300 ? 1 : null)))).toMatchObject({
      status: 'unknown',
      actual: 'looked at for 20.8 % of it',
    })
    expect(found([])).toMatchObject({ status: 'unknown', actual: 'nobody looked' })
  })

  it('is known to be used up, however little was looked at, once the whole time allows no more', () => {
    const mostlyDown = day((minute) => (minute < 300 ? 0 : null))
    expect(found(mostlyDown)).toMatchObject({ status: 'critical' })
  })

  it('never rounds what is not all of it up to 100 %', () => {
    expect([1, 0.9999999, 0.99995, 0.985, 0.5].map(percentText)).toEqual([
      '100 %',
      '99.999 %',
      '99.995 %',
      '98.5 %',
      '50.0 %',
    ])
  })

  it('takes averages of five minutes and of hours as shares of their time', () => {
    const coarse = Array.from({ length: 24 }, (_, hour) => point(hour * 60, hour === 5 ? 0.9 : 1))
    expect(availability(coarse)).toMatchObject({ known: 1 })
    expect(availability(coarse).downSeconds).toBeCloseTo(360, 6)
  })

  it('a look by hand now and then stands for an hour at most', () => {
    expect(availability([point(0, 1), point(700, 1)]).known).toBeCloseTo(2 / 24, 2)
  })

  it('adds up: known and unknown time are the whole, and down is not more than known', () => {
    const reading = fc.tuple(fc.integer({ min: 0, max: 1439 }), fc.double({ min: 0, max: 1, noNaN: true }))
    fc.assert(
      fc.property(fc.uniqueArray(reading, { selector: ([minute]) => minute }), (readings) => {
        const sorted = readings.toSorted(([a], [b]) => a - b).map(([minute, value]) => point(minute, value))
        const { answered, downSeconds, known, outages } = availability(sorted)
        expect(known).toBeLessThanOrEqual(1 + 1e-9)
        expect(downSeconds).toBeLessThanOrEqual(known * 86_400 + 1e-6)
        expect(answered ?? 1).toBeGreaterThanOrEqual(0)
        expect(outages.reduce((sum, outage) => sum + outage.downSeconds, 0)).toBeCloseTo(downSeconds, 3)
      }),
      { numRuns: 100 },
    )
  })
})

describe('readings of availability', () => {
  it('are asked for as finely as metrics are kept', async () => {
    const asked: number[] = []
    const metrics: MetricsReader = {
      read: async (query) => {
        asked.push((query.to.getTime() - query.from.getTime()) / days(1))
        return []
      },
    }
    await readAvailability(metrics, 'hub', { from: new Date(to.getTime() - days(92)), to })
    await readAvailability(metrics, 'hub', { from: new Date(to.getTime() - days(10)), to })
    expect(asked).toEqual([30, 48, 14, 10])
  })
})
