import { chmodSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { detectors, minutes } from '@hubkeeper/core'
import { type Engine, openDrill } from '@hubkeeper/sqlite'
import { describe, expect, it } from 'vitest'
import { fingerprint } from '../../layers/sqlite/src/custody/scratch.ts'
import { catalogue } from '../../layers/sqlite/src/drill/catalogue.ts'
import { inProcessEngine } from '../fakes/in-process-engine.ts'
import { baseNames, makeBase } from '../support/damage/bases.ts'
import { writeAnything } from '../support/damage/edits.ts'
import { custodyOf, faultIn, missedIn, practise, stateOf } from '../support/detector-drill.ts'
import { restoredCopy } from '../support/drilled-copy.ts'
import { testEngine } from '../support/engine.ts'
import { everyNth } from '../support/heavy.ts'
import { sampleHub } from '../support/hub.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const names = catalogue.map(({ name }) => name)

function base(name: (typeof baseNames)[number]): string {
  const path = join(temporaryDirectory(), 'hub.db')
  makeBase(name, path)
  return path
}

describe('a drill of the detectors', { timeout: 600_000 }, () => {
  it('plants every fault in a copy of a hub, in processes as proofs have them, and all are noticed', async () => {
    const { database } = sampleHub()
    const custody = await custodyOf(testEngine())
    const matrix = await openDrill(custody).run(await restoredCopy(database), {
      samples: 1,
      seed: 1,
      timeLimit: minutes(10),
    })
    expect(matrix.canary).toMatch(/^a copy of backup 20261124T043000Z-7f3k2p \(.+\) with canary tables$/)
    expect(matrix.faults.map(({ name }) => name)).toEqual(names)
    expect(missedIn(matrix)).toEqual([])
    expect(matrix).toMatchObject({ seed: 1, skipped: [], unable: [], falseAlarms: [] })
  })

  it.each(everyNth(baseNames, 4))(
    'notices every fault in a copy of a database of its own kind: %s',
    async (name) => {
      const matrix = await practise(base(name), { samples: 1 })
      expect(matrix.canary).toMatch(/^a copy of backup/)
      expect(missedIn(matrix)).toEqual([])
      expect(matrix).toMatchObject({ skipped: [], unable: [], falseAlarms: [] })
    },
  )

  it('notices every fault in a copy of a database whose view and trigger are broken', async () => {
    const path = base('constrained')
    writeAnything(
      path,
      `CREATE TABLE gone (a); CREATE VIEW broken AS SELECT a FROM gone;
       CREATE TRIGGER broken_too AFTER INSERT ON notes BEGIN INSERT INTO gone VALUES (1); END; DROP TABLE gone;`,
    )
    const matrix = await practise(path, { samples: 1 })
    expect(matrix.canary).toMatch(/^a copy of backup/)
    expect(matrix.skipped).toEqual([])
    expect(missedIn(matrix)).toEqual([])
  })

  it('shows that integrity_check misses what the bytes tell', async () => {
    const matrix = await practise(base('text'), { samples: 25 })
    const { byDetector, planted } = faultIn(matrix, 'flipped-bit')
    expect({ planted, bytes: byDetector.bytes }).toEqual({ planted: 25, bytes: 25 })
    expect(byDetector.integrity).toBeLessThan(25)
    expect(faultIn(matrix, 'appended-bytes').byDetector).toMatchObject({
      bytes: 25,
      integrity: 0,
      content: 0,
    })
  })

  it('counts each detector for what it sees alone', async () => {
    const matrix = await practise(base('fts5'))
    const seenBy = (name: string) =>
      detectors.filter((detector) => faultIn(matrix, name).byDetector[detector] > 0)
    expect(seenBy('truncation')).toEqual(['bytes', 'structure', 'cross-check'])
    expect(seenBy('dropped-index-row')).toEqual(['bytes', 'integrity', 'cross-check'])
    expect(seenBy('broken-foreign-key')).toEqual(['bytes', 'foreign-keys', 'content'])
    expect(seenBy('broken-fts-index')).toEqual(['bytes', 'search-indexes'])
    expect(seenBy('external-content-mismatch')).toEqual(['bytes', 'search-indexes'])
    expect(seenBy('stale-copy')).toEqual(['bytes', 'content', 'vanished'])
    expect(seenBy('missing-wal')).toEqual(['bytes', 'content', 'vanished'])
    expect(seenBy('emptied-table')).toEqual(['bytes', 'content', 'vanished'])
    expect(seenBy('missing-backup')).toEqual(['chain'])
    expect(seenBy('tampered-certificate')).toEqual(['chain'])
  })

  it('plants the same faults for the same seed, and others for another one', async () => {
    const path = base('fts5-external')
    const drill = (seed: number) => practise(path, { samples: 6, seed })
    const [once, again, other] = [await drill(3), await drill(3), await drill(4)]
    expect({ ...again, seconds: 0 }).toEqual({ ...once, seconds: 0 })
    expect({ ...other, seconds: 0, seed: 3 }).not.toEqual({ ...once, seconds: 0 })
  })

  it('plants a fault at the same place, however many others are planted', async () => {
    const path = base('text')
    const silent = { looks: () => ({ fingerprint: remembering() }) }
    const placesIn = async (samples: number) =>
      faultIn(await practise(path, { samples, ...silent }), 'flipped-bit').missed
    expect((await placesIn(5)).slice(0, 2)).toEqual(await placesIn(2))
  })

  it('only reads the stored backup, which may be read only, and leaves nothing on scratch disk', async () => {
    const path = base('wal')
    chmodSync(path, 0o400)
    const before = stateOf(path)
    const custody = await custodyOf(inProcessEngine())
    const matrix = await practise(path, { custody, samples: 1 })
    expect(missedIn(matrix)).toEqual([])
    expect(stateOf(path)).toEqual(before)
    expect(readdirSync(join(path, '..'))).toEqual(['hub.db'])
    expect(readdirSync(custody.scratch.directory)).toEqual([])
    expect((await custody.store.list('')).objects).toEqual([])
  })
})

/** A fingerprint that never changes. */
function remembering() {
  let first: Promise<{ bytes: number; sha256: string }> | undefined
  return (path: string) => {
    first ??= fingerprint(path)
    return first
  }
}

describe('a drill makes do with canary tables alone, and says so', { timeout: 120_000 }, () => {
  it('of a database that needs a collation that is not there', async () => {
    const path = base('text')
    writeAnything(
      path,
      `CREATE TABLE names (a); CREATE INDEX i ON names (a); INSERT INTO names VALUES ('x'), ('y');
       PRAGMA writable_schema = ON;
       UPDATE sqlite_schema SET sql = 'CREATE TABLE names (a COLLATE klingon)' WHERE name = 'names';`,
    )
    const matrix = await practise(path)
    expect(matrix.canary).toMatch(/^canary tables alone: .*klingon/)
    expect(matrix.faults.map(({ name }) => name)).toEqual(names)
    expect(missedIn(matrix)).toEqual([])
    expect(matrix.falseAlarms).toEqual([])
  })

  it('of a copy that is not sound, or is not what was written', async () => {
    const path = base('index')
    writeAnything(
      path,
      `UPDATE sqlite_schema SET sql = replace(sql, '(size)', '(id)') WHERE name = 'entries_by_size'`,
    )
    const unsound = await practise(path, { samples: 1 })
    expect(unsound.canary).toMatch(/^canary tables alone: .*integrity/)
    expect(missedIn(unsound)).toEqual([])
    const options = await custodyOf(testEngine())
    const copy = { ...(await restoredCopy(base('text'))), intact: false }
    const differing = await openDrill(options).run(copy, { samples: 0, seed: 1, timeLimit: 0 })
    expect(differing.canary).toBe('canary tables alone: the copy is not what its manifest says')
  })

  it('of a database with tables of their names, or one that is too large', async () => {
    const path = base('text')
    const database = new DatabaseSync(path)
    database.exec('CREATE TABLE hubkeeper_canary_keepers (a)')
    database.close()
    expect((await practise(path, { timeLimit: 0 })).canary).toMatch(/^canary tables alone: .*already exists/)
    const copy = { ...(await restoredCopy(base('text'))), bytes: 257 * 1024 ** 2 }
    const options = await custodyOf(testEngine())
    const large = await openDrill(options).run(copy, { samples: 0, seed: 1, timeLimit: 0 })
    expect(large.canary).toBe('canary tables alone: the copy has 257.0 MiB, more than 256.0 MiB')
  })
})

describe('what was not drilled is never said to be noticed', { timeout: 120_000 }, () => {
  it('when the time is over', async () => {
    const matrix = await practise(base('text'), { timeLimit: 0 })
    expect(matrix.faults).toEqual([])
    expect(matrix.skipped.map(({ name }) => name)).toEqual(names)
    expect(matrix.skipped[0]?.reason).toBe('the 0 ms of the drill were over')
  })

  it('when half of what is left of the run is over', async () => {
    const now = () => new Date('2026-11-25T12:00:00Z')
    const matrix = await practise(base('text'), { custody: { now, deadline: now() } })
    expect(matrix.skipped).toHaveLength(names.length)
  })

  it('when a fault is planted less often than was asked for', async () => {
    let looks = 0
    const matrix = await practise(base('text'), {
      samples: 3,
      looks: ({ examine }) => ({
        examine: async (path) => {
          looks += 1
          const seen = await examine(path)
          const stopped = { state: 'stopped', by: 'time-limit', detail: 'ended after 1 s' } as const
          return looks > 14 ? { ...seen, structure: stopped } : seen
        },
      }),
    })
    expect(matrix.skipped).toContainEqual({
      name: 'truncation',
      reason: 'planted 1 of 3 times: structure had no answer to it: ended after 1 s',
    })
    expect(faultIn(matrix, 'truncation')).toMatchObject({ planted: 1, noticed: 1 })
  })

  it('when it could not be planted', async () => {
    const real = inProcessEngine()
    const refused = {
      state: 'fault',
      fault: { kind: 'other', message: 'no such block', missing: [] },
    } as const
    const engine: Engine = {
      ...real,
      plant: async (path, step, seed) =>
        step === 'broken-fts-index' ? refused : real.plant(path, step, seed),
    }
    const matrix = await practise(base('text'), { custody: { engine }, samples: 1 })
    expect(matrix.skipped).toEqual([
      { name: 'broken-fts-index', reason: 'it could not be planted: no such block' },
    ])
    expect(matrix.faults.map(({ name }) => name)).not.toContain('broken-fts-index')
  })

  it('where a detector cannot look, as the second engine above its limit', async () => {
    const matrix = await practise(base('text'), { custody: { crossCheckMaxBytes: 1000 }, samples: 1 })
    expect(matrix.unable).toEqual([
      { detector: 'cross-check', reason: expect.stringContaining('database.crossCheckMaxBytes') },
    ])
    expect(faultIn(matrix, 'dropped-index-row').expected).toEqual(['bytes', 'integrity'])
    expect(missedIn(matrix)).toEqual([])
  })
})
