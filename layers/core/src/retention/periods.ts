import { wallClock } from '../wall-clock.ts'

/** A calendar period in a hub's time zone: `index` counts periods of its kind without gaps. */
export interface Period {
  readonly index: number
  /** In words, such as `the week of 2026-11-16`. */
  readonly name: string
}

/** The kinds of period that retention knows, from short to long. */
export const periodKinds = ['week', 'month', 'quarter'] as const

/** One of {@link periodKinds}. */
export type PeriodKind = (typeof periodKinds)[number]

/** Tells the periods that a moment lies in. */
export type Calendar = (moment: Date) => Readonly<Record<PeriodKind, Period>>

const msPerDay = 86_400_000

/** The calendar of an IANA time zone; weeks begin on Mondays. */
export function calendarOf(timeZone: string): Calendar {
  const shownAt = wallClock(timeZone)
  return (moment) => {
    const shown = new Date(shownAt(moment.getTime()))
    const [year, month] = [shown.getUTCFullYear(), shown.getUTCMonth()]
    // 1 January 1970 was a Thursday.
    const week = Math.floor((Math.floor(shown.getTime() / msPerDay) + 3) / 7)
    const monday = new Date((week * 7 - 3) * msPerDay).toISOString().slice(0, 10)
    const quarter = Math.floor(month / 3)
    return {
      week: { index: week, name: `the week of ${monday}` },
      month: { index: year * 12 + month, name: `${year}-${String(month + 1).padStart(2, '0')}` },
      quarter: { index: year * 4 + quarter, name: `${year} Q${quarter + 1}` },
    }
  }
}
