import type { Context } from '@hubkeeper/core'
import * as z from 'zod'

/** What database maintenance may touch. */
export const access = {
  database: 'maintain',
  backups: 'write',
  control: 'use',
  files: 'copy',
  ledger: 'hold',
  metrics: 'read',
} as const

/** What database maintenance works with. */
export type MaintenanceContext = Context<typeof access>

/** What it can be asked for. */
export const inputSchema = z.strictObject({
  force: z.boolean().default(false).describe('rewrite the database even when that gains nothing'),
  analyze: z.boolean().default(false).describe('a full ANALYZE instead of PRAGMA optimize'),
})

/** See {@link inputSchema}. */
export type MaintenanceInput = z.output<typeof inputSchema>
