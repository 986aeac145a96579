import { access, constants, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConfiguredHub } from '../config.ts'
import { type DoctorCheck, fine, trouble } from './check.ts'

const statOf = (path: string) => stat(path).catch(() => null)

/** Whose the database is, what lies beside it and what is kept of it: one user should have all of it. */
export async function checkOwner({ hub, root }: ConfiguredHub): Promise<DoctorCheck[]> {
  const key = hub.database.path
  const database = await statOf(join(root, key))
  const uid = process.getuid?.()
  if (database === null || uid === undefined) return []
  return [
    keeperCheck(database.uid, uid),
    ...(await checkJournals(join(root, key), key, database.uid)),
    ...(await checkState(root, uid)),
  ]
}

function keeperCheck(owner: number, uid: number): DoctorCheck {
  if (owner === uid) return fine('owner', 'the database belongs to this user')
  const detail =
    uid === 0
      ? `it belongs to user ${owner}, this is root: files beside the database get that owner, state, reports and backups are root’s`
      : `it belongs to user ${owner}, this is user ${uid}: files made beside it could lock its server out`
  return trouble('owner', 'warning', detail, `run hubkeeper as user ${owner}`)
}

/** A WAL of another user than the database locks the server out that has to write it. */
async function checkJournals(path: string, key: string, owner: number): Promise<DoctorCheck[]> {
  const checks: DoctorCheck[] = []
  for (const suffix of ['-wal', '-shm', '-journal']) {
    const stats = await statOf(path + suffix)
    if (stats === null || stats.uid === owner) continue
    const detail = `${key}${suffix} belongs to user ${stats.uid}, the database to user ${owner}: its server may not be able to write`
    checks.push(trouble('owner', 'critical', detail, `chown ${owner} ${path}${suffix}; never delete it`))
  }
  return checks
}

/** What a run of another user left, and this one cannot go on with. */
async function checkState(root: string, uid: number): Promise<DoctorCheck[]> {
  const checks: DoctorCheck[] = []
  for (const name of ['ledger.db', 'locks.db', 'control.db', 'watch.db']) {
    const path = join(root, 'state', name)
    const stats = await statOf(path)
    if (stats === null || (await isWritable(path))) continue
    const detail = `state/${name} belongs to user ${stats.uid} and cannot be written: a run as that user made it`
    checks.push(trouble('owner', 'critical', detail, `chown -R ${uid} ${join(root, 'state')}`))
  }
  return checks
}

const isWritable = (path: string): Promise<boolean> =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  )
