import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Backup,
  type BackupReader,
  configSchema,
  type Datapoint,
  days,
  gibibytes,
  type HubConfig,
  hours,
  isProven,
  mebibytes,
  type Part,
  type RestoredFile,
} from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { choose } from '../../functions/disaster-recovery-test/choose.ts'
import type { DrillContext } from '../../functions/disaster-recovery-test/context.ts'
import { drillDetectors } from '../../functions/disaster-recovery-test/detectors.ts'
import { restoreFiles } from '../../functions/disaster-recovery-test/files.ts'
import { growthPart } from '../../functions/disaster-recovery-test/growth.ts'
import { recoveryPointPart } from '../../functions/disaster-recovery-test/rpo.ts'
import { recoveryTime, type Stages } from '../../functions/disaster-recovery-test/rto.ts'
import { contextOf } from '../support/context.ts'
import { backupsOf, dailyFrom, type Past } from '../support/histories.ts'
import { drilled, drilledOf, drillOf, noDrill } from '../support/recovery-drill.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const at = new Date('2026-12-14T10:00:00.000Z')
const ago = (ms: number): Date => new Date(at.getTime() - ms)

/** Daily backups of the last days, the newest one of this morning. */
const daily = (count: number): Backup[] =>
  backupsOf(dailyFrom(new Date(Date.parse('2026-12-14T04:30:00.000Z') - days(count - 1)), count))

const refuse = async (): Promise<never> => {
  throw new Error('it is not asked for that')
}

/** Backups that can only be listed. */
const listed: BackupReader = {
  list: refuse,
  find: refuse,
  async newestProven(among = []) {
    const backup = among.findLast(isProven)
    return backup === undefined ? null : { backup, currentAt: new Date(backup.manifest.takenAt) }
  },
  restoreToScratch: refuse,
  examine: refuse,
  compare: refuse,
  restoreFiles: refuse,
  readRestored: ({ path }) => readFile(path),
  timeStatements: refuse,
  guessStatements: refuse,
  checkChain: refuse,
  coverage: refuse,
  restoration: refuse,
}

/** What the parts work with, of a hub with these settings. */
function context(settings: Partial<HubConfig> = {}, changes: Partial<DrillContext> = {}): DrillContext {
  const { hub } = configSchema.parse({ hubs: { hub: { database: { path: 'knowledge/hub.db' } } } }).hubs
  if (hub === undefined) throw new Error('there is no hub')
  return {
    ...contextOf({ ...hub, id: 'hub', ...settings }, at),
    backups: listed,
    api: { get: refuse },
    metrics: { read: async () => [] },
    recovery: {
      unavailable: 'a function cannot start the hub',
      platform: null,
      layOut: refuse,
      start: refuse,
      discard: refuse,
    },
    drill: drillOf([]),
    ...changes,
  }
}

const point = (name: string, value: number, pointAt: Date): Datapoint => ({
  hub: 'hub',
  name,
  subject: null,
  value,
  unit: 'seconds',
  at: pointAt,
})

/** Metrics that were published before. */
const published = (...points: Datapoint[]): DrillContext['metrics'] => ({
  read: async ({ from, name, to }) =>
    points.filter((each) => each.name === name && each.at >= from && each.at < to),
})

const one = ({ findings }: Part) => findings[0]

