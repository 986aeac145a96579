import {
  continuous,
  daily,
  monthly,
  nextRun,
  onDemand,
  quarterly,
  type Schedule,
  weekly,
} from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expressionOf } from '../../infra/schedule.ts'

/** The moment after `after` that EventBridge’s expression means, in UTC; for the shapes that are used. */
function nextByExpression(expression: string, after: Date): Date {
  const fields = /^cron\((\d+) (\d+) [*?] (\S+) (\S+) \*\)$/.exec(expression)
  const [minute, hour] = [Number(fields?.[1]), Number(fields?.[2])]
  const months = fields?.[3] === '*' ? null : fields?.[3]?.split(',').map(Number)
  const [day, nth] = (fields?.[4] ?? '').split('#')
  for (let offset = 0; offset < 400; offset++) {
    const date = new Date(
      Date.UTC(after.getUTCFullYear(), after.getUTCMonth(), after.getUTCDate() + offset, hour, minute),
    )
    if (date <= after) continue
    if (months?.includes(date.getUTCMonth() + 1) === false) continue
    if (day !== '?' && date.getUTCDay() + 1 !== Number(day)) continue
    if (nth !== undefined && Math.ceil(date.getUTCDate() / 7) !== Number(nth)) continue
    return date
  }
  throw new Error(`${expression} never comes`)
}

const times = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)
const weekdays = fc.constantFrom(
  ...(['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const),
)
const nths = fc.integer({ min: 1, max: 4 })
const schedules: fc.Arbitrary<Schedule> = fc.oneof(
  times.map(daily),
  fc.tuple(weekdays, times).map(([day, at]) => weekly(day, at)),
  fc.tuple(nths, weekdays, times).map(([nth, day, at]) => monthly(nth, day, at)),
  fc.tuple(nths, weekdays, times).map(([nth, day, at]) => quarterly(nth, day, at)),
)
const moments = fc.date({
  min: new Date('2026-01-01T00:00:00Z'),
  max: new Date('2034-12-31T00:00:00Z'),
  noInvalidDate: true,
})

describe('a schedule as EventBridge reads it', () => {
  it.each([
    [continuous(1), 'rate(1 minute)'],
    [continuous(5), 'rate(5 minutes)'],
    [daily('04:30'), 'cron(30 4 * * ? *)'],
    [weekly('sunday', '14:15'), 'cron(15 14 ? * 1 *)'],
    [monthly(1, 'saturday', '02:00'), 'cron(0 2 ? * 7#1 *)'],
    [quarterly(2, 'monday', '15:00'), 'cron(0 15 ? 3,6,9,12 2#2 *)'],
    [onDemand, null],
  ])('%o is %s', (schedule, expression) => {
    expect(expressionOf(schedule)).toBe(expression)
  })

  it('means the same moments as everywhere else', () => {
    fc.assert(
      fc.property(schedules, moments, (schedule, after) => {
        const expression = expressionOf(schedule)
        expect(expression).not.toBeNull()
        expect(nextByExpression(expression ?? '', after)).toEqual(nextRun(schedule, 'UTC', after))
      }),
      { numRuns: 500 },
    )
  })
})
