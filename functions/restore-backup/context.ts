import type { Context } from '@hubkeeper/core'
import * as z from 'zod'

/** What a restore may touch. */
export const access = { database: 'restore', backups: 'write', control: 'use' } as const

/** What a restore works with. */
export type RestoreContext = Context<typeof access>

/** What it can be asked for. */
export const inputSchema = z.strictObject({
  backup: z
    .string()
    .min(1)
    .default('latest')
    .describe('an id, latest, or a moment: the newest proven backup at or before it'),
  undo: z.boolean().default(false).describe('put back what the last restore replaced'),
})
