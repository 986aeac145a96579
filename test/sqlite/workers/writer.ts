// A server that never stops writing: node writer.ts DATABASE [PAUSE-MS], until its input ends. Every committed
// id is a line on its output; the last line is what became of it all.
import { DatabaseSync } from 'node:sqlite'
import { setImmediate, setTimeout } from 'node:timers/promises'

const [, , path = '', pause = '0'] = process.argv
// What a Python server waits for a lock before it gives up.
const database = new DatabaseSync(path, { timeout: 5000 })
database.exec('CREATE TABLE IF NOT EXISTS commits (id INTEGER PRIMARY KEY, note TEXT NOT NULL)')
const add = database.prepare("INSERT INTO commits (note) VALUES ('written in between') RETURNING id")
let stopped = false
process.stdin.once('end', () => {
  stopped = true
})
process.stdin.resume()

let longest = 0
let refused = 0
while (!stopped) {
  const begun = performance.now()
  try {
    process.stdout.write(`${add.get()?.id}\n`)
  } catch {
    // Counted, not hidden: there must be none.
    refused += 1
  }
  longest = Math.max(longest, performance.now() - begun)
  await (pause === '0' ? setImmediate() : setTimeout(Number(pause)))
}
database.close()
process.stdout.write(`${JSON.stringify({ longest, refused })}\n`)
