import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Backup,
  type CopiedFile,
  type ExaminationPart,
  keys,
  mebibytes,
  ProofUnfinishedError,
} from '@hubkeeper/core'
import { type Engine, fingerprint } from '@hubkeeper/sqlite'
import { describe, expect, it } from 'vitest'
import { inProcessEngine } from '../fakes/in-process-engine.ts'
import { testEngine } from '../support/engine.ts'
import { createVault, dyingStore, Killed, type Vault } from '../support/vault.ts'

const notes = `CREATE TABLE notes (text, updated_at TEXT);
  INSERT INTO notes VALUES ('first', '2026-01-01T00:00:00Z'), ('second', '2026-11-20T08:30:00Z')`

/** Files of a hub, to be kept with a backup. */
async function filesIn({ directory }: Vault): Promise<CopiedFile[]> {
  const texts = { 'config/app.json': '{"a":1}', 'requirements.txt': 'flask==3.0.0\n' }
  return Promise.all(
    Object.entries(texts).map(async ([key, text]) => {
      const path = join(directory, key.replace('/', '-'))
      writeFileSync(path, text)
      const modifiedAt = '2026-11-01T00:00:00.000Z'
      return { key, path, ...(await fingerprint(path)), modifiedAt, mode: 0o644 }
    }),
  )
}

async function withFiles(vault: Vault): Promise<Backup> {
  const files = await filesIn(vault)
  return vault.create({}, files)
}

describe('a certificate', () => {
  it('says how long each stage of the proof took, and how many bytes it was about', async () => {
    const vault = await createVault(notes, testEngine())
    const backup = await withFiles(vault)
    const { certificate } = await vault.writer({ crossCheckMaxBytes: mebibytes(1) }).prove(backup)
    const { bytes } = backup.manifest
    expect(certificate.level).toBe('cross-checked')
    expect(certificate.stages.map(({ bytes, stage }) => [stage, bytes])).toEqual([
      ['bytes', bytes],
      ['structure', bytes],
      ['content', bytes],
      ['cross-check', bytes],
      ['files', 20],
    ])
    expect(certificate.stages.every(({ seconds }) => seconds > 0)).toBe(true)
  })

  it('says of each table how many bytes its rows are, and which is its newest time', async () => {
    const vault = await createVault(notes)
    const { certificate } = await vault.writer().prove(await vault.create())
    expect(certificate.tables).toEqual([
      expect.objectContaining({
        name: 'notes',
        rows: 2,
        payloadBytes: expect.any(Number),
        newest: { column: 'updated_at', at: '2026-11-20T08:30:00.000Z' },
      }),
    ])
  })

  it('tells of every file that is kept with the backup', async () => {
    const vault = await createVault()
    const { certificate } = await vault.writer().prove(await withFiles(vault))
    expect(certificate.files).toEqual({ count: 2, bytes: 20, faults: [] })
  })

  it('has no files where none are kept', async () => {
    const vault = await createVault()
    expect((await vault.writer().prove(await vault.create())).certificate.files).toBeNull()
  })

  it('names a file that was changed, one that is gone, and what does not belong there', async () => {
    const vault = await createVault()
    const backup = await withFiles(vault)
    const { id } = backup.manifest
    await vault.tamper(keys.backupFile(id, 'config/app.json'), (text) => text.replace('1', '2'))
    await vault.store.delete(keys.backupFile(id, 'requirements.txt'))
    await vault.store.put(keys.backupFile(id, 'config/other.json'), '{}')
    const { certificate } = await vault.writer().prove(backup)
    // The database is none the worse for it.
    expect(certificate.level).toBe('content')
    expect(certificate.files?.faults).toEqual([
      expect.stringContaining('the SHA-256 of its file config/app.json is'),
      'its file requirements.txt is gone',
      `${keys.backupFile(id, 'config/other.json')} does not belong to it`,
    ])
  })

  it('comes after the quarantine of what the guard objects to', async () => {
    const vault = await createVault()
    const backup = await vault.create()
    const store = dyingStore(vault.store, { change: 2, when: 'before' })
    const proving = vault.writer({ store }).prove(backup, async () => 'rows vanished')
    await expect(proving).rejects.toThrow(Killed)
    const { certificate, quarantine } = await vault.find(backup.manifest.id)
    expect({ certificate, reason: quarantine?.reason }).toEqual({
      certificate: null,
      reason: 'rows vanished',
    })
  })
})