describe('the backups that are restored', () => {
  it('are the newest proven one, and an older one that is drawn', () => {
    const all = backupsOf([
      ...dailyFrom(new Date('2026-12-01T04:30:00.000Z'), 6),
      { takenAt: at, proven: false },
    ])
    const drawn = [0, 1, 2, 3, 4, 5, 6].map((seed) => choose(all, undefined, seed))
    expect(new Set(drawn.map((choice) => choice?.newest.manifest.id))).toEqual(new Set([all[5]?.manifest.id]))
    expect(
      drawn.map((choice) => all.findIndex(({ manifest }) => manifest.id === choice?.older?.manifest.id)),
    ).toEqual([0, 1, 2, 3, 4, 0, 1])
    expect(drawn[3]?.how).toBe('drawn from 5 older ones with seed 3')
  })

  it('are the one that is asked for, proven or not', () => {
    const all = backupsOf([{ takenAt: ago(days(2)), proven: false }, { takenAt: ago(days(1)) }])
    expect(choose(all, all[0]?.manifest.id, 9)).toMatchObject({ older: all[0], how: 'asked for' })
    expect(() => choose(all, 'another', 9)).toThrow('there is no backup another')
  })

  it('are no safety copy of a restore as the newest one, unless there is no other', () => {
    const all = backupsOf([
      { takenAt: ago(days(3)) },
      { takenAt: ago(days(2)), reason: 'safety' },
      { takenAt: ago(days(1)) },
      { takenAt: ago(hours(1)), reason: 'safety' },
    ])
    const drawn = [0, 1, 2].map((seed) => choose(all, undefined, seed))
    expect(drawn.map((choice) => choice?.newest)).toEqual([all[2], all[2], all[2]])
    expect(drawn.map((choice) => choice?.older)).toEqual([all[0], all[1], all[0]])
    const made = backupsOf([1, 2].map((age) => ({ takenAt: ago(days(age)), reason: 'safety' as const })))
    expect(choose(made, undefined, 0)).toMatchObject({ newest: made[1], older: made[0] })
  })

  it('are one where there is one, and none where none is proven', () => {
    expect(choose(daily(1), undefined, 7)).toMatchObject({ older: null })
    expect(choose(backupsOf([{ takenAt: at, proven: false }]), undefined, 7)).toBeNull()
  })
})

describe('the files that are kept', () => {
  interface Kept {
    readonly bytes: string | Uint8Array
    readonly intact?: boolean
    readonly gone?: boolean
  }

  async function checked(kept: Readonly<Record<string, Kept | string>>) {
    const folder = temporaryDirectory()
    const [backup] = daily(1)
    if (backup === undefined) throw new Error('there is no backup')
    const files = Object.entries(kept).map(([key, what], i) => {
      const path = join(folder, String(i))
      const { bytes, gone = false, intact = !gone } = typeof what === 'string' ? { bytes: what } : what
      if (!gone) writeFileSync(path, bytes)
      const rest = { sha256: '0'.repeat(64), modifiedAt: at.toISOString(), mode: 0o600 }
      return { key, path, intact, bytes: bytes.length, ...rest } satisfies RestoredFile
    })
    const manifest = { ...backup.manifest, files: files.map(({ intact, path, ...file }) => file) }
    const backups = { ...listed, restoreFiles: async () => files }
    return restoreFiles(context({ requirements: ['deps/*.txt'] }, { backups }), { ...backup, manifest })
  }

  it('that are well are one finding, which says how each kind was read', async () => {
    const { files, findings } = await checked({
      'config/hub.json': '{"a": [1]}',
      'config/more.jsonl': '{"a": 1}\n\n{"b": 2}\n',
      'deps/hub.txt': 'fastapi==0.111.0\n',
      'config/hub.toml': 'a = 1\n',
      'app/__init__.py': '',
      'knowledge/vectors.faiss': { bytes: new Uint8Array([0, 255, 254]) },
    })
    expect(findings).toMatchObject([
      {
        check: 'drill.files',
        status: 'ok',
        actual: '6 files, 55 bytes: as written',
        evidence: [
          '1 parsed as JSON',
          '1 parsed as JSON lines',
          '1 parsed as requirements',
          '2 read as text',
          '1 compared byte by byte only',
        ],
      },
    ])
    expect(files).toHaveLength(6)
  })

  it.each([
    ['hub.json', '{"secret": "verysecret"', 'it is not JSON'],
    ['hub.json', '', 'it is empty'],
    ['hub.jsonl', '{"a": 1}\n{"secret": verysecret}\n', 'it is not JSON: line 2'],
    ['hub.yaml', ' \n', 'it is empty'],
    ['hub.env', new Uint8Array([0x61, 0xff, 0x0a]), 'it is not UTF-8'],
    ['deps/hub.txt', 'fastapi==0.111.0\n<<<<<<< HEAD\n', 'line 2 is no requirement'],
  ])('%s that cannot be parsed is a warning, and nothing of it is shown', async (key, bytes, reason) => {
    const { findings } = await checked({ [key]: { bytes }, 'other.json': '{}' })
    const actual = `it is as it was written, but ${reason}`
    expect(findings).toEqual([
      expect.objectContaining({ check: 'drill.files', subject: key, status: 'warning', actual }),
    ])
    expect(JSON.stringify(findings)).not.toContain('verysecret')
  })

  it.each([
    ['is another one', { bytes: 'x', intact: false }],
    ['is gone', { bytes: 'x', gone: true }],
  ])('one that %s is critical, and the others are well', async (_, kept) => {
    const { files, findings } = await checked({ 'hub.bin': kept, 'other.json': '{}' })
    const actual = 'its copy is gone, or not as it was written'
    expect(findings).toEqual([
      expect.objectContaining({ check: 'drill.files', subject: 'hub.bin', status: 'critical', actual }),
    ])
    expect(files.map(({ key }) => key)).toEqual(['other.json'])
  })

  it.each([
    'fastapi',
    'uvicorn[standard]>=0.30,<0.31 ; python_version >= "3.9"  # why',
    'numpy (>=1.20)',
    'hub @ https://example.com/hub-1.0.tar.gz',
    'sqlite-utils==3.37 --hash=sha256:0123abcd \\\n    --hash=sha256:4567',
    '-r base.txt',
    '--index-url https://example.com/simple',
    'git+https://example.com/hub.git@main#egg=hub',
    './local/package',
    '# nothing\n\n',
  ])('take as a requirement what pip takes: %j', async (line) => {
    expect((await checked({ 'deps/hub.txt': `${line}\n` })).findings[0]?.status).toBe('ok')
  })

  it('are a warning where there are none, and critical where a copy is gone', async () => {
    expect((await checked({})).findings).toMatchObject([
      { status: 'warning', actual: 'no file is kept with the newest backup' },
    ])
    expect(await checked({ 'config/a.json': { bytes: 'x', gone: true } })).toMatchObject({
      findings: [
        {
          status: 'critical',
          subject: 'config/a.json',
          actual: 'its copy is gone, or not as it was written',
        },
      ],
      files: [],
    })
  })
})

