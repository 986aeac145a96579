import {
  type Context,
  defineTask,
  finding,
  formatBytes,
  gibibytes,
  HubkeeperError,
  minutes,
  type ObjectStore,
  onDemand,
  reasonOf,
  refuseCircumstances,
  type Snapshot,
  type Task,
  unreadable,
} from '@hubkeeper/core'
import type { Engine, Scratch } from '@hubkeeper/sqlite'
import * as z from 'zod'
import { readSync, writeSync } from './sync-state.ts'

const access = { database: 'restore', backups: 'write' } as const

/** What a pull stands on beside its ports. */
export interface PullDrivers {
  readonly local: ObjectStore
  readonly remote: ObjectStore
  readonly engine: Engine
  /** Made when it is needed. */
  scratch(): Promise<Scratch>
}

/** The bucket's database into the place of this machine's, after a safety copy. */
export const pullTask = ({ engine, local, remote, scratch }: PullDrivers): Task =>
  defineTask({
    name: 'pull',
    title: 'Pull from the bucket',
    summary: 'The bucket’s database into the place of this machine’s, after a safety copy',
    schedule: onDemand,
    access,
    limits: { memory: 512, timeout: minutes(60), scratch: gibibytes(10) },
    writes: true,
    input: z.strictObject({ discardLocal: z.boolean().default(false) }),
    async run(context, { discardLocal }) {
      const { database, dryRun, progress } = context
      const told = (actual: string) => ({
        findings: [finding('database.pulled', 'ok', { subject: database.key, actual })],
      })
      const stored = await remote.head(database.key)
      if (stored === null) {
        throw new HubkeeperError('database-missing', `the bucket holds no ${database.key}`, {
          hint: 'push one first: hubkeeper push',
        })
      }
      const known = await readSync(local)
      if (known?.etag === stored.etag && !discardLocal)
        return told('this machine already has what the bucket holds')
      progress.step('Looking at the database as it is now')
      const expected = { etag: await database.etag() }
      const current = await database.snapshot()
      if (current.state !== 'done' && current.state !== 'fault') refuseCircumstances(current)
      const here = current.state === 'done' ? current.value : null
      if (here !== null && !discardLocal) await refuseUnpushed(here, database.key, known?.digest ?? null)
      const size = formatBytes(stored.bytes)
      if (dryRun) return told(`dry run: ${size} would take the place of what is here`)
      progress.step(`Fetching ${size}`)
      const place = await scratch()
      await place.requireSpace(stored.bytes, 'what the bucket holds')
      const path = place.path('pulled.db')
      await remote.download(database.key, path, { ifMatch: stored.etag })
      progress.step('Checking it before anything is touched')
      const digest = await digestOfSound(engine, path, place.directory)
      if (here !== null) {
        progress.step('Making a safety copy')
        await keepSafe(context, here)
      }
      progress.step('Replacing the database')
      const replaced = await database.replace(path, expected)
      if (replaced.state !== 'done') {
        refuseCircumstances(replaced)
        return { findings: [unreadable(replaced, database.key)] }
      }
      await writeSync(local, stored.etag, digest)
      return told(`${size} in place${here === null ? '' : '; to undo: hubkeeper restore --undo'}`)
    },
  })

/** @throws HubkeeperError when this machine holds what the bucket has never seen */
async function refuseUnpushed(here: Snapshot, key: string, agreed: string | null): Promise<void> {
  const { digest } = await here.examine(['digest'])
  if (digest.state === 'done' && digest.value.value === agreed) return
  throw new HubkeeperError('database-changed', `${key} holds changes that were never pushed`, {
    hint: 'push them: hubkeeper push; or give them up, with a safety copy: hubkeeper pull --discard-local',
  })
}

/** The content digest of a file that is sound. @throws HubkeeperError for one that is not */
async function digestOfSound(engine: Engine, path: string, scratch: string): Promise<string> {
  const { digest, integrity } = await engine.examine(path, { parts: ['integrity', 'digest'], scratch })
  const problem = integrity.state === 'done' ? (integrity.value[0] ?? null) : reasonOf(integrity)
  if (problem === null && digest.state === 'done') return digest.value.value
  const reason = problem ?? (digest.state === 'done' ? '' : reasonOf(digest))
  throw new HubkeeperError('database-unreadable', `what the bucket holds is not sound: ${reason}`, {
    hint: 'nothing was touched; restore a backup there: hubkeeper invoke restore-backup',
  })
}

async function keepSafe({ backups }: Context<typeof access>, here: Snapshot): Promise<void> {
  const stored = await backups.create(here, 'safety')
  const { certificate } = await backups.prove(stored)
  if (certificate.level !== 'none') return
  throw new HubkeeperError('backup-unsound', `the safety copy ${stored.manifest.id} cannot be read back`, {
    hint: 'nothing was touched; check the disk that holds the backups',
  })
}
