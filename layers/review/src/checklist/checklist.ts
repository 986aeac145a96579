import type { Cadence, FindingStatus } from '@hubkeeper/core'

/** Cadences that have a checklist. */
export const checklistCadences = [
  'daily',
  'weekly',
  'monthly',
  'quarterly',
] as const satisfies readonly Cadence[]

/** One of {@link checklistCadences}. */
export type ChecklistCadence = (typeof checklistCadences)[number]

/** An item of a checklist, as it stands at a moment. */
export interface ChecklistItem {
  /** Stable, kebab-case: what `hubkeeper sign` takes. */
  readonly id: string
  readonly title: string
  /** Whether only a person can know: by its nature, or as no run says anything of it. */
  readonly signed: boolean
  /**
   * ticked: there is evidence; open: there is none; failed: the evidence says that it is not so.
   */
  readonly state: 'ticked' | 'open' | 'failed'
  /** How bad that is: ok when ticked, warning when open, as bad as the evidence when failed. */
  readonly status: Extract<FindingStatus, 'ok' | 'warning' | 'critical'>
  /** Which finding of which run, or who signed it and when; or what is missing, in words, on one line each. */
  readonly evidence: readonly string[]
}

/** A checklist at a moment. */
export interface Checklist {
  readonly cadence: ChecklistCadence
  /** The time that its evidence is of. */
  readonly from: Date
  readonly to: Date
  readonly items: readonly ChecklistItem[]
}
