import { constants, copyFileSync, rmSync } from 'node:fs'
import { backup } from 'node:sqlite'
import type { Outcome } from '@hubkeeper/core'
import { readSchema } from '../digest/native-source.ts'
import { optimizeMask, optimizePlan } from '../examine/statistics.ts'
import { readHeader } from '../examine/structure.ts'
import { fullTextIndexes } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'
import { openHostile, scalar } from './connection.ts'
import { failedWith, sniff } from './fault.ts'
import type { Job } from './protocol.ts'

type JobOf<K extends Job['kind']> = Extract<Job, { kind: K }>

/** Every page in one step: a snapshot that is never restarted by a writer. */
const allPages = 2 ** 31 - 1

const retryPause = 50

/** Repeats what a lock of another process refused, until `timeout` ms have passed. */
async function whileLocked<T>(timeout: number, path: string, attempt: () => Promise<T>): Promise<Outcome<T>> {
  const deadline = Date.now() + timeout
  for (;;) {
    try {
      return { state: 'done', value: await attempt() }
    } catch (error) {
      const failed = failedWith(error, path)
      const locked = failed.state === 'fault' && failed.fault.kind === 'locked'
      if (!locked) return failed
      if (Date.now() >= deadline) {
        const message = `${failed.fault.message}, for ${timeout / 1000} s`
        return { state: 'fault', fault: { ...failed.fault, message } }
      }
      await new Promise((resolve) => setTimeout(resolve, retryPause))
    }
  }
}

/** A consistent copy of a live database, by SQLite's backup API in one step. */
export async function snapshot({ lockTimeout, source, target }: JobOf<'snapshot'>, heapLimit: number) {
  const fault = sniff(source)
  if (fault !== null) return { state: 'fault', fault } as const
  return whileLocked(lockTimeout, source, async () => {
    rmSync(target, { force: true })
    const database = openHostile(source, { readOnly: true, heapLimit })
    try {
      return { pages: await backup(database, target, { rate: allPages }) }
    } finally {
      database.close()
    }
  })
}

/** The content of `source` into the live file `target`, in one transaction of its own. */
export async function restore({ lockTimeout, source, target }: JobOf<'restore'>, heapLimit: number) {
  return whileLocked(lockTimeout, target, async () => {
    const database = openHostile(source, { readOnly: true, immutable: true, heapLimit })
    try {
      return { pages: await backup(database, target, { rate: allPages }) }
    } finally {
      database.close()
    }
  })
}

/** Writes a file at rest compactly to a new one, its full-text indexes merged, its statistics fresh. */
export async function compact(job: JobOf<'compact'>, heapLimit: number): Promise<Outcome<{ pages: number }>> {
  const { analyze, path, searchIndexes, target } = job
  const merged = `${target}-merged`
  try {
    const { journalMode } = readHeader(path)
    if (searchIndexes.length > 0) mergeIndexes(path, merged, searchIndexes, heapLimit)
    const source = openHostile(searchIndexes.length > 0 ? merged : path, {
      readOnly: true,
      immutable: true,
      heapLimit,
    })
    try {
      source.prepare('VACUUM INTO ?').run(target)
    } finally {
      source.close()
    }
    return { state: 'done', value: { pages: finish(target, { analyze, journalMode }, heapLimit) } }
  } catch (error) {
    rmSync(target, { force: true })
    return failedWith(error, path)
  } finally {
    for (const file of [merged, `${merged}-journal`, `${target}-wal`, `${target}-shm`])
      rmSync(file, { force: true })
  }
}

/** A file that is thrown away after any fault needs neither a journal on disk nor a sync. */
const undurable = 'PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF'

function mergeIndexes(path: string, merged: string, names: readonly string[], heapLimit: number): void {
  copyFileSync(path, merged, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  const database = openHostile(merged, { readOnly: false, heapLimit })
  try {
    database.exec(undurable)
    // A contentless index is all there is of its content: it is never touched.
    const mergeable = fullTextIndexes(readSchema(database)).filter(({ content }) => content !== 'contentless')
    for (const { name } of mergeable.filter((index) => names.includes(index.name))) {
      database.exec(`INSERT INTO ${quoteName(name)}(${quoteName(name)}) VALUES ('optimize')`)
    }
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

/** `PRAGMA optimize` or ANALYZE in a live database, under SQLite's own locks. */
export async function optimize({ analyze, lockTimeout, path }: JobOf<'optimize'>, heapLimit: number) {
  const fault = sniff(path)
  if (fault !== null) return { state: 'fault', fault } as const
  return whileLocked(lockTimeout, path, async () => {
    const database = openHostile(path, { readOnly: false, heapLimit, timeout: 1000 })
    try {
      const statements = analyze ? ['ANALYZE'] : optimizePlan(database)
      if (statements.length > 0) database.exec(analyze ? 'ANALYZE' : `PRAGMA optimize(${optimizeMask})`)
      return { statements }
    } finally {
      database.close()
    }
  })
}
