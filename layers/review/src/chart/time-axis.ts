import { days, hours, minutes } from '@hubkeeper/core'
import { dayText, minuteText } from './moments.ts'

/** An axis of time, in UTC. */
export interface TimeAxis {
  /** Milliseconds since 1970. */
  readonly min: number
  readonly max: number
  readonly ticks: readonly number[]
  label(tick: number): string
}

const mostTicks = 6
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
  days(7),
]
const ofMonths = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200]

/** The axis for moments from `from` to `to`, ms since 1970; one moment alone stands in the middle of two days. */
export function timeAxis(from: number, to: number): TimeAxis {
  if (to - from < minutes(1)) {
    return { min: from - days(1), max: to + days(1), ticks: [from], label: (at) => minuteText(new Date(at)) }
  }
  const step = even.find((each) => (to - from) / each <= mostTicks)
  if (step !== undefined)
    return { min: from, max: to, ticks: multiples(from, to, step), label: labelFor(step) }
  const candidates = ofMonths.map((months) => startsOfMonths(from, to, months))
  const ticks = candidates.find((each) => each.length <= mostTicks) ?? []
  return { min: from, max: to, ticks, label: (at) => monthText(new Date(at)) }
}

function multiples(from: number, to: number, step: number): number[] {
  const ticks: number[] = []
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at)
  return ticks
}

function startsOfMonths(from: number, to: number, months: number): number[] {
  const year = new Date(from).getUTCFullYear()
  const first = year - (year % Math.max(1, months / 12))
  const ticks: number[] = []
  for (let month = 0; ; month += months) {
    const at = Date.UTC(first, month)
    if (!(at <= to) || ticks.length > mostTicks) return ticks
    if (at >= from) ticks.push(at)
  }
}

const labelFor = (step: number) => (at: number) => {
  const text = minuteText(new Date(at))
  return step < days(1) ? text.slice(5) : dayText(new Date(at))
}

const monthText = (at: Date): string => `${monthNames[at.getUTCMonth()]} ${at.getUTCFullYear()}`
