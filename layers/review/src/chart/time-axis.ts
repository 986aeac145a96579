import { days, hours, minutes } from '@hubkeeper/core'
import { dayText, minuteText } from './moments.ts'

/** An axis of time, in UTC. */
export interface TimeAxis {
  /** Milliseconds since 1970. */
  readonly min: number
  readonly max: number
  readonly ticks: readonly number[]
  /** Lines of the longest label. */
  readonly lines: 1 | 2
  label(tick: number): string
}

const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const even = [
  minutes(1),
  minutes(5),
  minutes(15),
  hours(1),
  hours(3),
  hours(6),
  hours(12),
  days(1),
  days(2),
  days(4),
  days(7),
  days(14),
]
const ofMonths = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200]

/** The axis for moments from `from` to `to`, ms since 1970; one moment alone stands in the middle of two days. */
export function timeAxis(from: number, to: number, mostTicks: number): TimeAxis {
  if (to - from < minutes(1)) {
    const label = (at: number): string => minuteText(new Date(at))
    return { min: from - days(1), max: to + days(1), ticks: [from], lines: 1, label }
  }
  const step = even.find((each) => (to - from) / each <= mostTicks)
  if (step !== undefined) {
    const ticks = multiples(from, to, step)
    if (step >= days(1)) return { min: from, max: to, ticks, lines: 1, label: (at) => dayText(new Date(at)) }
    return { min: from, max: to, ticks, lines: 2, label: (at) => hourText(at, at === ticks[0]) }
  }
  const candidates = ofMonths.map((months) => startsOfMonths(from, to, months, mostTicks))
  const ticks = candidates.find((each) => each.length <= mostTicks) ?? []
  return { min: from, max: to, ticks, lines: 1, label: (at) => monthText(new Date(at)) }
}

function multiples(from: number, to: number, step: number): number[] {
  const ticks: number[] = []
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at)
  return ticks
}

function startsOfMonths(from: number, to: number, months: number, mostTicks: number): number[] {
  const year = new Date(from).getUTCFullYear()
  const first = year - (year % Math.max(1, months / 12))
  const ticks: number[] = []
  for (let month = 0; ; month += months) {
    const at = Date.UTC(first, month)
    if (!(at <= to) || ticks.length > mostTicks) return ticks
    if (at >= from) ticks.push(at)
  }
}

/** An hour; below it the day where one begins. */
function hourText(at: number, isFirst: boolean): string {
  const [day = '', hour = ''] = minuteText(new Date(at)).split(' ')
  return isFirst || at % days(1) === 0 ? `${hour}\n${day}` : hour
}

const monthText = (at: Date): string => `${monthNames[at.getUTCMonth()]} ${at.getUTCFullYear()}`
