import { type ChecklistCadence, checklistCadences } from '../checklist.ts'
import type { ItemRule } from '../evidence.ts'
import { dailyItems } from './daily.ts'
import { monthlyItems } from './monthly.ts'
import { quarterlyItems } from './quarterly.ts'
import { weeklyItems } from './weekly.ts'

/** The items of each checklist, in their order. */
export const itemsOf: Readonly<Record<ChecklistCadence, readonly ItemRule[]>> = {
  daily: dailyItems,
  weekly: weeklyItems,
  monthly: monthlyItems,
  quarterly: quarterlyItems,
}

/** An item, and the checklist that it is of. */
export interface KnownItem {
  readonly cadence: ChecklistCadence
  readonly id: string
  readonly title: string
}

/** Every item of every checklist. */
export const knownItems = (): KnownItem[] =>
  checklistCadences.flatMap((cadence) => itemsOf[cadence].map(({ id, title }) => ({ cadence, id, title })))
