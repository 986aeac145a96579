import { days } from '../units.ts'

/** A date at the end of a name. */
export interface NamedDate {
  /** What stands before it, without the sign between them. */
  readonly before: string
  /** The last moment that it can mean, ms since 1970; the end of its day where its zone is not named. */
  readonly until: number
  /** As written, `YYYY-MM-DD`; null for seconds since 1970, which name a moment and no day. */
  readonly day: string | null
  /** The moment, ms since 1970; null where no zone is named. */
  readonly moment: number | null
}

/** Between a name and its date. */
const sign = '(?:__|[-._ ])'
/** A time of the day behind a date, its zone, and a number that tells apart what has one date. */
const time = '(?:[-_.T ]?(\\d\\d)(?:[-_.:]?(\\d\\d)(?:[-_.:]?(\\d\\d)(?:[.,]\\d{1,9})?)?)?)?'
const tail = `${time}(Z|[+-]\\d{4})?(?:[-_.](?:\\d{1,4}|\\d{10}))?$`

const yearFirst = [
  new RegExp(`^(.*?)${sign}(\\d{4})[-](\\d\\d)[-](\\d\\d)${tail}`, 's'),
  new RegExp(`^(.*?)${sign}(\\d{4})[_](\\d\\d)[_](\\d\\d)${tail}`, 's'),
  new RegExp(`^(.*?)${sign}(\\d{4})[.](\\d\\d)[.](\\d\\d)${tail}`, 's'),
  new RegExp(`^(.*?)${sign}(\\d{4})(\\d\\d)(\\d\\d)${tail}`, 's'),
]
/** As Log4j’s own examples have it, and the other way round. */
const yearLast = new RegExp(`^(.*?)${sign}(\\d\\d)[-_.](\\d\\d)[-_.](\\d{4})(?:[-_.]\\d{1,4})?$`, 's')
const epoch = new RegExp(`^(.*?)${sign}(\\d{10}|\\d{13})$`, 's')

/** Midnight of a real day, UTC, ms; null for one that no calendar has. */
function midnight(year: number, month: number, day: number): number | null {
  const moment = Date.UTC(year, month - 1, day)
  const date = new Date(moment)
  const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return real && year >= 1990 && year < 2100 ? moment : null
}

/** The date that a text ends with, in one of the ways in which logs are named; null when it is none. */
export function dateAtEnd(text: string): NamedDate | null {
  for (const pattern of yearFirst) {
    const match = pattern.exec(text)
    if (match === null) continue
    const [, before = '', year, month, day, hour, minute = 0, second = 0, zone] = match
    const start = midnight(Number(year), Number(month), Number(day))
    if (start === null) continue
    const exact = zone === 'Z' && hour !== undefined && isClock(Number(hour), Number(minute), Number(second))
    const moment = exact ? start + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 : null
    return { before, until: moment ?? start + days(1), day: dayOf(start), moment }
  }
  return yearLastAtEnd(text)
}

const isClock = (hour: number, minute: number, second: number): boolean =>
  hour < 24 && minute < 60 && second < 60

const dayOf = (moment: number): string => new Date(moment).toISOString().slice(0, 10)

function yearLastAtEnd(text: string): NamedDate | null {
  const match = yearLast.exec(text)
  if (match === null) return null
  const [, before = '', one, other, year] = match
  const [a, b, y] = [Number(one), Number(other), Number(year)]
  // Which of the two is the month is not told: the later day is meant, for what is younger is kept.
  const read = [midnight(y, a, b), midnight(y, b, a)].filter((moment) => moment !== null)
  if (read.length === 0) return null
  const start = Math.max(...read)
  return { before, until: start + days(1), day: dayOf(start), moment: null }
}

/** The seconds or ms since 1970 that a text ends with; a number like any other, so it proves little. */
export function epochAtEnd(text: string): NamedDate | null {
  const match = epoch.exec(text)
  if (match === null) return null
  const [, before = '', digits = ''] = match
  const moment = Number(digits) * (digits.length === 10 ? 1000 : 1)
  return { before, until: moment, day: null, moment }
}
