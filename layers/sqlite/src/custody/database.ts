import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  type DatabaseMaintainer,
  type DatabaseReader,
  type DatabaseRestorer,
  formatBytes,
  HubkeeperError,
  type Look,
  type ObjectInfo,
  type Outcome,
  type Ports,
  PreconditionFailedError,
  type Replacement,
  type RewrittenCopy,
  replacing,
  type Snapshot,
} from '@hubkeeper/core'
import { type CommitMark, commitMark, foreignCommits } from './commit-mark.ts'
import { requireTime } from './forecast.ts'
import { inPlaceCustody } from './in-place.ts'
import { inJournalModeOf, obstacleInto } from './journal-mode.ts'
import { journalSize } from './journals.ts'
import { processesWithOpen } from './occupants.ts'
import type { CustodyOptions } from './options.ts'
import { failed, faultOf } from './outcomes.ts'
import { analysesOf, timeAll } from './queries.ts'
import { copyRaw } from './raw-copy.ts'
import { giveToOwnerOfDirectory, isLink, realPathOf } from './real-file.ts'
import { rewriteCopy } from './rewriting.ts'
import { fingerprint, sizeWithLog } from './scratch.ts'

/** Everything that custody can do with the database. */
type Database = Omit<DatabaseMaintainer, 'atRest'> & Omit<DatabaseRestorer, 'atRest'>

/**
 * The database of one hub under the protocol of `docs/database.md`, at a level of access: what the
 * level does not include is not there at run time either.
 */
export function openDatabase(
  options: CustodyOptions,
  level: keyof Ports['database'],
): Ports['database'][keyof Ports['database']] {
  if (level === 'maintain') return maintainerOf(options)
  if (level === 'restore') return restorerOf(options)
  const { etag, maintainInPlace, publish, rawCopy, rehearseVacuum, replace, rewrite, ...reader } =
    custodyOf(options)
  return reader
}

function maintainerOf(options: CustodyOptions): DatabaseMaintainer {
  const { etag, rawCopy, replace, ...maintainer } = custodyOf(options)
  return { ...maintainer, atRest: () => maintainerOf(resting(options)) }
}

function restorerOf(options: CustodyOptions): DatabaseRestorer {
  const { maintainInPlace, publish, rehearseVacuum, rewrite, ...restorer } = custodyOf(options)
  return { ...restorer, atRest: () => restorerOf(resting(options)) }
}

/** The same with the server stopped. */
const resting = (options: CustodyOptions): CustodyOptions => ({
  ...options,
  database: { ...options.database, authority: 'offline' },
})

