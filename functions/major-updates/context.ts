import type { Context } from '@hubkeeper/core'

/** What a review of major updates may touch: it makes a backup, and changes nothing else. */
export const access = {
  database: 'read',
  backups: 'write',
  files: 'copy',
  ledger: 'hold',
  host: 'read',
  packages: 'read',
  releases: 'read',
  documentation: 'build',
} as const

/** What a review of major updates works with. */
export type UpdateContext = Context<typeof access>
