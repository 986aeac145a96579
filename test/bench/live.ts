// How long a hub that never stops writing waits while it is kept: npm run bench:live
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { startWriter } from '../support/writer.ts'
import { makeDatabase } from './make-database.ts'
import { measure } from './measure.ts'

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '400' },
    pause: { type: 'string', default: '15' },
    journal: { type: 'string', default: 'wal' },
    budget: { type: 'string', default: '2' },
  },
})
const root = join(import.meta.dirname, '../..')
const work = mkdtempSync(join(tmpdir(), 'hubkeeper-bench-'))
const database = join(work, 'hub.db')
const program = join(root, 'cli/bin/hubkeeper.cjs')

const steps: readonly (readonly string[])[] = [
  ['run', 'backup'],
  ['run', 'health-check'],
  ['run', 'log-rotation'],
  ['run', 'database-maintenance', '--scheduled', '2026-11-22T14:15:00Z'],
  ['run', 'performance-review'],
  ['run', 'cleanup'],
  ['restore', 'latest', '--yes'],
]

try {
  mkdirSync(join(work, 'logs'))
  writeFileSync(join(work, 'logs/hub.log'), '2026-11-25 10:00:00 INFO started\n'.repeat(10_000))
  makeDatabase(database, Number(values.megabytes) * 1024 ** 2)
  const made = new DatabaseSync(database)
  made.exec(`PRAGMA journal_mode = ${values.journal}`)
  made.close()
  const config = {
    hubs: {
      bench: {
        database: {
          path: 'hub.db',
          authority: 'server',
          vacuum: { lockBudgetSeconds: Number(values.budget) },
        },
        logs: { files: ['logs/*.log'] },
      },
    },
  }
  writeFileSync(join(work, 'hubkeeper.json'), JSON.stringify(config))
  console.log(`${values.megabytes} MB with FTS5, ${values.journal}, a commit every ${values.pause} ms`)
  for (const args of steps) {
    const writer = await startWriter(database, Number(values.pause))
    const { peakMiB, seconds } = await measure(process.execPath, [program, ...args], work)
    const { acknowledged, longest, refused } = await writer.stop()
    console.log(
      `${args.join(' ')}: ${seconds.toFixed(1)} s, ${peakMiB.toFixed(0)} MiB in the largest process; ${acknowledged.length} commits, ${refused} refused, longest wait ${Math.round(longest)} ms`,
    )
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
