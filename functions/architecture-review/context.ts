import type { Context } from '@hubkeeper/core'

/** What a review may touch: what earlier runs left; it changes nothing. */
export const access = { reports: 'read', ledger: 'review', metrics: 'read', host: 'read' } as const

/** What a review works with. */
export type ReviewContext = Context<typeof access>

/** Tasks that only repeat what the runs of others found. */
export const reviews: readonly string[] = ['architecture-review', 'monthly-review']

/** A quarter, days: the longest time from one quarterly run to the next, so that the last one of each counts. */
export const quarter = 98

/** A month, days. */
export const month = 30
