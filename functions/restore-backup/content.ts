import type { ContentDigest, DatabaseRestorer, Outcome, Snapshot } from '@hubkeeper/core'

/** The content of a snapshot. */
export async function contentIn(snapshot: Outcome<Snapshot>): Promise<Outcome<ContentDigest>> {
  if (snapshot.state !== 'done') return snapshot
  const { digest } = await snapshot.value.examine(['digest'])
  return digest
}

/** The content of the database, looked at once more. */
export async function contentOf(database: DatabaseRestorer): Promise<Outcome<ContentDigest>> {
  const snapshot = await database.snapshot()
  const content = await contentIn(snapshot)
  if (snapshot.state === 'done') await snapshot.value.dispose()
  return content
}
