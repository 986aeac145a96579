import type { Tellable } from '@hubkeeper/audit'
import type { CheckId, Context, Figure } from '@hubkeeper/core'

/** What an audit of packages may touch; it writes only where the hub says that upgrades are applied. */
export const access = {
  packages: 'update',
  advisories: 'query',
  releases: 'read',
  memory: 'keep',
} as const

/** What an audit of packages works with. */
export type AuditContext = Context<typeof access>

/** What one part of the audit found. */
export interface Told {
  readonly tellables: readonly Tellable[]
  readonly figures: readonly Figure[]
  /** Checks that could not look at everything. */
  readonly unseen: readonly CheckId[]
}

/** What is told anew every time: it has no name by which it would be known again. */
export const everyTime = (...findings: readonly Tellable['finding'][]): Tellable[] =>
  findings.map((finding) => ({ finding, about: [] }))
