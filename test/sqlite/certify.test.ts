import { type BackupManifest, type Examination, isProof, type reaches } from '@hubkeeper/core'
import { certify } from '@hubkeeper/sqlite'
import { describe, expect, it } from 'vitest'

const sha256 = 'a'.repeat(64)
const digest = 'd'.repeat(64)

const manifest: BackupManifest = {
  schema: 1,
  id: 'b',
  hub: 'hub',
  database: 'hub.db',
  key: 'backups/b/hub.db',
  reason: 'daily',
  run: 'r',
  takenAt: '2026-11-24T04:30:00.000Z',
  bytes: 4096,
  sha256,
  sourceEtag: null,
  files: [],
}

const done = <T>(value: T) => ({ state: 'done', value }) as const

const sound: Examination = {
  structure: done({
    bytes: 4096,
    pageSize: 4096,
    pageCount: 1,
    freelistPages: 0,
    journalMode: 'rollback',
    autoVacuum: 'none',
    encoding: 'UTF-8',
    userVersion: 0,
    applicationId: 0,
    tables: 1,
    engineVersion: '3.53.4',
    writerVersion: null,
    missing: [],
  }),
  integrity: done([]),
  foreignKeys: done([]),
  searchIndexes: done([]),
  hazards: done([]),
  digest: done({ version: 1, value: digest, tables: [] }),
  contents: { state: 'skipped', reason: 'not asked for' },
  statistics: { state: 'skipped', reason: 'not asked for' },
  peakMemory: null,
  seconds: {},
}

const second = done({ engineVersion: '3.54.1', integrity: [], digest, seconds: 1 })

const judge = (changes: Partial<Parameters<typeof certify>[0]> = {}) =>
  certify({
    manifest,
    bytes: 4096,
    sha256,
    examination: sound,
    crossCheck: second,
    crossCheckSkipped: null,
    baseline: null,
    ...changes,
  })

const examined = (changes: Partial<Examination>) => judge({ examination: { ...sound, ...changes } })

describe('a certificate reaches', () => {
  it('nothing, when one byte of the stored copy differs or is missing', () => {
    expect(judge({ sha256: 'b'.repeat(64) })).toMatchObject({
      level: 'none',
      faults: [expect.stringContaining('SHA-256')],
    })
    expect(judge({ bytes: 4095 })).toMatchObject({ level: 'none' })
  })

  it('bytes, when it could not be opened, is not sound, or lacks something', () => {
    const fault = {
      state: 'fault',
      fault: { kind: 'needs-extension', message: 'x', missing: ['klingon'] },
    } as const
    expect(examined({ integrity: fault })).toMatchObject({ level: 'bytes', missing: ['klingon'] })
    expect(examined({ integrity: done(['row 1 missing from index i']) }).level).toBe('bytes')
    const broken = { name: 's', module: 'fts5', content: 'own', outcome: done('malformed') } as const
    expect(examined({ searchIndexes: done([broken]) }).level).toBe('bytes')
  })

  it('bytes, when a check was ended before it had an answer', () => {
    const stopped = { state: 'stopped', by: 'time-limit', detail: 'ended after its limit' } as const
    expect(examined({ integrity: stopped })).toMatchObject({
      level: 'bytes',
      faults: ['integrity: ended after its limit'],
    })
  })

  it('bytes, when more rows lack their parent than in the newest proven backup', () => {
    const foreignKeys = done([{ table: 'c', parent: 'p', rows: 3 }])
    const at = (baseline: number | null) => judge({ examination: { ...sound, foreignKeys }, baseline }).level
    expect([at(null), at(3), at(2)]).toEqual(['cross-checked', 'cross-checked', 'bytes'])
  })

  it('structure, when the content could not be digested, or two engines disagree about it', () => {
    const stopped = { state: 'stopped', by: 'memory-limit', detail: 'too much' } as const
    expect(examined({ digest: stopped }).level).toBe('structure')
    const other = done({ engineVersion: '3.54.1', integrity: [], digest: 'e'.repeat(64), seconds: 1 })
    expect(judge({ crossCheck: other })).toMatchObject({
      level: 'structure',
      faults: [expect.stringContaining('reads other content')],
    })
  })

  it('content, without the second engine, and says why', () => {
    const judged = judge({ crossCheck: null, crossCheckSkipped: 'too large' })
    expect(judged).toMatchObject({
      level: 'content',
      digest,
      crossCheck: { engine: null, skipped: 'too large' },
    })
  })

  it('cross-checked, when both engines read the same', () => {
    expect(judge()).toMatchObject({
      level: 'cross-checked',
      faults: [],
      crossCheck: { engine: '3.54.1', skipped: null },
    })
  })
})

describe('a proof', () => {
  it('begins at level content', () => {
    const proves = (level: Parameters<typeof reaches>[0]) =>
      isProof({
        schema: 1,
        backup: 'b',
        hub: 'h',
        database: 'd',
        issuedAt: '2026-11-24T04:30:00.000Z',
        run: 'r',
        bytes: 1,
        sha256,
        previous: null,
        stages: [],
        files: null,
        ...judge(),
        level,
      })
    expect((['none', 'bytes', 'structure', 'content', 'cross-checked'] as const).map(proves)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ])
  })
})
