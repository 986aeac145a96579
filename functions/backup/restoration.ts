import { type Context, type Finding, followRestoration, isFollowed, type Snapshot } from '@hubkeeper/core'

type FollowingContext = Pick<
  Context<{ database: 'read'; backups: 'write' }>,
  'backups' | 'database' | 'dryRun' | 'now'
>

/** Whether what was restored last is still there; remembers when there is nothing more to look out for. */
export async function followLastRestore(
  { backups, database, dryRun, now }: FollowingContext,
  snapshot: Snapshot,
): Promise<readonly Finding[]> {
  const restoration = await backups.restoration()
  if (!isFollowed(restoration)) return []
  const { digest } = await snapshot.examine(['digest'])
  const at = now()
  const { findings, settled } = followRestoration(restoration, digest, { at, subject: database.key })
  if (settled && !dryRun) await backups.noteRestoration({ ...restoration, settledAt: at.toISOString() })
  return findings
}
