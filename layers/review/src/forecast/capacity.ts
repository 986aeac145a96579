import { type Finding, finding, forecastLimits, formatValue, type Unit } from '@hubkeeper/core'
import { crossingOf } from './crossing.ts'
import type { Crossing, Trend } from './forecast.ts'
import { ageText, crossingText, daysTo, trendLines } from './words.ts'

/** Something that growth may reach. */
export interface CapacityLimit {
  /** Subject of its findings. */
  readonly name: string
  readonly unit: Unit
  /**
   * What is there, and the limit, are sizes of the database, whatever it is that they make too large.
   *
   * @default they are of what the name says
   */
  readonly ofDatabase?: true
  /** What is there now; null where nobody measured it. */
  readonly now: number | null
  /** What it must stay below; null where that is not known. */
  readonly limit: number | null
  /** How the limit comes about; or why it is not known, in words. */
  readonly because: string
  /** What it takes to move it, in words. */
  readonly effort: string
  /** What happens when it is reached. */
  readonly ifReached: string
  /** How what is there grows; or why that is not known, in words. */
  readonly trend: Trend | string
}

/** How much room a limit leaves. */
export interface Capacity extends CapacityLimit {
  /** Share (0–1) of the limit that is taken; null where it is not known. */
  readonly share: number | null
  /** When it is reached; null where that is not known. */
  readonly crossing: Crossing | null
}

/** Growth that room is looked for, as so many times what is there. */
export const growthScenarios = [2, 10] as const

/** What a limit means for a size that grows as it does; one that is reached by now is, however it grows. */
export function capacityOf(of: CapacityLimit, at: Date): Capacity {
  const { limit, now, trend } = of
  if (now === null || limit === null) return { ...of, share: null, crossing: null }
  const share = limit <= 0 ? 1 : now / limit
  if (share >= 1) return { ...of, share, crossing: { reached: true, expected: at, earliest: at, latest: at } }
  return { ...of, share, crossing: typeof trend === 'string' ? null : crossingOf(trend, limit, at) }
}

/**
 * Whether so many times what is there stays below the limit; null where that is not known, and of a share in percent:
 * a disk has more on it than what grows, and is not filled twice.
 */
export const staysBelow = ({ share, unit }: Capacity, times: number): boolean | null =>
  share === null || unit === 'percent' ? null : share * times < 1

/** What is there and how much of it may be, in words: `3.7 GiB of 5.0 GiB of database`. */
export function takenText({ limit, now, ofDatabase, unit }: CapacityLimit): string {
  if (now === null) return 'not known'
  const of = ofDatabase ? ' of database' : ''
  return limit === null
    ? `${formatValue(now, unit)}${of}, the limit is not known`
    : `${formatValue(now, unit)} of ${formatValue(limit, unit)}${of}`
}

/** When a limit is reached. */
export function forecastOf(capacity: Capacity, at: Date): Finding {
  const { because, crossing, name, trend, unit } = capacity
  const subject = name
  if (crossing === null) {
    const actual = typeof trend === 'string' ? trend : because
    return finding('growth.forecast', 'skipped', { subject, actual })
  }
  const left = crossing.expected === null ? null : daysTo(crossing.expected, at)
  const age = typeof trend === 'string' ? null : ageText(trend, at)
  return finding('growth.forecast', crossing.reached ? 'critical' : statusIn(left), {
    subject,
    expected: `not within ${forecastLimits.warning / 86_400} days`,
    actual: crossingText(crossing, at),
    evidence: [
      `${takenText(capacity)} now; ${because}`,
      ...(age === null ? [] : [age]),
      ...(typeof trend === 'string' ? [trend] : trendLines(trend, unit)),
    ],
  })
}

function statusIn(days: number | null): Finding['status'] {
  if (days === null) return 'ok'
  if (days * 86_400 < forecastLimits.critical) return 'critical'
  return days * 86_400 < forecastLimits.warning ? 'warning' : 'ok'
}

/** Whether there is room for twice as much. */
export function headroomOf(capacity: Capacity): Finding {
  const { because, name, share } = capacity
  const subject = name
  if (share === null) return finding('capacity.headroom', 'unknown', { subject, actual: because })
  const scenarios = growthScenarios.map(
    (times) => `${times} times as much: ${staysBelow(capacity, times) ? 'fits' : 'does not fit'}`,
  )
  return finding('capacity.headroom', staysBelow(capacity, 2) ? 'ok' : 'warning', {
    subject,
    expected: 'room for twice as much',
    actual: `${formatValue(share * 100, 'percent')} taken: ${takenText(capacity)}`,
    evidence: [because, ...scenarios],
  })
}
