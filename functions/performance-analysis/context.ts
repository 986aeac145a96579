import type { Context } from '@hubkeeper/core'

/** What a performance analysis may touch. */
export const access = {
  api: 'probe',
  backups: 'read',
  database: 'read',
  files: 'read',
  host: 'read',
  logs: 'read',
  reports: 'read',
} as const

/** What a performance analysis works with. */
export type AnalysisContext = Context<typeof access>
