import { days, hours, minutes } from '../units.ts'
import { byteAt, digits, isDigit } from './bytes.ts'

/** A time as it was written; filled in by {@link readTimestamp}, reused from line to line. */
export interface Stamp {
  /** The reading taken as if it were UTC, ms; with a zone, the instant itself. */
  ms: number
  /** Whether a zone was written with it. */
  zoned: boolean
  /** Whether the date has a `T`, or is that of syslog: then host and program may follow. */
  syslog: boolean
}

export const emptyStamp = (): Stamp => ({ ms: Number.NaN, zoned: false, syslog: false })

/**
 * Reads the time that starts at `at`: ISO 8601 and its relatives (`-`, `/` or `.` in the date, `T`, `_` or
 * a space, a fraction after `.` or `,`, a zone), `14/Nov/2026:01:02:03 +0000`, `Nov 14 01:02:03`,
 * `Fri Nov 14 01:02:03 2026`.
 *
 * @param newest ms since the epoch that a date without a year cannot be much later than.
 * @returns the index after it; -1 when there is none.
 */
export function readTimestamp(bytes: Uint8Array, at: number, stamp: Stamp, newest: number): number {
  if (!isDigit(byteAt(bytes, at))) return readNamedMonth(bytes, at, stamp, newest)
  const separator = byteAt(bytes, at + 4)
  if (separator !== 0x2d && separator !== 0x2f && separator !== 0x2e) return readDayFirst(bytes, at, stamp)
  if (byteAt(bytes, at + 7) !== separator) return -1
  const joint = byteAt(bytes, at + 10)
  if (joint !== 0x20 && joint !== 0x54 && joint !== 0x74 && joint !== 0x5f) return -1
  const day = dayOf(digits(bytes, at, 4), digits(bytes, at + 5, 2), digits(bytes, at + 8, 2))
  if (Number.isNaN(day)) return -1
  const after = readTime(bytes, at + 11, day, stamp)
  stamp.syslog = joint === 0x54
  return after < 0 ? -1 : readZone(bytes, after, stamp)
}

/** `HH:MM`, `HH:MM:SS` and a fraction; sets the stamp, unzoned. */
function readTime(bytes: Uint8Array, at: number, day: number, stamp: Stamp): number {
  const hour = digits(bytes, at, 2)
  const minute = digits(bytes, at + 3, 2)
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || byteAt(bytes, at + 2) !== 0x3a) return -1
  stamp.zoned = false
  stamp.syslog = false
  stamp.ms = day + hour * hours(1) + minute * minutes(1)
  if (byteAt(bytes, at + 5) !== 0x3a) return at + 5
  const second = digits(bytes, at + 6, 2)
  // 60 is a leap second.
  if (second < 0 || second > 60) return -1
  stamp.ms += second * 1000
  const point = byteAt(bytes, at + 8)
  if ((point !== 0x2e && point !== 0x2c) || !isDigit(byteAt(bytes, at + 9))) return at + 8
  let index = at + 9
  let weight = 100
  while (isDigit(byteAt(bytes, index))) {
    stamp.ms += (byteAt(bytes, index) - 0x30) * weight
    weight = weight < 10 ? 0 : weight / 10
    index += 1
  }
  return index
}

/** `Z`, `+01:00`, `-0500`, `+01`, `UTC` or `GMT`, after one space or none; other names are left alone. */
function readZone(bytes: Uint8Array, at: number, stamp: Stamp): number {
  const start = byteAt(bytes, at) === 0x20 ? at + 1 : at
  const first = byteAt(bytes, start)
  if ((first | 0x20) === 0x7a && start === at) {
    stamp.zoned = true
    return start + 1
  }
  if (first === 0x2b || first === 0x2d) {
    const hour = digits(bytes, start + 1, 2)
    const colon = byteAt(bytes, start + 3) === 0x3a ? 1 : 0
    const minute = digits(bytes, start + 3 + colon, 2)
    // A space and a hyphen are a separator unless four digits follow.
    if (hour < 0 || hour > 15 || (minute < 0 && start !== at)) return at
    const east = hour * hours(1) + Math.max(0, minute) * minutes(1)
    stamp.ms += first === 0x2d ? east : -east
    stamp.zoned = true
    return minute < 0 ? start + 3 : start + 5 + colon
  }
  const isUtc = first === 0x55 && byteAt(bytes, start + 1) === 0x54 && byteAt(bytes, start + 2) === 0x43
  const isGmt = first === 0x47 && byteAt(bytes, start + 1) === 0x4d && byteAt(bytes, start + 2) === 0x54
  if (!isUtc && !isGmt) return at
  stamp.zoned = true
  return start + 3
}

