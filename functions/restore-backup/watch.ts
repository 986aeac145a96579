import {
  type DatabaseRestorer,
  type Finding,
  finding,
  judgeRestoration,
  type Restoration,
  type RestorationVerdict,
  rememberedContent,
  restorationFinding,
  seconds,
} from '@hubkeeper/core'
import { contentOf } from './content.ts'
import type { RestoreContext } from './context.ts'

/** What tells that somebody wrote the database. */
export interface WatchedDatabase {
  readonly database: DatabaseRestorer
  /** Of what was put in its place; null when it is live. */
  readonly etag: string | null
  /** Commits of others since before the restore; null where they cannot be counted. */
  commitsSince(): number | null
}

/**
 * Looks every second whether somebody writes the database, and at the first time and in the end at what: a server
 * that loaded the old content may put it back.
 */
export async function watchRestored(
  { now, progress }: Pick<RestoreContext, 'now' | 'progress'>,
  restoration: Restoration,
  watched: WatchedDatabase,
  duration: number,
): Promise<Finding> {
  const { database } = watched
  // Counted from the replacement on: somebody may have written since.
  const before = watched.etag ?? (await signOf(watched))
  let last = before
  let verdict: RestorationVerdict | null = null
  for (let second = 0; second < duration; second++) {
    progress.step(`Watching that it stays: ${duration - second} s`)
    await new Promise((resolve) => setTimeout(resolve, seconds(1)))
    const sign = await signOf(watched)
    if (sign === last) continue
    last = sign
    if (verdict !== null) continue
    verdict = await look(database, restoration, now)
    if (verdict?.status === 'critical') return restorationFinding(verdict, restoration, database.key)
  }
  // What cannot be counted is looked at once, and so is what came after the first look.
  const written = last === null || last !== before
  if (written) verdict = await look(database, restoration, now)
  if (verdict !== null && verdict.status !== 'skipped') {
    return restorationFinding(verdict, restoration, database.key)
  }
  const seen = written ? (verdict?.reason ?? 'it could not be read again') : 'nobody wrote it'
  return finding('restore.held', written && verdict === null ? 'unknown' : 'skipped', {
    subject: database.key,
    actual:
      duration === 0 && !written
        ? 'the next backup and health check look'
        : `watched for ${duration} s: ${seen}; the next backup and health check look again`,
  })
}

/** Differs once somebody wrote; null where nothing tells. */
async function signOf({ commitsSince, database, etag }: WatchedDatabase): Promise<string | null> {
  if (etag !== null) return (await database.etag()) ?? 'gone'
  const commits = commitsSince()
  return commits === null ? null : `${commits} commits`
}

async function look(
  database: DatabaseRestorer,
  restoration: Restoration,
  now: () => Date,
): Promise<RestorationVerdict | null> {
  const content = await contentOf(database)
  if (content.state !== 'done') return null
  return judgeRestoration(restoration, rememberedContent(content.value), now())
}
