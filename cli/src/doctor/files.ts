import { randomUUID } from 'node:crypto'
import { access, constants, mkdir, open, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { formatBytes, messageOf } from '@hubkeeper/core'
import { processesWithOpen } from '@hubkeeper/sqlite'
import type { ConfiguredHub } from '../config.ts'
import { discover } from '../init/discovery.ts'
import { type DoctorCheck, fine, skipped, trouble } from './check.ts'
import { checkOwner } from './owner.ts'

const statOf = (path: string) => stat(path).catch(() => null)

/** The database: there, readable, ours, and used as `authority` says. */
export async function checkDatabaseFile(configured: ConfiguredHub): Promise<DoctorCheck[]> {
  const { hub, root } = configured
  const name = 'database'
  const path = join(root, hub.database.path)
  const stats = await statOf(path)
  if (stats === null) {
    return [trouble(name, 'critical', `there is no ${path}`, 'correct database.path in hubkeeper.json')]
  }
  const readable = await access(path, constants.R_OK).then(
    () => true,
    () => false,
  )
  if (!readable) {
    return [
      trouble(
        name,
        'critical',
        `${path} may not be read by this user`,
        'run hubkeeper as the user who owns it',
      ),
    ]
  }
  return [
    fine(name, `${hub.database.path}, ${formatBytes(stats.size)}`),
    ...(await checkOwner(configured)),
    await checkAuthority(hub.database.authority ?? 'server', path),
  ]
}

async function checkAuthority(authority: string, path: string): Promise<DoctorCheck> {
  const users = await processesWithOpen(path)
  const wal = await statOf(`${path}-wal`)
  const signs = [
    ...users.map((user) => `${user} has it open`),
    ...(wal !== null && wal.size > 0 ? ['a WAL lies beside it'] : []),
  ]
  if (authority === 'offline' && signs.length > 0) {
    return trouble(
      'authority',
      'critical',
      `offline, but ${signs.join(', ')}`,
      'set "authority": "server" in hubkeeper.json',
    )
  }
  return fine(
    'authority',
    authority === 'server' ? 'server: always treated as live' : 'offline: nobody has it open',
  )
}

/** The directories that are written: really writable, and with room. */
export async function checkDirectories(configured: ConfiguredHub): Promise<DoctorCheck[]> {
  const { backupsRoot, hub, root, scratch } = configured
  const { bucket } = hub.backups
  const size = (await statOf(join(root, hub.database.path)))?.size ?? 0
  const places = [
    ['state', join(root, 'state')],
    ['reports', join(root, 'reports')],
    ...(bucket === undefined ? [['backups', join(backupsRoot, 'backups')] as const] : []),
    ['scratch', scratch],
  ] as const
  const checks: DoctorCheck[] = []
  for (const [name, path] of places) checks.push(await checkWritable(name, path))
  checks.push(await checkSpace(scratch, size))
  if (bucket === undefined) checks.push(await checkSharedDisk(configured))
  else checks.push(skipped('backups', `in the bucket ${bucket.name}: try it with hubkeeper backup`))
  return checks
}

async function checkWritable(name: string, path: string): Promise<DoctorCheck> {
  const probe = join(path, `.hubkeeper-doctor-${randomUUID()}`)
  try {
    await mkdir(path, { recursive: true })
    await (await open(probe, 'wx')).close()
    await rm(probe)
    return fine(name, `${path} is writable`)
  } catch (error) {
    return trouble(
      name,
      'critical',
      `${path} is not writable: ${messageOf(error)}`,
      'give this user the right to write there',
    )
  }
}

async function checkSpace(scratch: string, size: number): Promise<DoctorCheck> {
  try {
    const { bavail, bsize } = await statfs(scratch)
    const free = bavail * bsize
    const needed = size * 4
    const detail = `${formatBytes(free)} free; a maintenance needs about ${formatBytes(needed)}`
    if (free >= needed) return fine('space', detail)
    return trouble('space', 'warning', detail, 'free space, or name another disk as scratch.directory')
  } catch (error) {
    return trouble('space', 'unknown', `${scratch}: ${messageOf(error)}`, 'make the directory')
  }
}

/** A disk that dies takes its backups along. */
async function checkSharedDisk({ backupsRoot, root }: ConfiguredHub): Promise<DoctorCheck> {
  const name = 'backups’ disk'
  const [hub, backups] = await Promise.all([statOf(root), statOf(join(backupsRoot, 'backups'))])
  if (hub === null || backups === null) {
    return trouble(name, 'unknown', 'one of the two is not there', 'see above')
  }
  if (hub.dev !== backups.dev) return fine(name, 'backups are on another file system than the database')
  const detail = 'backups share a file system with the database: one dead disk takes both'
  return trouble(
    name,
    'warning',
    detail,
    'set backups.directory in hubkeeper.json to a place on another disk',
  )
}

/** SQLite files that nobody keeps. */
export async function checkUnkept(
  { hub, root }: ConfiguredHub,
  kept: ReadonlySet<string>,
): Promise<DoctorCheck> {
  const { databases } = await discover(root)
  const unkept = databases.filter(({ key }) => key !== hub.database.path && !kept.has(join(root, key)))
  if (unkept.length === 0) return fine('other databases', 'none that nobody keeps')
  const names = unkept.map(({ key }) => key).join(', ')
  return trouble(
    'other databases',
    'warning',
    `nobody keeps ${names}`,
    'add each as a hub of its own in hubkeeper.json',
  )
}
