import {
  type Backup,
  type ContentDigest,
  type DatabaseRestorer,
  differingTables,
  type Finding,
  finding,
  formatBytes,
  isProof,
  reasonOf,
} from '@hubkeeper/core'
import { contentOf } from './content.ts'
import type { Replaced } from './replace.ts'

/** A verified backup, and how it came into the place of the database. */
export interface Arrival extends Omit<Replaced, 'safety' | 'etag'> {
  readonly chosen: Backup
  /** Null where its content cannot be read here. */
  readonly digest: ContentDigest | null
  readonly undoable: boolean
  /** What has to be said of it. */
  readonly remarks: readonly string[]
}

/** Reads the database once more: a restore is done when it holds the backup's content. */
export async function proveRestored(
  database: DatabaseRestorer,
  { chosen, commitsSince, digest, how, lostCommits, remarks, undoable }: Arrival,
): Promise<Finding> {
  const subject = database.key
  const undo = undoable ? 'to undo: hubkeeper restore --undo' : 'there was no database before'
  const evidence = [describe(chosen), ...remarks, ...how, ...lossEvidence(lostCommits), undo]
  if (digest === null) return proveBytes(database, chosen, evidence)
  const expected = digest.value
  const content = await contentOf(database)
  if (content.state !== 'done') {
    const actual = reasonOf(content)
    return finding('content.preserved', 'unknown', { subject, expected, actual, evidence })
  }
  const seen = content.value
  const lost = (lostCommits ?? 0) > 0
  const advice = lost
    ? {
        advice:
          'stop what writes to it for a restore, or set control in hubkeeper.json so that it is stopped',
      }
    : {}
  if (seen.value === expected) {
    const details = { subject, expected, actual: seen.value, evidence, ...advice }
    return finding('content.preserved', lost ? 'warning' : 'ok', details)
  }
  const compared = comparedTables(digest, seen)
  const between = commitsSince()
  if (between === 0) {
    return finding('content.preserved', 'critical', {
      subject,
      expected,
      actual: seen.value,
      advice: `nobody else committed in between: compare, or ${undo}`,
      evidence: [...evidence, ...compared],
    })
  }
  const commits = between === null ? 'commits' : between === 1 ? '1 commit' : `${between} commits`
  return finding('content.preserved', lost ? 'warning' : 'skipped', {
    subject,
    actual: `${commits} of its server between`,
    ...advice,
    evidence: [...evidence, ...compared],
  })
}

/** Of content that nobody here can read, the bytes have to do; SQLite changes some when it copies into a file. */
async function proveBytes(
  database: DatabaseRestorer,
  { manifest }: Backup,
  evidence: readonly string[],
): Promise<Finding> {
  const subject = database.key
  const restored = await database.snapshot()
  const expected = `SHA-256 ${manifest.sha256}`
  if (restored.state !== 'done') {
    return finding('content.preserved', 'unknown', {
      subject,
      expected,
      actual: reasonOf(restored),
      evidence,
    })
  }
  const { sha256 } = restored.value
  await restored.value.dispose()
  const equal = sha256 === manifest.sha256
  return finding('content.preserved', equal ? 'ok' : 'unknown', {
    subject,
    expected,
    actual: equal ? expected : 'its bytes differ, as they may, and its content cannot be read here',
    evidence,
    ...(equal ? {} : { advice: 'look at it with the hub’s own program, which has what it needs' }),
  })
}

function comparedTables({ tables }: ContentDigest, seen: ContentDigest): string[] {
  const differing = differingTables(tables, seen.tables)
  return [
    `equal to the backup in ${tables.length - differing.length} of ${tables.length} tables`,
    ...differing.map((name) => `${name} differs`),
  ]
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
