import {
  defineTask,
  finding,
  formatBytes,
  gibibytes,
  HubkeeperError,
  minutes,
  type ObjectStore,
  type Outcome,
  onDemand,
  reasonOf,
  refuseCircumstances,
  type Snapshot,
  type Task,
  unreadable,
} from '@hubkeeper/core'
import type { Engine, Scratch } from '@hubkeeper/sqlite'
import * as z from 'zod'
import { makeSafetyCopy } from '../../../functions/restore-backup/safety-copy.ts'
import { type Remote, readSync, writeSync } from './sync-state.ts'

/** What a pull stands on beside its ports. */
export interface PullDrivers {
  readonly local: ObjectStore
  readonly remote: Remote
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
    access: { database: 'restore', backups: 'write', ledger: 'read' },
    limits: { memory: 512, timeout: minutes(60), scratch: gibibytes(10) },
    writes: true,
    input: z.strictObject({ discardLocal: z.boolean().default(false) }),
    async run(context, { discardLocal }) {
      const { database, dryRun, progress } = context
      const { key } = database
      const told = (status: 'ok' | 'skipped', actual: string) => ({
        findings: [finding('database.pulled', status, { subject: key, actual })],
      })
      const stored = await remote.store.head(key)
      if (stored === null) {
        throw new HubkeeperError('database-missing', `the bucket holds no ${key}`, {
          hint: 'push one first: hubkeeper push',
        })
      }
      const known = await readSync(local, remote)
      progress.step('Looking at the database as it is now')
      const expected = { etag: await database.etag() }
      const current = await database.snapshot()
      if (current.state !== 'done') refuseCircumstances(current)
      const here = await lookAt(current)
      if (here.present && here.digest === null && !discardLocal) throw unreadableHere(key)
      const unpushed = here.present && here.digest !== (known?.digest ?? null)
      if (here.present && known?.etag === stored.etag && !discardLocal) {
        const more = unpushed ? '; what changed here can be pushed: hubkeeper push' : ''
        return told('ok', `nothing new: this machine has seen what the bucket holds${more}`)
      }

      const size = formatBytes(stored.bytes)
      progress.step(`Fetching ${size}`)
      const place = await scratch()
      await place.requireSpace(stored.bytes, 'what the bucket holds')
      const path = place.path('pulled.db')
      await remote.store.download(key, path, { ifMatch: stored.etag })
      progress.step('Checking it before anything is touched')
      const digest = await digestOfSound(engine, path, place.directory)
      if (here.digest === digest) {
        // A push whose end was lost, a rewrite on AWS, or the same file on both sides from the start.
        if (!dryRun) await writeSync(local, remote, { etag: stored.etag, digest })
        return told('ok', 'nothing new: this machine has the same content')
      }
      if (unpushed && !discardLocal) throw notPushed(key)
      if (dryRun) return told('skipped', `dry run: ${size} would take the place of what is here`)

      progress.step('Making a safety copy')
      const safety = await makeSafetyCopy(context, current)
      progress.step('Replacing the database')
      const replaced = await database.replace(path, expected)
      if (replaced.state !== 'done') {
        refuseCircumstances(replaced)
        return { findings: [unreadable(replaced, key)] }
      }
      await writeSync(local, remote, { etag: stored.etag, digest })
      return told('ok', `${size} in place${safety === null ? '' : '; to undo: hubkeeper restore --undo'}`)
    },
  })

/** What is here: a digest where it can be read, none where it is damaged or not there at all. */
async function lookAt(
  current: Outcome<Snapshot>,
): Promise<{ readonly present: boolean; readonly digest: string | null }> {
  if (current.state === 'fault' && current.fault.kind === 'missing') return { present: false, digest: null }
  if (current.state !== 'done') return { present: true, digest: null }
  const { digest } = await current.value.examine(['digest'])
  if (digest.state !== 'done') refuseCircumstances(digest)
  return { present: true, digest: digest.state === 'done' ? digest.value.value : null }
}

/** What is here is damaged, but somebody may yet want to get something out of it. */
const unreadableHere = (key: string): HubkeeperError =>
  new HubkeeperError('database-unreadable', `${key} on this machine cannot be read to its end`, {
    hint: 'restore a backup: hubkeeper restore latest; or take what the bucket holds, with a copy of these bytes: hubkeeper pull --discard-local',
  })

/** This machine holds what the bucket has never seen. */
const notPushed = (key: string): HubkeeperError =>
  new HubkeeperError('database-changed', `${key} holds changes that were never pushed`, {
    hint: 'push them: hubkeeper push; or give them up, with a safety copy: hubkeeper pull --discard-local',
  })

/** The content digest of a file that is sound. @throws HubkeeperError for one that is not */
async function digestOfSound(engine: Engine, path: string, scratch: string): Promise<string> {
  const unsound = (reason: string): HubkeeperError =>
    new HubkeeperError('database-unreadable', `what the bucket holds is not sound: ${reason}`, {
      hint: 'nothing was touched; restore a backup there: hubkeeper invoke restore-backup',
    })
  const refuse = (outcome: Parameters<typeof reasonOf>[0]): HubkeeperError => {
    refuseCircumstances(outcome)
    return unsound(reasonOf(outcome))
  }
  const { digest, integrity } = await engine.examine(path, { parts: ['integrity', 'digest'], scratch })
  if (integrity.state !== 'done') throw refuse(integrity)
  const [problem] = integrity.value
  if (problem !== undefined) throw unsound(problem)
  if (digest.state !== 'done') throw refuse(digest)
  return digest.value.value
}
