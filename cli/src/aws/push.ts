import {
  defineTask,
  type Finding,
  finding,
  formatBytes,
  gibibytes,
  HubkeeperError,
  minutes,
  type ObjectStore,
  onDemand,
  reasonOf,
  refuseCircumstances,
  type Task,
  unreadable,
} from '@hubkeeper/core'
import * as z from 'zod'
import { readSync, type SyncState, writeSync } from './sync-state.ts'

/**
 * A consistent copy of this machine's database into the bucket, in the place of exactly the version
 * that this machine knows.
 */
export const pushTask = (local: ObjectStore, remote: ObjectStore): Task =>
  defineTask({
    name: 'push',
    title: 'Push to the bucket',
    summary: 'A consistent copy of this machine’s database into the bucket',
    schedule: onDemand,
    access: { database: 'read' },
    limits: { memory: 512, timeout: minutes(60), scratch: gibibytes(10) },
    writes: true,
    input: z.strictObject({ discardRemote: z.boolean().default(false) }),
    async run({ database, dryRun, progress }, { discardRemote }) {
      progress.step('Taking a snapshot')
      const snapshot = await database.snapshot()
      if (snapshot.state !== 'done') {
        refuseCircumstances(snapshot)
        return { findings: [unreadable(snapshot, database.key)] }
      }
      progress.step('Checking it')
      const { digest, integrity } = await snapshot.value.examine(['integrity', 'digest'])
      const sound = integrity.state === 'done' && integrity.value.length === 0
      if (!sound || digest.state !== 'done') {
        const actual = sound && digest.state !== 'done' ? reasonOf(digest) : 'integrity_check found problems'
        return { findings: [finding('database.integrity', 'critical', { subject: database.key, actual })] }
      }
      const known = await readSync(local)
      const stored = await remote.head(database.key)
      if (stored !== null && !discardRemote) refuseUnknown(database.key, stored.etag, known)
      const told = (actual: string): { findings: Finding[] } => ({
        findings: [finding('database.pushed', 'ok', { subject: database.key, actual })],
      })
      if (stored !== null && known?.etag === stored.etag && known.digest === digest.value.value) {
        return told('the bucket already holds this content')
      }
      const size = formatBytes(snapshot.value.bytes)
      if (dryRun) return told(`dry run: ${size} would be stored`)
      progress.step(`Storing ${size}`)
      const condition = stored === null ? ({ ifNoneMatch: '*' } as const) : { ifMatch: stored.etag }
      const { info, sha256 } = await remote.upload(snapshot.value.path, database.key, { condition })
      if (sha256 !== snapshot.value.sha256) {
        throw new HubkeeperError('io', 'the snapshot changed while it was stored', {
          hint: 'check the disk that scratch lies on, then push again',
        })
      }
      await writeSync(local, info.etag, digest.value.value)
      return told(`${size} stored`)
    },
  })

/** @throws HubkeeperError when the bucket holds what this machine has never seen */
function refuseUnknown(key: string, etag: string, known: SyncState | null): void {
  if (known?.etag === etag) return
  throw new HubkeeperError(
    'database-changed',
    `the bucket holds a version of ${key} that this machine has not seen`,
    {
      hint: 'look at it first: hubkeeper pull; or replace it all the same: hubkeeper push --discard-remote (the old version is kept by the bucket)',
    },
  )
}
