import * as z from 'zod'
import { pathInHub } from './paths.ts'

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'write it as 02:30' })

/** A command with its arguments, run without a shell. */
const command = z.array(z.string().min(1)).min(1)

/** When a live database may be rewritten in place, and for how long that may lock its writers out. */
export const vacuumSchema = z.strictObject({
  lockBudgetSeconds: z
    .number()
    .positive()
    .max(600)
    .default(2)
    .describe('VACUUM in place is not begun when it is likely to lock writers out for longer'),
  window: z
    .strictObject({ from: clock, to: clock })
    .optional()
    .describe(
      'hours of the day, in the hub’s time zone, in which it may run; else whenever a schedule runs it',
    ),
})

/** Commands that stop and start the hub's server; used around what cannot be done beside it. */
export const controlSchema = z.strictObject({
  stop: command.describe(
    'such as ["systemctl", "stop", "hub"]; returns when the server has ended, and does nothing when it has',
  ),
  start: command.describe('such as ["systemctl", "start", "hub"]; does nothing when it runs'),
  timeoutSeconds: z.number().positive().max(600).default(60).describe('for each command'),
  maintenance: z
    .boolean()
    .default(false)
    .describe('stop the server for the weekly maintenance where it cannot be done beside it'),
})

/** How logs are rotated, and for how long rotated ones are kept. */
export const logRotationSchema = z.strictObject({
  keepDays: z
    .number()
    .int()
    .min(1)
    .max(3650)
    .default(7)
    .describe('rotated logs are deleted after so many days'),
  method: z
    .enum(['copy-truncate', 'rename', 'none'])
    .default('copy-truncate')
    .describe(
      'copy-truncate: for servers that keep their log open; rename: for those that open it again; none: the hub rotates by itself',
    ),
  minBytes: z.number().int().nonnegative().default(1).describe('smaller logs are left for another day'),
  compress: z.boolean().default(false).describe('gzip rotated logs'),
  live: z.array(pathInHub).default([]).describe('globs of logs that are never deleted, however quiet'),
})

/** What the weekly cleanup may delete. */
export const cleanupSchema = z.strictObject({
  temporaries: z
    .array(pathInHub)
    .default(['tmp/**', 'temp/**', '**/*.tmp'])
    .describe('globs of temporary files'),
  temporariesHours: z.number().positive().default(24).describe('younger temporary files are left alone'),
  caches: z
    .array(pathInHub)
    .default(['**/__pycache__/**'])
    .describe('globs of files that are made again when they are missing'),
})

/** For how long backups are kept. */
export const retentionSchema = z.strictObject({
  days: z.number().int().min(1).default(30).describe('every backup'),
  weeks: z.number().int().nonnegative().default(12).describe('then one a week'),
  months: z.number().int().nonnegative().default(12).describe('then one a month'),
  years: z.number().int().nonnegative().default(2).describe('then one a quarter'),
  minimumProven: z.number().int().min(1).default(3).describe('never fewer proven ones than this'),
})
