import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { manifestSchema } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { hubkeeper, runTask } from '../support/cli.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { startWriter } from '../support/writer.ts'

/** A hub whose server has the database open, and room to be made smaller. */
function liveHub(): TestHub {
  const hub = sampleHub({ journalMode: 'wal', articles: 200, deletedShare: 0.5 })
  hub.configure({
    database: { authority: 'server', vacuum: { lockBudgetSeconds: 4 } },
    logs: { files: ['logs/*.log'] },
  })
  return hub
}

function idsIn(path: string): Set<number> {
  const database = new DatabaseSync(path, { readOnly: true })
  const rows = database.prepare('SELECT id FROM commits').all()
  database.close()
  return new Set(rows.map(({ id }) => Number(id)))
}

/** The commits that the newest safety copy holds. */
function idsInSafetyCopy({ directory }: TestHub): Set<number> {
  const folder = join(directory, 'backups')
  const manifests = readdirSync(folder)
    .map((id) => manifestSchema.parse(JSON.parse(readFileSync(join(folder, id, 'manifest.json'), 'utf8'))))
    .filter(({ reason }) => reason === 'safety')
    .toSorted((a, b) => a.takenAt.localeCompare(b.takenAt))
  return idsIn(join(directory, manifests.at(-1)?.key ?? ''))
}

describe('a server that never stops writing', () => {
  it('is kept for a whole day and week: every commit it was told of is there, and none was refused', async () => {
    const hub = liveHub()
    const writer = await startWriter(hub.database)
    const daily = await hubkeeper(hub.directory, ['run', 'daily'])
    const weekly = await hubkeeper(hub.directory, ['run', 'weekly', '--scheduled', '2026-11-22T14:00:00Z'])
    const { acknowledged, refused } = await writer.stop()
    expect([daily.code, weekly.code], `${daily.out}${weekly.out}${weekly.err}`).toEqual([0, 0])
    expect(refused).toBe(0)
    const there = idsIn(hub.database)
    expect(acknowledged.filter((id) => !there.has(id))).toEqual([])
    expect(hub.value('PRAGMA integrity_check')).toBe('ok')
  })

  it('has what it committed before a restore in the safety copy, and what it commits after in the database', async () => {
    const hub = liveHub()
    const writer = await startWriter(hub.database)
    await hubkeeper(hub.directory, ['backup'])
    const before = writer.newest()
    const restored = await runTask(hub.directory, ['restore', 'latest', '--yes'])
    const { refused } = await writer.stop()
    expect(refused).toBe(0)
    expect(restored.code).toBe(0)
    expect(restored.finding('content.preserved').status).toMatch(/^(skipped|warning)$/)
    const kept = idsInSafetyCopy(hub)
    for (let id = 1; id <= before; id++) expect(kept.has(id), `commit ${id}`).toBe(true)
    expect(hub.value('PRAGMA integrity_check')).toBe('ok')
  })
})
