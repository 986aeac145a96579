import { days, graceOf } from '@hubkeeper/core'
import { zoneCalendar } from './calendar.ts'
import type { ChecklistCadence } from './checklist.ts'

/** The longest time from one scheduled run of a cadence to the next, days: of an nth weekday up to five or 14 weeks. */
const longest: Record<ChecklistCadence, number> = { daily: 1, weekly: 7, monthly: 35, quarterly: 98 }

/**
 * Since when a run counts as evidence: the longest time between two scheduled runs, by the clocks of the hub's
 * time zone, and the grace that a task has before it is overdue. So what was done in time is never open only
 * because the next run is still to come, whatever the clocks do; and it always goes back to the beginning of
 * the day, week, month or quarter.
 */
export function evidenceSince(cadence: ChecklistCadence, timeZone: string, at: Date): Date {
  const { momentAt, wallAt } = zoneCalendar(timeZone)
  const due = new Date(at.getTime() - graceOf[cadence])
  return momentAt(wallAt(due) - days(longest[cadence]))
}

/** Until when a signature counts that names no end: the end of the next day, week, month or quarter. */
export function signatureEnd(cadence: ChecklistCadence, timeZone: string, at: Date): Date {
  const { momentAt, wallAt } = zoneCalendar(timeZone)
  const today = new Date(wallAt(at))
  const [year, month, day] = [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()]
  // Weeks begin on Mondays; the quarters in January, April, July and October.
  const sinceMonday = (today.getUTCDay() + 6) % 7
  const ends: Record<ChecklistCadence, number> = {
    daily: Date.UTC(year, month, day + 2),
    weekly: Date.UTC(year, month, day - sinceMonday + 14),
    monthly: Date.UTC(year, month + 2, 1),
    quarterly: Date.UTC(year, month - (month % 3) + 6, 1),
  }
  return momentAt(ends[cadence])
}

/** The end of a day, written `2026-12-31`, in a time zone; null for what is no day. */
export function endOfDay(day: string, timeZone: string): Date | null {
  const midnight = Date.parse(`${day}T00:00:00.000Z`)
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(midnight)) return null
  // 31 February is read as a day of March.
  if (new Date(midnight).toISOString().slice(0, 10) !== day) return null
  return zoneCalendar(timeZone).momentAt(midnight + days(1))
}
