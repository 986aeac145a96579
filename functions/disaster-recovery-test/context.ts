import type { Context } from '@hubkeeper/core'
import * as z from 'zod'

/** What a disaster-recovery test may touch: it changes neither the hub nor a backup. */
export const access = {
  backups: 'read',
  api: 'probe',
  metrics: 'read',
  recovery: 'start',
  drill: 'detectors',
} as const

/** What a disaster-recovery test works with. */
export type DrillContext = Context<typeof access>

/** What it can be asked for. */
export const inputSchema = z.strictObject({
  samples: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(20)
    .describe('how often each fault is planted whose place is random'),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .optional()
    .describe('plants the same faults again, and draws the same older backup; else drawn by the run'),
  older: z.string().min(1).optional().describe('id of the older backup to restore; else one is drawn'),
})
