import { readFile, stat, symlink } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  type BackupReader,
  HubkeeperError,
  type RestoredCopy,
  type Snapshot,
  type Statement,
  type TimedStatement,
  type TimingRequest,
} from '@hubkeeper/core'
import type { Engine } from '../engine/engine.ts'
import type { CustodyOptions } from './options.ts'
import { faultOf } from './outcomes.ts'
import type { Scratch } from './scratch.ts'

/** What can be asked of a backup that was read back. */
export type CopyQueries = Pick<BackupReader, 'timeStatements' | 'guessStatements' | 'readRestored'>

/** Times statements on a file at rest, one after the other: two at once would measure each other. */
export async function timeAll(
  engine: Pick<Engine, 'timeStatement'>,
  path: string,
  statements: readonly Statement[],
  request: TimingRequest,
): Promise<TimedStatement[]> {
  const timed: TimedStatement[] = []
  for (const statement of statements) timed.push(await engine.timeStatement(path, statement, request))
  return timed
}

/** What can be analysed of a snapshot: the parts of it that the engine gives for its file. */
export const analysesOf = (
  { database, engine, scratch }: CustodyOptions,
  path: string,
): Pick<Snapshot, 'benchmark' | 'guessContent' | 'profileContent' | 'compareSearchTables' | 'readRows'> => ({
  benchmark: (statements, request) =>
    onScratchDisk(scratch, path, (file) => engine.benchmark(file, statements, request)),
  guessContent: () => engine.guessContent(path),
  readRows: (tables, maxRows) =>
    onScratchDisk(scratch, path, (file) => engine.readRows(file, tables, maxRows)),
  profileContent: (request) => onScratchDisk(scratch, path, (file) => engine.profileContent(file, request)),
  async compareSearchTables(request) {
    try {
      const { size } = await stat(path)
      await scratch.requireSpace(size * 2, `comparing the search indexes of ${database.key}`)
    } catch (error) {
      if (!(error instanceof HubkeeperError && error.code === 'no-space')) throw error
      return faultOf('no-space', error.message)
    }
    return onScratchDisk(scratch, path, (file) =>
      engine.compareSearchTables(file, { ...request, scratch: scratch.directory }),
    )
  },
})

/** A file under a name on scratch disk: what SQLite sorts goes beside it, and may not go to the hub’s disk. */
async function onScratchDisk<T>(
  scratch: Scratch,
  path: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  if (path.startsWith(scratch.directory)) return use(path)
  const link = scratch.path(basename(path))
  await symlink(path, link)
  try {
    return await use(link)
  } finally {
    await scratch.remove(link)
  }
}

/** Queries on restored copies, each in a process of its own. */
export function queriesOf({ engine, scratch }: CustodyOptions): CopyQueries {
  const onScratch = <T>({ path }: RestoredCopy, use: (path: string) => Promise<T>): Promise<T> =>
    onScratchDisk(scratch, path, use)

  return {
    timeStatements: (copy, statements, request) =>
      onScratch(copy, (path) => timeAll(engine, path, statements, request)),
    guessStatements: (copy) => onScratch(copy, (path) => engine.guessStatements(path)),
    readRestored: async ({ path }, maxBytes) => ((await stat(path)).size > maxBytes ? null : readFile(path)),
  }
}