describe('a backup that is proven again', () => {
  const orphans = `CREATE TABLE parents (id INTEGER PRIMARY KEY);
    CREATE TABLE children (parent REFERENCES parents (id));
    PRAGMA foreign_keys = OFF; INSERT INTO children VALUES (1), (2)`

  it('stays proven though its rows without a parent were cleared up since', async () => {
    const vault = await createVault(orphans)
    const old = await vault.create()
    await vault.writer().prove(old)
    await vault.execute('DELETE FROM children')
    await vault.writer().prove(await vault.create())
    const { certificate } = await vault.writer().prove(await vault.find(old.manifest.id))
    expect(certificate).toMatchObject({ level: 'content', foreignKeyViolations: 2, faults: [] })
  })

  it('is measured by the proven one before it where it has no proof itself', async () => {
    const vault = await createVault('CREATE TABLE parents (id INTEGER PRIMARY KEY)')
    await vault.writer().prove(await vault.create())
    await vault.execute(`PRAGMA foreign_keys = OFF; CREATE TABLE children (parent REFERENCES parents (id));
      INSERT INTO children VALUES (1)`)
    const { certificate } = await vault.writer().prove(await vault.create())
    expect(certificate.faults).toEqual(['1 rows without a parent, 0 in the proven backup before it'])
  })

  it('keeps its proof when the engine is ended, for its bytes are the ones that were proven', async () => {
    const vault = await createVault()
    const backup = await vault.create()
    const ended = inProcessEngine(async (job, run) => {
      const { lines } = await run()
      const stopped = { by: 'memory-limit' as const, detail: 'ended, as memory ran out' }
      return { lines: job.kind === 'examine' ? lines.slice(0, 1) : lines, stopped, peakMemory: null }
    })
    await vault.writer().prove(backup)
    const again = vault.writer({ engine: ended }).prove(await vault.find(backup.manifest.id))
    await expect(again).rejects.toMatchObject({ code: 'engine-failed' })
    expect((await vault.find(backup.manifest.id)).certificate?.level).toBe('content')
  })
})

const outOfTime = { by: 'time-limit', detail: 'ended after its limit' } as const

/** An engine that is ended by its time limit once it told of the last of these parts; tells what it was asked. */
function endedAfter(last: ExaminationPart | null): { engine: Engine; asked: ExaminationPart[][] } {
  const asked: ExaminationPart[][] = []
  const engine = inProcessEngine(async (job, run) => {
    if (job.kind !== 'examine') return run()
    asked.push([...job.parts])
    const { lines } = await run()
    if (last === null) return { lines, stopped: null, peakMemory: null }
    const end = lines.findIndex((line) => line.includes(`"name":"${last}"`)) + 1
    return { lines: lines.slice(0, end), stopped: outOfTime, peakMemory: null }
  })
  return { engine, asked }
}

/** An engine that is ended by its time limit once it told of the structure, and this of the integrity. */
const endedWith = (outcome: object): Engine =>
  inProcessEngine(async (job, run) => {
    const { lines } = await run()
    if (job.kind !== 'examine') return { lines, stopped: null, peakMemory: null }
    const integrity = JSON.stringify({ name: 'integrity', outcome, seconds: 0 })
    const structure = lines.filter((line) => line.includes('"name":"structure"'))
    return { lines: [...structure, integrity], stopped: outOfTime, peakMemory: null }
  })

const progressIn = ({ store }: Vault): string =>
  new TextDecoder().decode(store.body(keys.proofProgress) ?? new Uint8Array())

