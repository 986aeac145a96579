import type { Context, Finding, Part } from '@hubkeeper/core'

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

/** A part of which there is only to say why nothing was measured, or what was wrong. */
export const only = (...findings: Finding[]): Part => ({ findings, figures: [] })