/** `14/Nov/2026:01:02:03 +0000`, also with `-` or spaces. */
function readDayFirst(bytes: Uint8Array, at: number, stamp: Stamp): number {
  const separator = byteAt(bytes, at + 2)
  if (separator !== 0x2f && separator !== 0x2d && separator !== 0x20) return -1
  const month = monthAt(bytes, at + 3)
  if (month < 0 || byteAt(bytes, at + 6) !== separator) return -1
  const day = dayOf(digits(bytes, at + 7, 4), month, digits(bytes, at, 2))
  const joint = byteAt(bytes, at + 11)
  if (Number.isNaN(day) || (joint !== 0x3a && joint !== 0x20)) return -1
  const after = readTime(bytes, at + 12, day, stamp)
  return after < 0 ? -1 : readZone(bytes, after, stamp)
}

/** `Nov 14 01:02:03`, with a weekday before and a year after or not. */
function readNamedMonth(bytes: Uint8Array, at: number, stamp: Stamp, newest: number): number {
  let start = at
  let month = monthAt(bytes, at)
  if (month < 0 && byteAt(bytes, at + 3) === 0x20) {
    start = at + 4
    month = monthAt(bytes, start)
  }
  if (month < 0 || byteAt(bytes, start + 3) !== 0x20) return -1
  let index = start + 4
  if (byteAt(bytes, index) === 0x20) index += 1
  const width = isDigit(byteAt(bytes, index + 1)) ? 2 : 1
  const dayOfMonth = digits(bytes, index, width)
  index += width
  if (byteAt(bytes, index) !== 0x20) return -1
  const after = readTime(bytes, index + 1, 0, stamp)
  if (after < 0) return -1
  const year = byteAt(bytes, after) === 0x20 ? digits(bytes, after + 1, 4) : -1
  const written = year >= 1970 && !isDigit(byteAt(bytes, after + 5))
  const day = written ? dayOf(year, month, dayOfMonth) : dayBefore(newest, month, dayOfMonth)
  if (Number.isNaN(day)) return -1
  stamp.ms += day
  stamp.syslog = !written
  return written ? after + 5 : after
}

/** The day of the newest year that is not past `newest` by more than a day and the world's zones. */
function dayBefore(newest: number, month: number, dayOfMonth: number): number {
  const year = new Date(newest).getUTCFullYear() + 1
  for (let back = 0; back <= 8; back += 1) {
    const day = dayOf(year - back, month, dayOfMonth)
    if (day <= newest + days(2)) return day
  }
  return Number.NaN
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const monthCodes = new Map(
  months.map((name, index) => [
    (name.charCodeAt(0) << 16) | (name.charCodeAt(1) << 8) | name.charCodeAt(2),
    index + 1,
  ]),
)

/** 1–12 for the English abbreviation at `at`; -1 for none. */
function monthAt(bytes: Uint8Array, at: number): number {
  const code =
    ((byteAt(bytes, at) | 0x20) << 16) | ((byteAt(bytes, at + 1) | 0x20) << 8) | (byteAt(bytes, at + 2) | 0x20)
  return monthCodes.get(code) ?? -1
}

let cachedKey = -1
let cachedDay = Number.NaN

/** Midnight of a date taken as UTC, ms; NaN when there is no such date. Neighbouring lines share a date. */
function dayOf(year: number, month: number, day: number): number {
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31) return Number.NaN
  const key = (year * 16 + month) * 32 + day
  if (key === cachedKey) return cachedDay
  const ms = Date.UTC(year, month - 1, day)
  cachedKey = key
  cachedDay = new Date(ms).getUTCDate() === day ? ms : Number.NaN
  return cachedDay
}

/**
 * Reads a number of seconds, ms, µs or ns since the epoch; which of them, its size tells.
 *
 * @returns ms since the epoch; NaN for anything that is no time after 2001.
 */
export function epochOf(value: number): number {
  if (!(value >= 1e9)) return Number.NaN
  if (value < 1e11) return value * 1000
  if (value < 1e14) return value
  return value < 1e17 ? value / 1000 : value / 1e6
}
