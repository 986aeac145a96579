import {
  type Backup,
  type ContentDigest,
  type DatabaseRestorer,
  type Finding,
  finding,
  formatBytes,
  isProof,
  reasonOf,
} from '@hubkeeper/core'

/** A verified backup, and how it came into the place of the database. */
export interface Restoration {
  readonly chosen: Backup
  readonly digest: ContentDigest
  readonly undoable: boolean
  /** In words. */
  readonly how: readonly string[]
  /** What the server committed in between, that no copy has; null when that cannot be counted. */
  readonly lostCommits: number | null
}

/** Reads the database once more: a restore is done when it holds the backup's content. */
export async function proveRestored(
  database: DatabaseRestorer,
  { chosen, digest, how, lostCommits, undoable }: Restoration,
): Promise<Finding> {
  const subject = database.key
  const expected = digest.value
  const undo = undoable ? 'to undo: hubkeeper restore --undo' : 'there was no database before'
  const evidence = [describe(chosen), ...how, ...lossEvidence(lostCommits), undo]
  const seen = await contentOf(database)
  if (typeof seen !== 'string') {
    return finding('content.preserved', 'unknown', { subject, expected, actual: seen.reason, evidence })
  }
  const details = { subject, expected, actual: seen, evidence }
  if (seen !== expected) {
    const advice = `its server may have written since; compare, or ${undo}`
    return finding('content.preserved', 'critical', { ...details, advice })
  }
  if (lostCommits === null || lostCommits === 0) return finding('content.preserved', 'ok', details)
  const advice =
    'stop what writes to it for a restore, or set control in hubkeeper.json so that it is stopped'
  return finding('content.preserved', 'warning', { ...details, advice })
}

function describe({ certificate, manifest: { bytes, id, takenAt } }: Backup): string {
  const unproven = certificate !== null && isProof(certificate) ? '' : ', unproven'
  return `restored ${id} of ${takenAt} (${formatBytes(bytes)}${unproven})`
}

function lossEvidence(commits: number | null): string[] {
  if (commits === 0) return []
  if (commits === null)
    return ['what its server may have committed in the moment before is not counted, and in no copy']
  const times = commits === 1 ? 'once' : `${commits} times`
  return [`its server committed ${times} in the moment before: that was replaced, and is in no copy`]
}

async function contentOf(database: DatabaseRestorer): Promise<string | { readonly reason: string }> {
  const restored = await database.snapshot()
  if (restored.state !== 'done') return { reason: reasonOf(restored) }
  const { digest } = await restored.value.examine(['digest'])
  await restored.value.dispose()
  return digest.state === 'done' ? digest.value.value : { reason: reasonOf(digest) }
}
