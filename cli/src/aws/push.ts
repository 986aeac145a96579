import {
  defineTask,
  type Examination,
  type Finding,
  finding,
  formatBytes,
  gibibytes,
  HubkeeperError,
  minutes,
  type ObjectStore,
  onDemand,
  PreconditionFailedError,
  refuseCircumstances,
  refuseFrozen,
  replacing,
  type Snapshot,
  type Task,
  type Transfer,
  unreadable,
} from '@hubkeeper/core'
import * as z from 'zod'
import { deployedLedger } from './ledger.ts'
import { type Remote, readSync, writeSync } from './sync-state.ts'

const maxEvidence = 10

/**
 * A consistent copy of this machine's database into the bucket, in the place of exactly the version
 * that this machine knows.
 */
export const pushTask = (local: ObjectStore, remote: Remote): Task =>
  defineTask({
    name: 'push',
    title: 'Push to the bucket',
    summary: 'A consistent copy of this machine’s database into the bucket',
    schedule: onDemand,
    access: { database: 'read' },
    limits: { memory: 512, timeout: minutes(60), scratch: gibibytes(10) },
    writes: true,
    input: z.strictObject({ discardRemote: z.boolean().default(false) }),
    async run({ database: { key, snapshot: takeSnapshot }, dryRun, hub, progress }, { discardRemote }) {
      progress.step('Taking a snapshot')
      const taken = await takeSnapshot()
      if (taken.state !== 'done') {
        refuseCircumstances(taken)
        return { findings: [unreadable(taken, key)] }
      }
      const snapshot = taken.value
      progress.step('Checking it')
      const checked = contentOf(await snapshot.examine(['integrity', 'digest']), key)
      if (checked.digest === null) return { findings: [checked.finding] }
      const { digest } = checked
      const known = await readSync(local, remote)
      const stored = await remote.store.head(key)
      if (stored !== null && stored.etag !== known?.etag && !discardRemote) throw unseen(key)
      const told = (status: 'ok' | 'skipped', actual: string) => ({
        findings: [finding('database.pushed', status, { subject: key, actual })],
      })
      if (stored !== null && known?.etag === stored.etag && known.digest === digest) {
        return told('ok', 'nothing changed: the bucket already holds this content')
      }
      const size = formatBytes(snapshot.bytes)
      if (dryRun) return told('skipped', `dry run: ${size} would be stored`)
      // Who froze the deployment wants its database as it is; this machine's own ledger does not know.
      await refuseFrozen(deployedLedger(remote.store, hub))
      progress.step(`Storing ${size}`)
      const { info } = await store(remote, snapshot, key, stored?.etag ?? null)
      await writeSync(local, remote, { etag: info.etag, digest })
      return told('ok', `${size} stored`)
    },
  })

/** The content digest of a sound snapshot; else the finding that says why there is none to push. */
function contentOf(
  { digest, integrity }: Examination,
  subject: string,
): { readonly digest: string } | { readonly digest: null; readonly finding: Finding } {
  const failed = (outcome: Parameters<typeof unreadable>[0]) => {
    refuseCircumstances(outcome)
    return { digest: null, finding: unreadable(outcome, subject) }
  }
  if (integrity.state !== 'done') return failed(integrity)
  const problems = integrity.value
  if (problems.length > 0) {
    const found = finding('database.integrity', 'critical', {
      subject,
      expected: 0,
      actual: problems.length,
      evidence: [...problems.slice(0, maxEvidence), 'it was not pushed'],
    })
    return { digest: null, finding: found }
  }
  return digest.state === 'done' ? { digest: digest.value.value } : failed(digest)
}

/** Stores a snapshot in the place of the version `etag`, or of none. @throws HubkeeperError */
async function store(
  { store: bucket }: Remote,
  snapshot: Snapshot,
  key: string,
  etag: string | null,
): Promise<Transfer> {
  try {
    const transfer = await bucket.upload(snapshot.path, key, { condition: replacing(etag) })
    if (transfer.sha256 === snapshot.sha256) return transfer
  } catch (error) {
    // Somebody wrote between the look at the bucket and now.
    if (error instanceof PreconditionFailedError && error.key === key) throw unseen(key, error)
    throw error
  }
  throw new HubkeeperError(
    'io',
    `${key} changed between the check and the upload: what the bucket holds is unchecked`,
    {
      hint: 'push again with nobody writing the database: hubkeeper push --discard-remote; the bucket keeps the version before',
    },
  )
}

/** The bucket holds what this machine has never seen. */
const unseen = (key: string, cause?: unknown): HubkeeperError =>
  new HubkeeperError(
    'database-changed',
    `the bucket holds a version of ${key} that this machine has not seen`,
    {
      hint: 'look at it first: hubkeeper pull; or replace it all the same: hubkeeper push --discard-remote (the old version is kept by the bucket)',
      cause,
    },
  )
