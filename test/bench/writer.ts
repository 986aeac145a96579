// A hub that never stops writing: node test/bench/writer.ts DATABASE PAUSE-MS, until its input ends.

import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'

const [, , path = '', pause = '20'] = process.argv
// What a Python server waits for a lock before it gives up.
const database = new DatabaseSync(path, { timeout: 5000 })
database.exec('CREATE TABLE IF NOT EXISTS commits (id INTEGER PRIMARY KEY, at TEXT NOT NULL)')
const add = database.prepare('INSERT INTO commits (at) VALUES (?)')
let stopped = false
process.stdin.once('end', () => {
  stopped = true
})
process.stdin.resume()

let commits = 0
let refused = 0
let longest = 0
while (!stopped) {
  const begun = performance.now()
  try {
    add.run(new Date().toISOString())
    commits += 1
  } catch {
    // Counted, not hidden: the figure below must be 0.
    refused += 1
  }
  longest = Math.max(longest, performance.now() - begun)
  await setTimeout(Number(pause))
}
const rows = Object.values(database.prepare('SELECT count(*) FROM commits').get() ?? {})[0]
database.close()
process.stdout.write(JSON.stringify({ commits, refused, longest, rows }))
