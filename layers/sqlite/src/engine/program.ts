// What the child process runs: one job from standard input, one line per result on standard output.
import { createInterface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import type { Assignment, Line } from './protocol.ts'
import { work } from './work.ts'

async function tell(line: Line): Promise<void> {
  // Until it is written: a long line would be cut off by the end of this process.
  await new Promise((resolve) => process.stdout.write(`${JSON.stringify(line)}\n`, resolve))
  // Lets the end of standard input be noticed: then whoever asked is gone.
  await setImmediate()
}

const lines = createInterface({ input: process.stdin })
lines.once('line', (line) => {
  // The line comes from our own parent, which made it of an Assignment.
  const assignment: Assignment = JSON.parse(line)
  work(assignment, tell).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
      process.exit(70)
    },
  )
})
lines.once('close', () => process.exit(71))
