import {
  continuous,
  daily,
  describeSchedule,
  latestRun,
  monthly,
  nextRun,
  onDemand,
  quarterly,
  weekly,
} from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const next = (schedule: Parameters<typeof nextRun>[0], after: string, zone = 'UTC') =>
  nextRun(schedule, zone, new Date(after))?.toISOString() ?? null

describe('the next run', () => {
  it('of a daily task is today or tomorrow', () => {
    expect(next(daily('04:30'), '2026-11-24T04:29:59Z')).toBe('2026-11-24T04:30:00.000Z')
    expect(next(daily('04:30'), '2026-11-24T04:30:00Z')).toBe('2026-11-25T04:30:00.000Z')
  })

  it('of a weekly task is on its day, in the hub’s time zone', () => {
    expect(next(weekly('sunday', '14:15'), '2026-11-24T00:00:00Z', 'Europe/Berlin')).toBe(
      '2026-11-29T13:15:00.000Z',
    )
  })

  it('of a monthly task is the first Saturday only, not every Saturday nor every day 1 to 7', () => {
    expect(next(monthly(1, 'saturday', '10:00'), '2026-11-08T00:00:00Z')).toBe('2026-12-05T10:00:00.000Z')
  })

  it('of a quarterly task is the second Monday of March, June, September or December', () => {
    expect(next(quarterly(2, 'monday', '10:00'), '2026-09-15T00:00:00Z')).toBe('2026-12-14T10:00:00.000Z')
  })

  it('does not exist on demand', () => {
    expect(next(onDemand, '2026-11-24T00:00:00Z')).toBeNull()
  })

  it('is a wall-clock time on both sides of a change of summer time', () => {
    expect(next(daily('04:30'), '2026-10-24T12:00:00Z', 'Europe/Berlin')).toBe('2026-10-25T03:30:00.000Z')
    expect(next(daily('04:30'), '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-29T02:30:00.000Z')
  })

  it('always lies after the moment it is asked from', () => {
    const moments = fc.date({ min: new Date('2025-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe')
    const schedules = fc.constantFrom(
      daily('04:30'),
      weekly('sunday', '14:15'),
      monthly(1, 'saturday', '10:00'),
    )
    fc.assert(
      fc.property(moments, zones, schedules, (after, zone, schedule) => {
        const run = nextRun(schedule, zone, after)
        expect(run).not.toBeNull()
        expect(run?.getTime()).toBeGreaterThan(after.getTime())
      }),
      { numRuns: 200 },
    )
  })
})

describe('the latest run', () => {
  it('is the one that is due at this very moment, and not a later one', () => {
    const at = new Date('2026-11-24T04:30:00Z')
    expect(latestRun(daily('04:30'), 'UTC', at)).toEqual(at)
    expect(latestRun(daily('04:30'), 'UTC', new Date('2026-11-24T04:30:00.500Z'))).toEqual(at)
    expect(latestRun(daily('04:30'), 'UTC', new Date('2026-11-24T04:29:59.999Z'))?.toISOString()).toBe(
      '2026-11-23T04:30:00.000Z',
    )
    expect(latestRun(onDemand, 'UTC', at)).toBeNull()
  })

  it('is the run after which the next one lies in the future', () => {
    const moments = fc.date({ min: new Date('2025-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata')
    const schedules = fc.constantFrom(
      daily('04:30'),
      weekly('sunday', '14:15'),
      monthly(1, 'saturday', '10:00'),
      quarterly(2, 'monday', '10:00'),
    )
    fc.assert(
      fc.property(moments, zones, schedules, (at, zone, schedule) => {
        const latest = latestRun(schedule, zone, at)
        expect(latest?.getTime()).toBeLessThanOrEqual(at.getTime())
        expect(nextRun(schedule, zone, latest ?? at)?.getTime()).toBeGreaterThan(at.getTime())
      }),
      { numRuns: 200 },
    )
  })
})

describe('a schedule in words', () => {
  it('names cadence, day and time', () => {
    expect(describeSchedule(weekly('sunday', '14:15'))).toBe('weekly, Sunday 14:15')
    expect(describeSchedule(monthly(1, 'saturday', '10:00'))).toBe('monthly, first Saturday 10:00')
    expect(describeSchedule(continuous(1))).toBe('every minute')
  })
})
