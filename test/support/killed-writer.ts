import { spawnSync } from 'node:child_process'

/** Runs SQL in a database, in a process that is then killed with the database open: its journal stays. */
export function writeAndDie(path: string, sql: string): void {
  const program = `
    import { DatabaseSync } from 'node:sqlite'
    new DatabaseSync(${JSON.stringify(path)}).exec(${JSON.stringify(sql)})
    process.kill(process.pid, 'SIGKILL')`
  const { signal, stderr } = spawnSync(
    process.execPath,
    ['--no-warnings', '--input-type=module', '-e', program],
    { encoding: 'utf8' },
  )
  if (signal !== 'SIGKILL') throw new Error(stderr)
}

/** Changes every row of a table, more than fits into memory, and commits nothing. */
export const unfinished = (change: string): string => `PRAGMA cache_size = 1; BEGIN; ${change}`
