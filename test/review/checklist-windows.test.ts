import { days, graceOf, latestRun } from '@hubkeeper/core'
import { type ChecklistCadence, endOfDay, evidenceSince, signatureEnd } from '@hubkeeper/review'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tasks } from '../../functions/tasks.ts'

/** Clocks that change at night, at midnight, by half an hour, in the south, and never. */
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'Africa/Cairo',
  'Asia/Beirut',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Kiritimati',
]

const moments = fc.date({
  min: new Date('2020-01-01T00:00:00Z'),
  max: new Date('2035-12-31T00:00:00Z'),
  noInvalidDate: true,
})

const since = (cadence: ChecklistCadence, zone: string, at: string): string =>
  evidenceSince(cadence, zone, new Date(at)).toISOString()
const end = (cadence: ChecklistCadence, zone: string, at: string): string =>
  signatureEnd(cadence, zone, new Date(at)).toISOString()

describe('evidence counts', () => {
  it('for the longest time between two scheduled runs, and the grace', () => {
    const at = '2026-12-01T12:00:00Z'
    expect(since('daily', 'UTC', at)).toBe('2026-11-30T10:00:00.000Z')
    expect(since('weekly', 'UTC', at)).toBe('2026-11-24T06:00:00.000Z')
    expect(since('monthly', 'UTC', at)).toBe('2026-10-26T12:00:00.000Z')
    expect(since('quarterly', 'UTC', at)).toBe('2026-08-22T12:00:00.000Z')
  })

  it.each([
    ['after clocks went back, a day is 25 hours long', '2026-10-25T10:00:00Z', '2026-10-24T07:00:00.000Z'],
    ['after they went forward, 23', '2026-03-29T10:00:00Z', '2026-03-28T09:00:00.000Z'],
    ['on any other day, 24', '2026-12-01T12:00:00Z', '2026-11-30T10:00:00.000Z'],
  ])('by the clocks of the hub: %s', (_, at, expected) => {
    expect(since('daily', 'Europe/Berlin', at)).toBe(expected)
  })

  const scheduled = tasks.flatMap(({ name, schedule }) => {
    const { cadence } = schedule
    return cadence === 'continuous' || cadence === 'on-demand' ? [] : [{ name, schedule, cadence }]
  })

  it('until the next run is due and its grace has passed, whatever clocks do', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...scheduled),
        fc.constantFrom(...zones),
        moments,
        ({ cadence, schedule }, zone, at) => {
          const due = latestRun(schedule, zone, new Date(at.getTime() - graceOf[cadence]))
          expect(due?.getTime()).toBeGreaterThanOrEqual(evidenceSince(cadence, zone, at).getTime())
        },
      ),
    )
  })
})

describe('a signature that names no end', () => {
  it.each([
    ['daily', '2026-12-02T23:00:00.000Z'],
    // 1 December is a Tuesday.
    ['weekly', '2026-12-13T23:00:00.000Z'],
    ['monthly', '2027-01-31T23:00:00.000Z'],
    ['quarterly', '2027-03-31T22:00:00.000Z'],
  ] as const)('%s: counts until the end of the next one', (cadence, expected) => {
    expect(end(cadence, 'Europe/Berlin', '2026-12-01T12:00:00Z')).toBe(expected)
  })

  it('belongs to the day of the hub, not of UTC', () => {
    // In Kiritimati it is already Monday, the first day of a week.
    expect(end('weekly', 'Pacific/Kiritimati', '2026-11-29T11:00:00Z')).toBe('2026-12-13T10:00:00.000Z')
    expect(end('weekly', 'UTC', '2026-11-29T11:00:00Z')).toBe('2026-12-07T00:00:00.000Z')
    expect(end('monthly', 'America/New_York', '2026-12-01T04:59:59Z')).toBe('2027-01-01T05:00:00.000Z')
    expect(end('monthly', 'America/New_York', '2026-12-01T05:00:00Z')).toBe('2027-02-01T05:00:00.000Z')
  })

  it('ends with the first moment of a day, also where midnight is skipped', () => {
    // Clocks in Cairo go from 00:00 to 01:00 on 24 April 2026, those in Santiago on 6 September.
    expect(endOfDay('2026-04-23', 'Africa/Cairo')?.toISOString()).toBe('2026-04-23T22:00:00.000Z')
    expect(endOfDay('2026-09-05', 'America/Santiago')?.toISOString()).toBe('2026-09-06T04:00:00.000Z')
  })

  it('counts for one to two of its days, weeks, months or quarters, wherever it is signed', () => {
    const bounds = { daily: [1, 2], weekly: [7, 14], monthly: [28, 62], quarterly: [90, 184] } as const
    fc.assert(
      fc.property(
        fc.constantFrom('daily', 'weekly', 'monthly', 'quarterly'),
        fc.constantFrom(...zones),
        moments,
        (cadence, zone, at) => {
          const length = signatureEnd(cadence, zone, at).getTime() - at.getTime()
          const [least, most] = bounds[cadence]
          // Clocks may have been set forward or back meanwhile.
          expect(length).toBeGreaterThan(days(least - 1 / 24))
          expect(length).toBeLessThanOrEqual(days(most + 1 / 24))
        },
      ),
    )
  })

  it('is a day that there is', () => {
    expect(endOfDay('2026-12-31', 'UTC')?.toISOString()).toBe('2027-01-01T00:00:00.000Z')
    for (const day of ['2026-02-30', '2026-13-01', '2026-1-1', 'tomorrow', '2026-12-31T00:00:00Z']) {
      expect(endOfDay(day, 'UTC')).toBeNull()
    }
  })
})