describe('the recovery time', () => {
  const stages = (changes: Partial<Stages> = {}): Stages => ({
    readBack: 10,
    prove: 20,
    files: 1,
    startUp: 9,
    ...changes,
  })
  const quarters = [point('drill.rto', 38, ago(days(182))), point('drill.rto', 35, ago(days(91)))]

  it('is told by its stages, and beside what it was', async () => {
    const part = await recoveryTime(context({}, { metrics: published(...quarters) }), stages(), 'it answered')
    expect(part.findings).toMatchObject([
      {
        status: 'ok',
        actual: 40,
        expected: 3600,
        evidence: [
          'read back 10.0 s, proven 20.0 s, files 1.0 s, start-up 9.0 s: it answered',
          '2026-06-15: 38.0 s, now +5.3 %',
          '2026-09-14: 35.0 s, now +14.3 %',
        ],
      },
    ])
    expect(part.figures.map(({ name, subject, value }) => [name, subject, value])).toEqual([
      ['drill.rto', null, 40],
      ['recovery.stage', 'read back', 10],
      ['recovery.stage', 'prove', 20],
      ['recovery.stage', 'files', 1],
      ['recovery.stage', 'start-up', 9],
    ])
  })

  it.each([
    ['over the limits', { startUp: 4000 }, {}, 'warning', 3600],
    ['far over the limits', { startUp: 20_000 }, {}, 'critical', 14_400],
    ['over a limit of its own', {}, { 'drill.rto': { warning: 30, critical: null } }, 'warning', 30],
    ['twice what it was', { prove: 60 }, {}, 'warning', 70],
  ])('%s is told', async (_, changes, thresholds, status, expected) => {
    const metrics = published(...quarters)
    const part = await recoveryTime(context({ thresholds }, { metrics }), stages(changes), '')
    expect(one(part)).toMatchObject({ status, expected })
  })

  it('is unknown where nothing answered, and is no figure', async () => {
    const part = await recoveryTime(context(), stages({ startUp: null }), '')
    expect(one(part)).toMatchObject({
      status: 'unknown',
      actual: 'proven after 31.0 s; nothing answered after that',
    })
    expect(part.figures).toEqual([])
  })
})

