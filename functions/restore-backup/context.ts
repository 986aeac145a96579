import type { Backup, Context, RestoreScope } from '@hubkeeper/core'
import * as z from 'zod'

/** What a restore may touch. */
export const access = {
  database: 'restore',
  backups: 'write',
  control: 'use',
  files: 'restore',
  ledger: 'read',
} as const

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
  files: z
    .enum(['none', 'with', 'only'])
    .default('none')
    .describe('with: the files that were kept with the backup as well; only: those and not the database'),
  unproven: z
    .boolean()
    .default(false)
    .describe(
      'also a backup whose content cannot be read here, as it needs an extension: its bytes are equal',
    ),
  watch: z
    .number()
    .int()
    .min(0)
    .max(600)
    .optional()
    .describe(
      'for how many seconds it is watched that nobody puts the old content back; 10 for a stored database, else 0: the next backup and health check look',
    ),
})

/** See {@link inputSchema}. */
export type RestoreInput = z.output<typeof inputSchema>

/** Whether the files that were kept with a backup are meant as well, or alone. */
export type FilesMeant = RestoreInput['files']

/** The backup that is meant. */
export interface Chosen {
  readonly backup: Backup
  /** What a restore undoes that put it back; null where it follows from what is asked for. */
  readonly scope: RestoreScope | null
  /** What has to be said of the choice. */
  readonly remarks: readonly string[]
}
