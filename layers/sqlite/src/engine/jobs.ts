import { constants, copyFileSync, rmSync } from 'node:fs'
import type { Outcome } from '@hubkeeper/core'
import { digestWithoutRows } from '../digest/database.ts'
import { nativeSource, readSchema } from '../digest/native-source.ts'
import { readHeader } from '../examine/header.ts'
import { optimizeMask } from '../examine/statistics.ts'
import { mergeableIndexes } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'
import { mendRows } from '../search/mend.ts'
import { rebuildIndex } from '../search/rebuild.ts'
import { openHostile, scalar } from './connection.ts'
import { copyDatabase, stampWriter, writerOf } from './copy.ts'
import { failedWith, sniff } from './fault.ts'
import { failedAfter, untilUnlocked, whileLocked } from './locks.ts'
import type { Job } from './protocol.ts'

type JobOf<K extends Job['kind']> = Extract<Job, { kind: K }>

/** How long one try waits for a lock, ms, with ever longer pauses: a new try begins with short ones. */
const patience = 20

/** A consistent copy of a live database, by SQLite's backup API in one step. */
export async function snapshot({ lockTimeout, source, target }: JobOf<'snapshot'>, heapLimit: number) {
  const fault = sniff(source)
  if (fault !== null) return { state: 'fault', fault } as const
  const open = () => openHostile(source, { readOnly: true, heapLimit, timeout: patience })
  try {
    const writer = writerOf(source)
    const database = await untilUnlocked(lockTimeout, open)
    try {
      const pages = await untilUnlocked(lockTimeout, () => {
        rmSync(target, { force: true })
        return copyDatabase(database, target)
      })
      stampWriter(target, writer)
      return { state: 'done', value: { pages } } as const
    } finally {
      database.close()
    }
  } catch (error) {
    return failedAfter(error, source, lockTimeout)
  }
}

/** The content of `source` into the live file `target`, in one transaction of its own. */
export async function restore({ lockTimeout, source, target }: JobOf<'restore'>, heapLimit: number) {
  return whileLocked(lockTimeout, target, async () => {
    const database = openHostile(source, { readOnly: true, immutable: true, heapLimit })
    try {
      return { pages: await copyDatabase(database, target) }
    } finally {
      database.close()
    }
  })
}

/** Opens a copy, so that SQLite puts back what the journal beside it says of an unfinished transaction. */
export function rollBack({ path }: JobOf<'roll-back'>, heapLimit: number): Outcome<{ pages: number }> {
  try {
    const database = openHostile(path, { readOnly: false, heapLimit })
    try {
      return { state: 'done', value: { pages: scalar(database, 'PRAGMA page_count', 'number') } }
    } finally {
      database.close()
    }
  } catch (error) {
    return failedWith(error, path)
  }
}

/** What came of a compact copy. */
interface Compacted {
  readonly pages: number
  /** Full-text indexes that could not be made anew; they are as they were. */
  readonly notRebuilt: { readonly index: string; readonly reason: string }[]
}

/** Writes a file at rest compactly to a new one, its full-text indexes merged, its statistics fresh. */
export async function compact(job: JobOf<'compact'>, heapLimit: number): Promise<Outcome<Compacted>> {
  const { analyze, mend = [], path, rebuild = [], searchIndexes, target } = job
  const fault = sniff(path)
  if (fault !== null) return { state: 'fault', fault }
  const merged = `${target}-merged`
  try {
    const { journalMode } = readHeader(path)
    const isMerged = searchIndexes.length + rebuild.length > 0
    const notRebuilt = isMerged ? mergeIndexes(path, merged, { searchIndexes, rebuild, mend }, heapLimit) : []
    const source = openHostile(isMerged ? merged : path, {
      readOnly: true,
      immutable: true,
      heapLimit,
    })
    try {
      source.prepare('VACUUM INTO ?').run(target)
    } finally {
      source.close()
    }
    const pages = finish(target, { analyze, journalMode }, heapLimit)
    // Where rows were allowed to change, no digest says by itself that nothing else did.
    if (mend.length > 0 && withoutRows(path, heapLimit) !== withoutRows(target, heapLimit)) {
      throw new Error(`the copy has another schema, version or encoding than ${path}`)
    }
    return { state: 'done', value: { pages, notRebuilt } }
  } catch (error) {
    rmSync(target, { force: true })
    return failedWith(error, path)
  } finally {
    for (const file of [merged, `${merged}-journal`, `${target}-wal`, `${target}-shm`])
      rmSync(file, { force: true })
  }
}

/** What a file at rest is but for its rows. */
function withoutRows(path: string, heapLimit: number): string {
  const database = openHostile(path, { readOnly: true, immutable: true, heapLimit })
  try {
    return digestWithoutRows(nativeSource(database))
  } finally {
    database.close()
  }
}

/** A file that is thrown away after any fault needs neither a journal on disk nor a sync. */
const undurable = 'PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF'

/** Gives those that could not be made anew. */
function mergeIndexes(
  path: string,
  merged: string,
  { mend, rebuild, searchIndexes }: Required<Pick<JobOf<'compact'>, 'mend' | 'rebuild' | 'searchIndexes'>>,
  heapLimit: number,
): Compacted['notRebuilt'] {
  copyFileSync(path, merged, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  const database = openHostile(merged, { readOnly: false, heapLimit })
  try {
    database.exec(undurable)
    const schema = readSchema(database)
    const notRebuilt = mergeableIndexes(schema, rebuild).flatMap(({ name }) => {
      const source = mend.find(({ index }) => index === name)
      // Rows can only be taken out of an index that has what its content says.
      const reason =
        rebuildIndex(database, name) ?? (source === undefined ? null : mendRows(database, source))
      return reason === null ? [] : [{ index: name, reason }]
    })
    const left = new Set(notRebuilt.map(({ index }) => index))
    const names = [...searchIndexes, ...rebuild.filter((name) => !left.has(name))]
    for (const { name } of mergeableIndexes(schema, names)) {
      database.exec(`INSERT INTO ${quoteName(name)}(${quoteName(name)}) VALUES ('optimize')`)
    }
    return notRebuilt
  } finally {
    database.close()
  }
}

/** Fresh statistics, and what VACUUM INTO drops; gives the pages. */
function finish(
  target: string,
  { analyze, journalMode }: { analyze: boolean; journalMode: 'rollback' | 'wal' },
  heapLimit: number,
): number {
  const database = openHostile(target, { readOnly: false, heapLimit })
  try {
    database.exec(undurable)
    database.exec(analyze ? 'ANALYZE' : `PRAGMA optimize(${optimizeMask})`)
    // VACUUM INTO always writes a rollback database.
    if (journalMode === 'wal') database.exec('PRAGMA journal_mode = WAL')
    return scalar(database, 'PRAGMA page_count', 'number')
  } finally {
    database.close()
  }
}
