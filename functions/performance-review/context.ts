import type { Context, Figure, Finding } from '@hubkeeper/core'

/** What a performance review may touch. */
export const access = {
  api: 'probe',
  host: 'read',
  database: 'read',
  files: 'read',
  metrics: 'read',
} as const

/** What a performance review works with. */
export type ReviewContext = Context<typeof access>

/** What one part of a review gives. */
export interface Part {
  readonly findings: Finding[]
  readonly figures: Figure[]
}

/** A part of which there is only to say why nothing was measured, or what was wrong. */
export const only = (...findings: Finding[]): Part => ({ findings, figures: [] })

/** Parts as one. */
export const together = (parts: readonly Part[]): Part => ({
  findings: parts.flatMap(({ findings }) => findings),
  figures: parts.flatMap(({ figures }) => figures),
})
