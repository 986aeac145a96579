import type { Context } from '@hubkeeper/core'

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
