import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as z from 'zod'

const program = join(import.meta.dirname, '../sqlite/workers/writer.ts')
const endSchema = z.object({ longest: z.number(), refused: z.number() })

/** What became of a writer. */
export interface WriterEnd {
  /** The ids that were committed, as it was told by SQLite. */
  readonly acknowledged: readonly number[]
  /** The longest that a commit took, ms. */
  readonly longest: number
  /** Commits that were given up after 5 s without the lock. */
  readonly refused: number
}

/** A process that commits as fast as it can. */
export interface Writer {
  /** The newest id that was committed so far. */
  newest(): number
  stop(): Promise<WriterEnd>
}

/** Starts a writer, with so many ms between its commits; it has committed when this returns. */
export async function startWriter(path: string, pause = 0): Promise<Writer> {
  const child = spawn(process.execPath, ['--no-warnings', program, path, String(pause)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => lines.push(line))
  await once(reader, 'line')
  return {
    newest: () => Number(lines.at(-1)),
    async stop() {
      child.stdin.end()
      await once(child, 'close')
      const end = endSchema.parse(JSON.parse(lines.at(-1) ?? ''))
      return { ...end, acknowledged: lines.slice(0, -1).map(Number) }
    },
  }
}