describe('a proof for which the time ran out', () => {
  it('certifies nothing, says what is left, and goes on there', async () => {
    const vault = await createVault()
    const backup = await vault.create()
    const { id } = backup.manifest
    const cut = endedAfter('foreign-keys')
    const unfinished = vault.writer({ engine: cut.engine }).prove(backup)
    await expect(unfinished).rejects.toThrow(ProofUnfinishedError)
    await expect(unfinished).rejects.toMatchObject({
      code: 'time-limit',
      message: `the proof of ${id} is not finished: search-indexes, digest, contents is left`,
      hint: expect.stringContaining('goes on there'),
    })
    expect((await vault.find(id)).certificate).toBeNull()
    const rest = endedAfter(null)
    const { certificate, examination } = await vault.writer({ engine: rest.engine }).prove(backup)
    expect(rest.asked).toEqual([['search-indexes', 'hazards', 'digest', 'contents', 'statistics']])
    expect(certificate).toMatchObject({ level: 'content', faults: [] })
    expect(examination?.integrity).toEqual({ state: 'done', value: [] })
    expect(progressIn(vault)).not.toContain(id)
  })

  it('says what to raise when one part alone takes longer than it may', async () => {
    const vault = await createVault()
    const backup = await vault.create()
    const proving = () => vault.writer({ engine: endedAfter('structure').engine }).prove(backup)
    await expect(proving()).rejects.toMatchObject({ hint: expect.stringContaining('goes on there') })
    await expect(proving()).rejects.toMatchObject({
      hint: expect.stringContaining('raise database.checkTimeoutMinutes'),
    })
  })

  it('is one for which nothing was looked at when the run ends soon', async () => {
    const vault = await createVault()
    const backup = await vault.create()
    const { asked, engine } = endedAfter(null)
    const deadline = new Date(vault.now().getTime() + 5000)
    await expect(vault.writer({ deadline, engine }).prove(backup)).rejects.toThrow(ProofUnfinishedError)
    expect(asked).toEqual([])
    expect((await vault.writer({ engine }).prove(backup)).certificate.level).toBe('content')
  })

  it('is certified all the same when only that is left of which a certificate says nothing', async () => {
    const vault = await createVault()
    const { engine } = endedAfter('contents')
    const { certificate } = await vault.writer({ engine }).prove(await vault.create())
    expect(certificate).toMatchObject({ level: 'content', faults: [] })
  })

  it('reads every byte again when it goes on', async () => {
    const vault = await createVault()
    const backup = await vault.create()
    const { engine } = endedAfter('contents')
    await expect(vault.writer({ engine: endedAfter('digest').engine }).prove(backup)).rejects.toThrow()
    await vault.store.put(backup.manifest.key, new Uint8Array(backup.manifest.bytes))
    expect((await vault.writer({ engine }).prove(backup)).certificate.level).toBe('none')
  })

  it.each([
    [
      'of other bytes',
      (text: string) => text.replace(/"sha256": "[0-9a-f]{64}"/, `"sha256": "${'0'.repeat(64)}"`),
    ],
    ['of another engine', (text: string) => text.replace(/"engine": "[^"]+"/, '"engine": "SQLite 3.0.0"')],
    ['that cannot be read', (text: string) => text.slice(0, -9)],
  ])('begins anew where there is only progress %s', async (_, change) => {
    const vault = await createVault()
    const backup = await vault.create()
    await expect(vault.writer({ engine: endedAfter('digest').engine }).prove(backup)).rejects.toThrow()
    await vault.tamper(keys.proofProgress, change)
    const { asked, engine } = endedAfter(null)
    await vault.writer({ engine }).prove(backup)
    expect(asked.flat()).toContain('integrity')
  })

  it('looks again at what was examined to its end, and found wrong', async () => {
    const vault = await createVault()
    const backup = await vault.create()
    const broken = endedWith({ state: 'done', value: ['row 3 is missing from an index'] })
    await expect(vault.writer({ engine: broken }).prove(backup)).rejects.toThrow(ProofUnfinishedError)
    expect((await vault.writer().prove(backup)).certificate).toMatchObject({ level: 'content', faults: [] })
  })

  it('looks again at what was found wrong', async () => {
    const vault = await createVault(
      'CREATE TABLE t (x COLLATE NOCASE); CREATE VIEW v AS SELECT nowhere(x) FROM t',
    )
    const backup = await vault.create()
    const fault = { kind: 'corrupt', message: 'a page is damaged', missing: [] }
    const broken = endedWith({ state: 'fault', fault })
    await expect(vault.writer({ engine: broken }).prove(backup)).rejects.toThrow(ProofUnfinishedError)
    const { asked, engine } = endedAfter(null)
    await vault.writer({ engine }).prove(backup)
    expect(asked.flat()).toContain('integrity')
    expect(asked.flat()).not.toContain('structure')
  })
})

describe('a proof of a large file that is killed', () => {
  it('goes on after what it had looked at', async () => {
    const vault = await createVault(`CREATE TABLE blobs (data);
      INSERT INTO blobs VALUES (zeroblob(${mebibytes(66)}))`)
    const backup = await vault.create()
    const { asked, engine } = endedAfter(null)
    // Its first change notes what it has seen of the structure, its second what it has seen of the content.
    const store = dyingStore(vault.store, { change: 2, when: 'before' })
    await expect(vault.writer({ engine, store }).prove(backup)).rejects.toThrow(Killed)
    const before = asked.length
    const { certificate } = await vault.writer({ engine }).prove(backup)
    expect(asked.slice(before)).toEqual([
      ['digest', 'contents'],
      ['hazards', 'statistics'],
    ])
    expect(certificate).toMatchObject({ level: 'content', faults: [] })
    expect(progressIn(vault)).not.toContain(backup.manifest.id)
  })
})