describe('the recovery point', () => {
  const without = (...missing: number[]): Past[] =>
    dailyFrom(new Date('2026-11-20T04:30:00.000Z'), 25).filter((_, i) => !missing.includes(i))

  it('is the longest gap, with the backups on both sides', async () => {
    const all = backupsOf(without(10, 11))
    expect(one(await recoveryPointPart(context(), all))).toMatchObject({
      status: 'critical',
      actual: 3 * 86_400,
      expected: 50 * 3600,
      evidence: [
        `the newest is 5 h 30 min old: ${all.at(-1)?.manifest.id}`,
        `longest gap in the last 30 days, for which every backup is kept: 3 d, 2026-11-29T04:30Z (${all[9]?.manifest.id}) to 2026-12-02T04:30Z (${all[10]?.manifest.id})`,
      ],
    })
  })

  it('is not worse for days on which the backup before was confirmed', async () => {
    const confirmed = [10, 11].map((i) =>
      point('backup.confirmed', 1, new Date(Date.parse('2026-11-20T04:31:00.000Z') + days(i))),
    )
    const part = await recoveryPointPart(
      context({}, { metrics: published(...confirmed) }),
      backupsOf(without(10, 11)),
    )
    expect(one(part)).toMatchObject({ status: 'ok', actual: 86_400 + 60 })
  })

  it('does not count a backup that is not proven, and has limits of its own', async () => {
    const all = backupsOf(without().map((past, i) => (i === 12 ? { ...past, proven: false } : past)))
    expect(one(await recoveryPointPart(context(), all))).toMatchObject({
      status: 'warning',
      actual: 2 * 86_400,
    })
    const thresholds = { 'drill.rpo': { warning: 49 * 3600, critical: null } }
    expect(one(await recoveryPointPart(context({ thresholds }), all))).toMatchObject({ status: 'ok' })
  })

  it('is the age where the newest is old, and critical where there is none', async () => {
    const old = backupsOf([{ takenAt: ago(hours(40)) }])
    expect(one(await recoveryPointPart(context(), old))).toMatchObject({
      status: 'warning',
      actual: 40 * 3600,
      evidence: [expect.any(String), expect.stringMatching(/^it is the only one of the last 30 days/)],
    })
    expect(one(await recoveryPointPart(context(), []))).toMatchObject({ status: 'critical' })
  })
})

describe('growth', () => {
  /** Daily backups that grew by so much every day up to a size. */
  const grown = (bytes: number, perDay: number, seconds = 0): Backup[] => {
    const all = daily(30)
    return all.map((backup, i) => {
      const size = bytes - (all.length - 1 - i) * perDay
      const { certificate } = backup
      const stages = seconds === 0 ? [] : [{ stage: 'content' as const, seconds, bytes: size }]
      return {
        ...backup,
        manifest: { ...backup.manifest, bytes: size },
        certificate: certificate === null ? null : { ...certificate, bytes: size, stages },
      }
    })
  }
  const recovery = { readBack: 100, prove: 200, files: 1, startUp: 9 }
  const growth = (all: Backup[], changes: Partial<DrillContext> = {}, settings: Partial<HubConfig> = {}) => {
    const newest = all.at(-1)
    if (newest === undefined) throw new Error('there is no backup')
    const part = growthPart(context(settings, changes), all, newest, recovery)
    return Object.fromEntries(part.findings.map((found) => [found.subject, found]))
  }

  it('reaches the scratch disk of a function, where maintenance has two copies', () => {
    const platform = { scratchBytes: gibibytes(10), seconds: 900 }
    const all = grown(gibibytes(5) - 40 * mebibytes(1), mebibytes(1))
    const found = growth(all, { recovery: { ...context().recovery, platform } })['scratch disk of a function']
    expect(found).toMatchObject({
      status: 'warning',
      actual: '2027-01-22, in 39 days',
      evidence: [
        expect.stringContaining('of which a function has 10.0 GiB at most'),
        '+1.0 MiB a day by least squares over 30 sizes in 29 days, R² 1.00',
      ],
    })
    expect(growth(all)).not.toHaveProperty('scratch disk of a function')
  })

  it('makes a proof take longer than it may, and a recovery than it is to', () => {
    const found = growth(grown(gibibytes(1), mebibytes(10), 800))
    expect(found['time of a proof']).toMatchObject({
      status: 'critical',
      actual: '2026-12-26, in 12 days',
      evidence: [
        expect.stringContaining('a check took 13 min 20 s, and is ended after 15 min'),
        expect.any(String),
      ],
    })
    expect(found['recovery time']).toMatchObject({
      status: 'ok',
      evidence: [
        expect.stringContaining('a recovery took 5 min 10 s, and is to take 1 h at most'),
        expect.any(String),
      ],
    })
    const thresholds = { 'drill.rto': { warning: 320, critical: null } }
    expect(growth(grown(gibibytes(1), mebibytes(10)), {}, { thresholds })['recovery time']).toMatchObject({
      status: 'critical',
    })
  })

  it('is no matter of time where the database is small, and none at all where it shrinks', () => {
    expect(growth(grown(mebibytes(2), 1000))['recovery time']).toMatchObject({
      status: 'skipped',
      actual: 'with 2.0 MiB, what takes time is not its size; told from 16.0 MiB on',
    })
    expect(growth(grown(gibibytes(1), -1000))['time of a proof']).toMatchObject({
      status: 'ok',
      actual: 'it does not grow',
    })
  })

  it('cannot be told from a few backups', () => {
    const all = daily(3)
    expect(growth(all)).toMatchObject({ null: { check: 'growth.forecast', status: 'skipped' } })
  })
})

