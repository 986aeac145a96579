import {
  type Backup,
  type CopiedFile,
  type DatabaseRestorer,
  formatBytes,
  type Outcome,
  type RestoredCopy,
  refuseCircumstances,
  type Snapshot,
} from '@hubkeeper/core'
import type { RestoreContext } from './context.ts'
import { makeSafetyCopy } from './safety-copy.ts'

/** How a backup came into the place of a database. */
export interface Replaced {
  /** Every copy of what was there, the newest last. */
  readonly safety: readonly Backup[]
  /** Of the database now; null when it went into a live one. */
  readonly etag: string | null
  readonly how: readonly string[]
  readonly lostCommits: number | null
  /** Commits of others since the last look; null when there may be some that cannot be counted. */
  commitsSince(): number | null
}

/** The database as it is now. */
export interface Current {
  /** Null when it is live, or there is none. */
  readonly etag: string | null
  readonly content: Outcome<Snapshot>
}

/** What goes into the place of the database. */
export interface Replacing {
  readonly copy: RestoredCopy
  /** Files of the hub that go into the safety copy. */
  readonly files: readonly CopiedFile[]
  /** Right before it is replaced. @throws HubkeeperError when it must not be */
  confirm(safety: Backup | null): Promise<void>
  /** From here on, it may be replaced. */
  begin(): void
}

/** Looks at what is there. @throws HubkeeperError for what keeps it from being looked at */
export async function lookAt(database: DatabaseRestorer): Promise<Current> {
  // Before the content: what is written after it is not what was seen.
  const etag = await database.etag()
  const content = await database.snapshot()
  if (content.state !== 'done') refuseCircumstances(content)
  return { etag, content }
}

/**
 * Keeps a copy of what is there, and puts a verified backup in its place. A live database is looked at once
 * more right before: what was committed while the copy was stored is kept as well.
 *
 * @throws HubkeeperError
 */
export async function replace(
  context: Pick<RestoreContext, 'backups' | 'hub' | 'ledger' | 'progress'>,
  database: DatabaseRestorer,
  { content, etag }: Current,
  { begin, confirm, copy, files }: Replacing,
): Promise<Outcome<Replaced>> {
  const { progress } = context
  progress.step('Making a safety copy')
  const safety = await makeSafetyCopy({ ...context, database }, content, { files })
  await confirm(safety)
  progress.step('Replacing the database')
  const signs = await database.signsOfUse()
  const latest = content.state === 'done' ? await laterVersion(database, content.value, signs) : null
  const keepLatest = async () =>
    latest === null
      ? null
      : makeSafetyCopy({ ...context, database }, done(latest), { files, untouched: false })
  begin()
  const replaced = await database.replace(copy.path, { etag }).catch(async (error: unknown) => {
    // It may be replaced all the same. What went wrong first is what matters.
    await keepLatest().catch(() => {})
    throw error
  })
  // SQLite undoes what it refuses; of what was ended, nobody knows.
  if (replaced.state === 'fault') return replaced
  const later = await keepLatest()
  if (replaced.state !== 'done') return replaced
  const live = replaced.value.etag === null
  return {
    state: 'done',
    value: {
      safety: [safety, later].filter((backup) => backup !== null),
      etag: replaced.value.etag,
      how: [
        ...(latest === null
          ? []
          : [`what was committed meanwhile is kept too (${formatBytes(latest.bytes)})`]),
        ...(live ? signs.map((sign) => `into the live file, since ${sign}`) : []),
      ],
      lostCommits: live ? replaced.value.foreignCommits : 0,
      commitsSince: replaced.value.commitsSince,
    },
  }
}

/** Another snapshot, where the first one is not of the newest content any more; null where it is. */
async function laterVersion(
  database: DatabaseRestorer,
  first: Snapshot,
  signs: readonly string[],
): Promise<Snapshot | null> {
  // What is at rest still is replaced on condition of its version.
  if (first.sourceEtag !== null && signs.length === 0) return null
  const { content } = await lookAt(database)
  if (content.state !== 'done') return null
  if (content.value.sha256 !== first.sha256) return content.value
  await content.value.dispose()
  return null
}

const done = <T>(value: T): Outcome<T> => ({ state: 'done', value })
