import type { Availability } from '../budget/budget.ts'
import type { Cost } from '../cost/cost.ts'
import type { ByHand } from '../effectiveness/automation.ts'
import type { TaskEffect } from '../effectiveness/effectiveness.ts'
import type { Capacity } from '../forecast/capacity.ts'
import type { Trend } from '../forecast/forecast.ts'
import type { Change } from '../history/change.ts'

/** How one table or file grows. */
export interface GrowthFact {
  /** A table, or a file. */
  readonly of: string
  readonly kind: 'table' | 'file'
  readonly bytes: number
  readonly rows: number | null
  readonly trend: Trend | string
}

/** How secure the audits say that it is. */
export interface SecurityFact {
  readonly score: number
  /** At the first audit of the time; null where there was one only. */
  readonly before: number | null
  /** When it was looked last. */
  readonly at: Date
  /** Issues that are open, by severity. */
  readonly open: ReadonlyMap<string, number>
  /** What the last audit should have looked at and could not, in words. */
  readonly unseen: readonly string[]
}

/** What recommendations follow from. */
export interface ReviewFacts {
  readonly at: Date
  readonly capacities: readonly Capacity[]
  readonly growth: readonly GrowthFact[]
  /** Bytes of the database now, and of them those that a VACUUM would give back; null where nobody measured. */
  readonly databaseBytes: number | null
  readonly reclaimableBytes: number | null
  /** Of the figures that tell how fast it is. */
  readonly changes: readonly (Change | string)[]
  /** What counts as slower, percent. */
  readonly slowerPercent: number
  readonly availability: Availability
  /** Whether there is an API to look at. */
  readonly hasApi: boolean
  readonly targetPercent: number
  readonly security: SecurityFact | null
  readonly effects: readonly TaskEffect[]
  readonly byHand: readonly ByHand[]
  /** What is not supported any more, or soon will not be, in words; null where nobody looked. */
  readonly endOfLife: readonly string[] | null
  /** Packages with a newer major version; null where nobody looked. */
  readonly majors: number | null
  /** Dependencies with known flaws; null where nobody looked. */
  readonly vulnerable: number | null
  /** Seconds of the last recovery that was tried, and what it is to take at most; null where none was tried. */
  readonly recovery: { readonly seconds: number; readonly target: number } | null
  readonly cost: Cost
}