describe('detectors', () => {
  const detect = async (drill: DrillContext['drill'], seed = 0) => {
    const [backup] = daily(1)
    if (backup === undefined) throw new Error('there is no backup')
    const { bytes, sha256 } = backup.manifest
    const copy = { backup, path: 'copy', bytes, sha256, intact: true, dispose: refuse }
    return drilledOf(await drillDetectors(context({}, { drill }), copy, { samples: 3, seed }))
  }

  it('that miss a fault are critical, with who noticed it and where nobody did', async () => {
    const faults = [drilled('flipped-bit', 1, { integrity: 2 })]
    const { figure, finding } = await detect(drillOf(faults), 7)
    expect(finding('drill.detectors', 'flipped-bit')).toMatchObject({
      status: 'critical',
      expected: 'every time',
      actual: '1 of 3',
      evidence: [
        'A flipped-bit',
        'bytes 1 of 3',
        'also, though it is not asked of them: integrity 2',
        'missed: page 7',
        'missed: page 8',
        'planted in a copy (4.0 KiB) with seed 7, in 1.0 s',
      ],
    })
    expect(figure('detectors.bytes', 'flipped-bit')).toBeCloseTo(33.3, 1)
    expect(figure('detectors.integrity', 'flipped-bit')).toBeCloseTo(66.7, 1)
    expect(finding('drill.detectors', 'truncation')).toMatchObject({
      status: 'unknown',
      actual: 'it was not planted',
    })
  })

  it('that could not look, or cried out before anything was planted, are told of', async () => {
    const rest = {
      skipped: [{ name: 'truncation', reason: 'the time was over' }],
      unable: [
        { detector: 'cross-check' as const, reason: 'it is too large' },
        { detector: 'integrity' as const, reason: 'it ended after its limit' },
      ],
      falseAlarms: [{ detector: 'vanished' as const, reason: '7 rows fewer' }],
    }
    const detectorDrill = drillOf([drilled('flipped-bit', 3)], rest)
    const { finding } = await detect(detectorDrill)
    for (const [subject, status, actual] of [
      ['truncation', 'unknown', 'it was not planted: the time was over'],
      ['cross-check', 'skipped', 'it is too large'],
      ['integrity', 'unknown', 'it ended after its limit'],
      ['vanished', 'warning', '7 rows fewer'],
    ] as const) {
      expect(finding('drill.detectors', subject)).toMatchObject({ status, actual })
    }
  })

  it('that cannot be drilled here are unknown', async () => {
    const { finding } = await detect(noDrill)
    expect(finding('drill.detectors')).toMatchObject({
      status: 'unknown',
      actual: 'no canary can be made here',
      advice: 'run it embedded',
    })
  })
})
