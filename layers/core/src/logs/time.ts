import type { ZoneClock } from './clock.ts'

/** A timestamp found in a text. */
export interface FoundTime {
  /** ms since 1970. */
  readonly time: number
  /** Characters up to its end. */
  readonly length: number
}

const isoTime =
  /^\[?(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|[+-]\d\d:?\d\d)?\]?/

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const syslogTime = new RegExp(`^(${months.join('|')}) ([ \\d]\\d) (\\d\\d):(\\d\\d):(\\d\\d) `)

/** The timestamp that a text begins with; null when it begins with none. */
export function timeAt(text: string, clock: ZoneClock, near: number): FoundTime | null {
  const match = isoTime.exec(text)
  if (match === null) return syslogTimeAt(text, clock, near)
  const [all, year, month, day, hour, minute, second, fraction, zone] = match
  const ms = Number(second) * 1000 + Math.floor(Number(`0.${fraction ?? 0}`) * 1000)
  const parts = [Number(year), Number(month), Number(day), Number(hour), Number(minute), ms] as const
  if (zone === undefined) return { time: clock(...parts), length: all.length }
  const utc = Date.UTC(parts[0], parts[1] - 1, parts[2], parts[3], parts[4], 0, ms)
  return { time: utc - offsetOf(zone), length: all.length }
}

/** `Z` or `+02:00` in ms. */
function offsetOf(zone: string): number {
  if (zone === 'Z') return 0
  const sign = zone.startsWith('-') ? -1 : 1
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000
}

/** Syslog leaves the year out: it is the one that brings the time nearest to `near`. */
function syslogTimeAt(text: string, clock: ZoneClock, near: number): FoundTime | null {
  const match = syslogTime.exec(text)
  if (match === null) return null
  const [all, month = '', day, hour, minute, second] = match
  const year = new Date(near).getUTCFullYear()
  const candidates = [year - 1, year, year + 1].map((candidate) =>
    clock(
      candidate,
      months.indexOf(month) + 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second) * 1000,
    ),
  )
  const [time = 0] = candidates.sort((a, b) => Math.abs(a - near) - Math.abs(b - near))
  return { time, length: all.length }
}