/** The whole protocol: read as a snapshot, change only in the place of what was read. */
function custodyOf(given: CustodyOptions): Database {
  const named = given.database.path
  const path = named === null ? null : realPathOf(named)
  const options = { ...given, database: { ...given.database, path } }
  const { database, engine, scratch, store, now, fence } = options
  const linked = named !== null && isLink(named)
  const name = basename(database.key)
  /** A database of a server on another machine is only known by what that pushed to the store. */
  const replica = database.authority === 'server' && database.path === null
  const live = database.authority === 'server' && !replica
  /** Of the moment before the last snapshot of a live database. */
  let mark: CommitMark | null = null
  /** Whether its content was last read with what a journal holds. */
  let readThroughEngine = false

  async function journalsBeside(): Promise<string[]> {
    const signs: string[] = []
    for (const suffix of ['-wal', '-journal'] as const) {
      const bytes = await journalSize(options, suffix)
      if (bytes > 0) signs.push(`${database.key + suffix} (${formatBytes(bytes)}) lies beside it`)
    }
    return signs
  }

  const signsOfUse: DatabaseReader['signsOfUse'] = async () => {
    if (live) return []
    const signs = await journalsBeside()
    const processes = database.path === null ? [] : await processesWithOpen(database.path)
    return [...signs, ...processes.map((process) => `${process} has it open`)]
  }

  /** Under a database that is in use, no other file may be put: a journal would not fit it. */
  async function refuseInUse(): Promise<void> {
    const [sign] = await signsOfUse()
    if (sign !== undefined) throw new PreconditionFailedError(database.key, `that nobody uses it: ${sign}`)
  }

  /** Writing a file takes its time: this is looked at right before it is put in place. */
  async function lastLook(): Promise<void> {
    await fence()
    await refuseInUse()
  }

  /** Beside a database that is gone, a journal would be taken for that of the one put there. */
  async function refuseJournals(): Promise<void> {
    const [sign] = await journalsBeside()
    if (sign === undefined || (await etag()) !== null) return
    throw new HubkeeperError('database-missing', `there is no database at ${database.key}, but ${sign}`, {
      hint: 'nothing was changed: it may hold what was committed last; move it away to keep it, then restore again',
    })
  }

  /** Whether a file may be open: a WAL’s index lies beside one that is, or that was only read last. */
  async function mayBeOpen(path: string): Promise<boolean> {
    if (!(await exists(path))) return false
    // A link stays one: what it leads to is written through SQLite.
    return live || linked || (await exists(`${path}-shm`)) || (await signsOfUse()).length > 0
  }

  const isScratch = (path: string): boolean => path.startsWith(scratch.directory)

  const lookAt = (path: string): Omit<Look, 'bytes'> => ({
    examine: (parts) => engine.examine(path, { parts, scratch: scratch.directory }),
    dispose: () => (isScratch(path) ? scratch.remove(path) : Promise.resolve()),
  })

  const snapshotOf = (
    path: string,
    content: Pick<Snapshot, 'bytes' | 'sha256' | 'sourceEtag' | 'takenAt'>,
  ): Snapshot => ({
    path,
    ...content,
    ...lookAt(path),
    timeStatements: (statements, request) => timeAll(engine, path, statements, request),
    guessStatements: () => engine.guessStatements(path),
    ...analysesOf(options, path),
  })

  /** Through SQLite, under its locks, a WAL included. */
  async function snapshotThroughEngine(livePath: string): Promise<Outcome<Snapshot>> {
    const path = scratch.path(name)
    const takenAt = now()
    const size = await sizeWithLog(livePath)
    readThroughEngine = true
    mark = commitMark(livePath)
    await scratch.requireSpace(size, `a snapshot of ${database.key}`)
    const taken = await engine.snapshotLive(livePath, path)
    if (taken.state !== 'done') return failed(taken)
    const { bytes, sha256 } = await fingerprint(path)
    return { state: 'done', value: snapshotOf(path, { bytes, sha256, sourceEtag: null, takenAt }) }
  }

  /** The stored version as it is, byte for byte. */
  async function snapshotThroughStore(): Promise<Outcome<Snapshot>> {
    const info = await store.head(database.key)
    if (info === null) return faultOf('missing', `there is no database at ${database.key}`)
    if (info.bytes === 0) return faultOf('empty', `${database.key} is empty: 0 bytes`)
    requireTime(options, info.bytes, database.key)
    const takenAt = now()
    const { path, sha256 } = await readVersion(info)
    return {
      state: 'done',
      value: snapshotOf(path, { bytes: info.bytes, sha256, sourceEtag: info.etag, takenAt }),
    }
  }

  /** A version to read: where it lies, when that is on this machine, for nobody writes it there. */
  async function readVersion({ bytes, etag }: ObjectInfo): Promise<{ path: string; sha256: string }> {
    const file = await store.fileOf(database.key)
    if (file === null) {
      await scratch.requireSpace(bytes, `a copy of ${database.key}`)
      const path = scratch.path(name)
      return { path, sha256: (await store.download(database.key, path, { ifMatch: etag })).sha256 }
    }
    const { sha256 } = await fingerprint(file)
    if ((await store.head(database.key))?.etag === etag) return { path: file, sha256 }
    throw new PreconditionFailedError(database.key, 'that it does not change while it is read')
  }

  async function snapshot(): Promise<Outcome<Snapshot>> {
    const { path } = database
    if (live && path !== null) return snapshotThroughEngine(path)
    // What a journal holds is part of the content, and only SQLite can read it.
    if (path !== null && (await signsOfUse()).length > 0) return snapshotThroughEngine(path)
    return snapshotThroughStore()
  }

  async function publish(copy: RewrittenCopy, { sourceEtag }: Snapshot): Promise<void> {
    if (sourceEtag === null) {
      throw new HubkeeperError('not-available', `${database.key} is live: a file is not put in its place`, {
        hint: 'this is a defect of the task; nothing was done',
      })
    }
    if (linked) {
      throw new HubkeeperError('not-available', `${database.key} is a link: no file is put in its place`, {
        hint: 'name the file that it leads to as database.path in hubkeeper.json; nothing was done',
      })
    }
    await fence()
    await refuseInUse()
    const condition = { ifMatch: sourceEtag }
    await store.upload(copy.path, database.key, { condition, consume: true, confirm: lastLook })
  }

  async function replaceLive(livePath: string, path: string): Promise<Outcome<Replacement>> {
    const obstacle = await obstacleInto(livePath, path)
    if (obstacle !== null) return faultOf('other', obstacle)
    await fence()
    const seen = mark
    const restored = await engine.restoreLive(path, livePath)
    if (restored.state !== 'done') return failed(restored)
    const commitsSince = () => foreignCommits(seen, commitMark(livePath))
    return { state: 'done', value: { etag: null, foreignCommits: commitsSince(), commitsSince } }
  }

  const etag: DatabaseRestorer['etag'] = async () =>
    live ? null : ((await store.head(database.key))?.etag ?? null)

  return {
    key: database.key,
    authority: database.authority,
    replica,
    signsOfUse,
    snapshot,
    rewrite: (source, request) => rewriteCopy(options, source, request),
    publish,
    etag,
    ...inPlaceCustody(options, lookAt),

    async replace(path, expected) {
      const { path: livePath } = database
      const source = livePath === null ? path : await inJournalModeOf(livePath, path, scratch)
      if (livePath !== null && (await mayBeOpen(livePath))) {
        const unused = !live && (await signsOfUse()).length === 0
        if (unused && (await etag()) !== expected.etag) {
          throw new PreconditionFailedError(database.key, `ETag ${expected.etag}`)
        }
        // What somebody who has it open since may have committed was not read.
        if (!unused && !readThroughEngine) await refuseInUse()
        const replaced = await replaceLive(livePath, source)
        if (!unused || replaced.state !== 'done') return replaced
        return { state: 'done', value: { ...replaced.value, foreignCommits: 0, commitsSince: () => 0 } }
      }
      await refuseJournals()
      await fence()
      await refuseInUse()
      const condition = replacing(expected.etag)
      const { info } = await store.upload(source, database.key, { condition, confirm: lastLook })
      if (expected.etag === null && livePath !== null) await giveToOwnerOfDirectory(livePath)
      return { state: 'done', value: { etag: info.etag, foreignCommits: 0, commitsSince: () => 0 } }
    },

    async rawCopy() {
      const info = await store.head(database.key)
      if (info === null) return null
      requireTime(options, info.bytes, database.key)
      const takenAt = now()
      const { path, ...copy } = await copyRaw(options, info)
      return snapshotOf(path, { ...copy, sourceEtag: null, takenAt })
    },
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
