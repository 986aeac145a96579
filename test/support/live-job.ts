import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { type InPlaceRequest, mebibytes } from '@hubkeeper/core'
import { digestDatabase } from '../../layers/sqlite/src/digest/database.ts'
import { nativeSource } from '../../layers/sqlite/src/digest/native-source.ts'
import type { Job } from '../../layers/sqlite/src/engine/protocol.ts'

const program = join(import.meta.dirname, '../../layers/sqlite/src/engine/program.ts')

/** Everything that can be asked for, or less. */
export const request = (asked: Partial<InPlaceRequest> = {}): InPlaceRequest => ({
  analyze: false,
  searchIndexes: [],
  freePages: false,
  vacuum: false,
  lockBudgetSeconds: 60,
  ...asked,
})

/** The engine’s process at work on one job. */
export interface RunningJob {
  ended(): boolean
  /** Kills it, unless it has ended by itself. */
  kill(): Promise<void>
}

/** Starts the engine's process on one job, to be killed. */
export function startJob(job: Job): RunningJob {
  const child = spawn(process.execPath, ['--no-warnings', program], { stdio: ['pipe', 'ignore', 'inherit'] })
  const closed = once(child, 'close')
  child.stdin.on('error', () => {})
  child.stdin.write(`${JSON.stringify({ job, heapLimit: mebibytes(256) })}\n`)
  return {
    ended: () => child.exitCode !== null,
    async kill() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

/** Waits for a file to be made. */
export async function appears(path: string): Promise<void> {
  while (!existsSync(path)) await setTimeout(2)
}

/** The content digest of a database; what `integrity_check` says when that is not ok. */
export function contentOf(path: string): string {
  const database = new DatabaseSync(path, { timeout: 5000 })
  try {
    const integrity = Object.values(database.prepare('PRAGMA integrity_check').get() ?? {})[0]
    return integrity === 'ok' ? digestDatabase(nativeSource(database)).value : String(integrity)
  } finally {
    database.close()
  }
}

/** Makes a database: rows of about 1 KB, the last third deleted again: its pages are free. */
export function makeLive(path: string, options: { mode: string; rows: number; sql?: string }): void {
  const database = new DatabaseSync(path)
  database.exec(
    `${options.sql ?? ''}; PRAGMA journal_mode = ${options.mode};
    CREATE TABLE filling (id INTEGER PRIMARY KEY, word TEXT, bytes BLOB);
    CREATE INDEX filling_by_word ON filling (word);
    BEGIN`,
  )
  const fill = database.prepare(
    'INSERT INTO filling (word, bytes) VALUES (hex(randomblob(4)), randomblob(900))',
  )
  for (let i = 0; i < options.rows; i++) fill.run()
  database.exec(`COMMIT; DELETE FROM filling WHERE id > ${(options.rows * 2) / 3}`)
  database.close()
}
