import { constants } from 'node:fs'
import { copyFile, stat, statfs } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import {
  type DatabaseMaintainer,
  HubkeeperError,
  type InPlaceRequest,
  type InPlaceWork,
  type Look,
  type Outcome,
  type Snapshot,
  type VacuumRehearsal,
} from '@hubkeeper/core'
import type { CustodyOptions } from './options.ts'
import { failed, faultOf } from './outcomes.ts'
import { beginRebuild, notRebuiltIn, type Rebuilding, withinLimits } from './rebuilding.ts'
import { sizeWithLog } from './scratch.ts'

/** The part of custody that works inside a live database. */
export function inPlaceCustody(
  { database, engine, fence, scratch }: CustodyOptions,
  lookAt: (path: string) => Omit<Look, 'bytes'>,
): Pick<DatabaseMaintainer, 'maintainInPlace' | 'rehearseVacuum'> {
  const name = basename(database.key)

  function livePath(): string {
    if (database.authority === 'server' && database.path !== null) return database.path
    throw new HubkeeperError(
      'not-available',
      `${database.key} is not live: it is made compact by rewriting`,
      {
        hint: 'this is a defect of the task; nothing was done',
      },
    )
  }

  async function rehearse(snapshot: Snapshot, copy: string): Promise<Outcome<VacuumRehearsal>> {
    await copyFile(snapshot.path, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    const rehearsed = await engine.rehearseVacuum(copy)
    if (rehearsed.state !== 'done') return failed(rehearsed)
    const { digest } = await engine.examine(copy, { parts: ['digest'], scratch: scratch.directory })
    if (digest.state !== 'done') return failed(digest)
    const freeBytes = await freeBytesBeside(livePath())
    return { state: 'done', value: { ...rehearsed.value, digest: digest.value, freeBytes } }
  }

  /** What of the wanted indexes may be rebuilt in place, by what that takes with a copy that is thrown away. */
  async function rehearseRebuilds(
    path: string,
    { lockBudgetSeconds, rebuild = [] }: InPlaceRequest,
  ): Promise<Outcome<Rebuilding>> {
    if (rebuild.length === 0) return { state: 'done', value: await beginRebuild(engine, path, []) }
    const copy = scratch.path(name)
    try {
      const taken = await engine.snapshotLive(path, copy)
      if (taken.state !== 'done') return failed(taken)
      const rebuilding = await beginRebuild(engine, copy, rebuild)
      const freeBytes = await freeBytesBeside(path)
      const limits = { lockBudgetSeconds, freeBytes }
      return { state: 'done', value: await withinLimits(engine, copy, rebuilding, limits) }
    } finally {
      for (const suffix of ['', '-wal', '-shm', '-journal']) await scratch.remove(copy + suffix)
    }
  }

  async function seenAt(path: string): Promise<Look> {
    return { bytes: (await stat(path)).size, ...lookAt(path) }
  }

  return {
    async rehearseVacuum(snapshot) {
      try {
        // The copy, and the one that SQLite makes of it.
        await scratch.requireSpace(snapshot.bytes * 3, `rehearsing VACUUM of ${database.key}`)
      } catch (error) {
        if (!(error instanceof HubkeeperError && error.code === 'no-space')) throw error
        return faultOf('no-space', error.message)
      }
      const copy = scratch.path(name)
      try {
        return await rehearse(snapshot, copy)
      } finally {
        for (const suffix of ['', '-wal', '-shm', '-journal']) await scratch.remove(copy + suffix)
      }
    },

    async maintainInPlace(request): Promise<Outcome<InPlaceWork>> {
      const path = livePath()
      const copies = (await sizeWithLog(path)) * (request.vacuum || request.rebuild !== undefined ? 3 : 2)
      await scratch.requireSpace(copies, `snapshots of ${database.key} before and after its maintenance`)
      const before = scratch.path(name)
      const after = scratch.path(name)
      const rebuilding = await rehearseRebuilds(path, request)
      if (rebuilding.state !== 'done') return failed(rebuilding)
      const { end, indexes } = rebuilding.value
      await fence()
      const work = await engine.maintainLive(path, { before, after }, { ...request, rebuild: indexes })
      if (work.state !== 'done') return failed(work)
      const rebuilt = await end(after, notRebuiltIn(work.value.steps))
      return {
        state: 'done',
        value: {
          ...work.value,
          before: await seenAt(before),
          after: await seenAt(after),
          ...(rebuilt.length === 0 ? {} : { rebuilt }),
        },
      }
    },
  }
}

/** Free on the disk of a file, bytes. */
async function freeBytesBeside(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(dirname(path))
  return bavail * bsize
}
