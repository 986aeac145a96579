import type { Context } from '@hubkeeper/core'
import * as z from 'zod'

/** What content optimization may touch. */
export const access = {
  database: 'maintain',
  backups: 'write',
  control: 'use',
  files: 'copy',
  ledger: 'hold',
  api: 'reindex',
  indexes: 'write',
  reports: 'read',
} as const

/** What content optimization works with. */
export type ContentContext = Context<typeof access>

/** What it can be asked for. */
export const inputSchema = z.strictObject({
  force: z.boolean().default(false).describe('make every full-text index anew, even when that gains nothing'),
})

/** See {@link inputSchema}. */
export type ContentInput = z.output<typeof inputSchema>
