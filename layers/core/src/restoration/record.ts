import * as z from 'zod'

/** What a restore replaces. */
export const restoreScopes = ['database', 'files', 'both'] as const

/** One of {@link restoreScopes}. */
export type RestoreScope = (typeof restoreScopes)[number]

const contentSchema = z.strictObject({
  /** Content digest, version 1. */
  digest: z.string(),
  tables: z.array(z.strictObject({ name: z.string(), digest: z.string() })),
})

/** Content of a database as a restoration remembers it: digests, no rows. */
export type RememberedContent = Readonly<z.infer<typeof contentSchema>>

/**
 * The last restore: written before anything is touched, and again when it is done, so that what was cut short
 * can be completed or undone.
 */
export const restorationSchema = z.strictObject({
  schema: z.literal(1),
  /** ULID; its safety copies bear it too. */
  run: z.string(),
  /** The first run that was to put this backup back, where that was cut short; else the same. */
  firstRun: z.string(),
  /** Id of the backup that is put back. */
  backup: z.string(),
  /** Whether it undoes an earlier one. */
  undo: z.boolean(),
  scope: z.enum(restoreScopes),
  /** Runs that began a restore after that, and touched nothing. */
  withdrawn: z.array(z.string()),
  startedAt: z.iso.datetime(),
  /** Null while it is not done, or was cut short. */
  finishedAt: z.iso.datetime().nullable(),
  /** Content that was put back; null where it cannot be read, or the database was left alone. */
  restored: contentSchema.nullable(),
  /** Content that was there before; null where it could not be read. */
  replaced: contentSchema.nullable(),
  /** Until when a server may bring the old content back; null where nobody can. */
  watchUntil: z.iso.datetime().nullable(),
  /** When it was known that the hub goes on from it, or no more to be known. */
  settledAt: z.iso.datetime().nullable(),
})

/** See {@link restorationSchema}. */
export type Restoration = Readonly<z.infer<typeof restorationSchema>>

/** A restore of which it is still looked out for what becomes of it. */
export interface FollowedRestoration extends Restoration {
  readonly finishedAt: string
  readonly restored: RememberedContent
  readonly watchUntil: string
}

/** Whether it is still looked out for what becomes of a restore, and known what it put back. */
export const isFollowed = (restoration: Restoration | null): restoration is FollowedRestoration =>
  restoration !== null &&
  restoration.finishedAt !== null &&
  restoration.restored !== null &&
  restoration.settledAt === null &&
  restoration.watchUntil !== null
