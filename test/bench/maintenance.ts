// Whole maintenance of a database at rest beside the shell way and the bare steps: npm run bench
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makeDatabase } from './make-database.ts'
import { type Measured, measure, spread } from './measure.ts'

const { values } = parseArgs({
  options: { megabytes: { type: 'string', default: '400' }, runs: { type: 'string', default: '5' } },
})
const root = join(import.meta.dirname, '../..')
const work = mkdtempSync(join(tmpdir(), 'hubkeeper-bench-'))
const original = join(work, 'original.db')

const shellWay = `
  cp hub.db backup.db
  sqlite3 hub.db "PRAGMA integrity_check"
  sqlite3 hub.db VACUUM
  sqlite3 hub.db ANALYZE
  sqlite3 hub.db "INSERT INTO search(search) VALUES ('optimize')"
  sqlite3 hub.db "PRAGMA optimize"`

/** A fresh hub with a copy of the database in it. */
function freshHub(): string {
  const directory = join(work, 'hub')
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory)
  copyFileSync(original, join(directory, 'hub.db'))
  const config = { hubs: { bench: { database: { path: 'hub.db', authority: 'offline' } } } }
  writeFileSync(join(directory, 'hubkeeper.json'), JSON.stringify(config))
  return directory
}

const ways: Record<string, () => Promise<Measured>> = {
  hubkeeper: () =>
    measure(
      process.execPath,
      [join(root, 'cli/bin/hubkeeper.cjs'), 'run', 'database-maintenance'],
      freshHub(),
    ),
  shell: () => measure('sh', ['-ec', shellWay], freshHub()),
  'same engine, bare steps': () =>
    measure(process.execPath, [join(root, 'test/bench/bare.ts'), 'hub.db'], freshHub()),
}

try {
  makeDatabase(original, Number(values.megabytes) * 1024 ** 2)
  const results = new Map<string, Measured[]>()
  for (let run = 0; run < Number(values.runs); run++) {
    for (const [name, way] of Object.entries(ways)) {
      results.set(name, [...(results.get(name) ?? []), await way()])
    }
  }
  console.log(`${values.megabytes} MB with FTS5, ${values.runs} runs in turn: median (minimum–maximum)`)
  for (const [name, all] of results) {
    const seconds = spread(all.map((result) => result.seconds))
    console.log(
      `${name}: ${seconds} s, ${spread(all.map(({ peakMiB }) => peakMiB))} MiB in the largest process`,
    )
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
