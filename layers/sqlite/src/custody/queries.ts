import { readFile, stat, symlink } from 'node:fs/promises'
import { basename } from 'node:path'
import type { BackupReader, RestoredCopy, Statement, TimedStatement, TimingRequest } from '@hubkeeper/core'
import type { Engine } from '../engine/engine.ts'
import type { CustodyOptions } from './options.ts'

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

/** Queries on restored copies, each in a process of its own. */
export function queriesOf({ engine, scratch }: CustodyOptions): CopyQueries {
  /** The copy under a name on scratch disk: where it lies among the backups, no query may sort on their disk. */
  async function onScratch<T>(copy: RestoredCopy, use: (path: string) => Promise<T>): Promise<T> {
    const path = scratch.path(basename(copy.path))
    await symlink(copy.path, path)
    try {
      return await use(path)
    } finally {
      await scratch.remove(path)
    }
  }

  return {
    timeStatements: (copy, statements, request) =>
      onScratch(copy, (path) => timeAll(engine, path, statements, request)),
    guessStatements: (copy) => onScratch(copy, (path) => engine.guessStatements(path)),
    readRestored: async ({ path }, maxBytes) => ((await stat(path)).size > maxBytes ? null : readFile(path)),
  }
}
