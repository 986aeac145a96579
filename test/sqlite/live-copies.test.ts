import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { testEngine } from '../support/engine.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { startWriter } from '../support/writer.ts'

/** What is wrong with a copy that must hold every id up to `acknowledged`; null when nothing is. */
function faultOf(copy: string, acknowledged: number): string | null {
  const database = new DatabaseSync(copy, { readOnly: true })
  try {
    const integrity = Object.values(database.prepare('PRAGMA integrity_check').get() ?? {})[0]
    if (integrity !== 'ok') return String(integrity)
    const held = database.prepare('SELECT count(*) AS n FROM commits WHERE id <= ?').get(acknowledged)?.n
    return held === acknowledged ? null : `${held} of ${acknowledged} commits`
  } finally {
    database.close()
  }
}

describe.each(['wal', 'delete'])('copies of a database in %s mode that is written all the time', (mode) => {
  it('are sound, all 50 of them, and hold every commit from before', async () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'live.db')
    const made = new DatabaseSync(path)
    made.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE filling (id INTEGER PRIMARY KEY, bytes BLOB)`)
    const fill = made.prepare('INSERT INTO filling (bytes) VALUES (randomblob(2000))')
    for (let i = 0; i < 200; i++) fill.run()
    made.close()
    const writer = await startWriter(path)
    const engine = testEngine({ lockTimeout: 30_000 })
    const bad: string[] = []
    const take = async (i: number): Promise<void> => {
      const acknowledged = writer.newest()
      const copy = join(directory, `copy-${i}.db`)
      const taken = await engine.snapshotLive(path, copy)
      const fault = taken.state === 'done' ? faultOf(copy, acknowledged) : JSON.stringify(taken)
      if (fault !== null) bad.push(`copy ${i}: ${fault}`)
    }
    for (let i = 0; i < 50; i += 5) await Promise.all([0, 1, 2, 3, 4].map((k) => take(i + k)))
    const { acknowledged, refused } = await writer.stop()
    expect(bad).toEqual([])
    expect(refused).toBe(0)
    expect(acknowledged.length).toBeGreaterThan(50)
  }, 300_000)
})
