import { closeSync, existsSync, mkdirSync, openSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  type Backup,
  days,
  type Finding,
  type Freeze,
  grantsOf,
  type HubConfig,
  HubkeeperError,
  hubSchema,
  keys,
  momentOfId,
  type ObjectInfo,
  type ObjectStore,
  planRetention,
  restrictStore,
  type TaskResult,
} from '@hubkeeper/core'
import { hubCleaner } from '@hubkeeper/local'
import { createScratch, custodyPorts } from '@hubkeeper/sqlite'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cleanup } from '../../functions/cleanup/task.ts'
import { memoryStore } from '../fakes/memory-store.ts'
import { hubkeeper, runTask } from '../support/cli.ts'
import { contextOf, quietLedger } from '../support/context.ts'
import { testEngine } from '../support/engine.ts'
import { backupsOf, dailyFrom, histories, storeBackups } from '../support/histories.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const testHub: HubConfig = hubSchema.parse({ database: { path: 'hub.db' } })

/** The backups that each hub began with. */
const stored = new WeakMap<TestHub, readonly Backup[]>()

/** A hub with a backup a day, the last one now. */
async function hubWithBackups(count: number): Promise<TestHub> {
  const hub = sampleHub({ articles: 10 })
  const first = new Date(Date.now() - days(count - 1) - 1000)
  const backups = backupsOf(dailyFrom(first, count))
  await storeBackups({ put: async (key, body) => write(hub, key, body, momentOf(key)) }, backups)
  stored.set(hub, backups)
  return hub
}

/** When the backup that a key belongs to was taken, s since 1970. */
const momentOf = (key: string): number => (momentOfId(key.split('/')[1] ?? '')?.getTime() ?? 0) / 1000

/** Writes a file as it would have been left at a moment, s since 1970. */
function write(hub: TestHub, key: string, body: Uint8Array | string, moment: number): ObjectInfo {
  const path = join(hub.directory, key)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, body)
  utimesSync(path, moment, moment)
  return { key, bytes: body.length, etag: '', modifiedAt: new Date(moment * 1000) }
}

/** Ids of which there is anything. */
const idsIn = (hub: TestHub): string[] =>
  readdirSync(join(hub.directory, 'backups'))
    .filter((id) => readdirSync(join(hub.directory, 'backups', id)).length > 0)
    .sort()

/** Every key below backups/. */
const partsIn = (hub: TestHub): string[] =>
  readdirSync(join(hub.directory, 'backups'), { recursive: true, encoding: 'utf8' }).sort()

function put(hub: TestHub, key: string, hoursOld: number): string {
  write(hub, key, 'text', Date.now() / 1000 - hoursOld * 3600)
  return join(hub.directory, key)
}

/** Ids that the plan for a hub of {@link hubWithBackups} keeps. */
function idsKept(hub: TestHub): string[] {
  const backups = stored.get(hub) ?? []
  const list = { backups, strays: [], pinsUnreadable: null, quarantineUnreadable: null }
  const plan = planRetention({ hub: testHub, list, currentAt: null, at: new Date() })
  return plan.backups.filter(({ keep }) => keep).map(({ of }) => of.manifest.id)
}

describe('hubkeeper run cleanup', () => {
  it('deletes what is past its time, once, and tells what there was and what is left', async () => {
    const hub = await hubWithBackups(45)
    const old = put(hub, 'tmp/export/old.csv', 30)
    const young = put(hub, 'tmp/export/young.csv', 1)
    const compiled = put(hub, 'app/__pycache__/server.pyc', 0)
    const run = await runTask(hub.directory, ['run', 'cleanup'])
    expect(run).toMatchObject({ code: 0, report: { status: 'ok' } })
    expect([old, young, compiled, dirname(compiled)].map((path) => existsSync(path))).toEqual([
      false,
      true,
      false,
      false,
    ])
    const left = idsIn(hub)
    expect(run.finding('retention.applied').actual).toBe(45 - left.length)
    expect(left).toEqual(idsKept(hub))
    expect(left.length).toBeLessThan(40)
    const figure = (name: string, subject: string | null = null) =>
      run.report.figures.find((one) => one.name === name && one.subject === subject)?.value
    expect(figure('retention.backups')).toBe(45)
    expect(figure('retention.backups-after')).toBe(left.length)
    expect(figure('cleanup.files', 'temporaries')).toBe(2)
    expect(figure('cleanup.files-after', 'temporaries')).toBe(1)
    expect(figure('cleanup.size-after', 'caches')).toBe(0)
    expect(run.finding('cleanup.applied', 'caches').evidence).toContain('removed 1 empty directory')

    const again = await runTask(hub.directory, ['run', 'cleanup'])
    expect(again.finding('retention.applied')).toMatchObject({ status: 'ok', actual: 0 })
    expect(idsIn(hub)).toEqual(left)
  })

  it('plans what is both temporary and of a cache once, and does not call it young', async () => {
    const hub = sampleHub({ articles: 10 })
    put(hub, 'tmp/__pycache__/a.pyc', 30)
    const run = await runTask(hub.directory, ['run', 'cleanup', '--dry-run'])
    const evidence = (kind: string) => run.finding('cleanup.applied', kind).evidence
    expect(evidence('temporaries')).toEqual([expect.stringMatching(/^delete tmp\/__pycache__\/a.pyc: /)])
    expect(evidence('caches')).toEqual([])
  })

  it.runIf(process.platform === 'linux')('keeps what a process has open, and says so', async () => {
    const hub = sampleHub({ articles: 10 })
    const descriptor = openSync(put(hub, 'tmp/open.csv', 30), 'r')
    onTestFinished(() => closeSync(descriptor))
    const old = put(hub, 'tmp/closed.csv', 30)
    const run = await runTask(hub.directory, ['run', 'cleanup'])
    expect(run.finding('cleanup.applied', 'temporaries')).toMatchObject({ status: 'ok', actual: 4 })
    expect(run.finding('cleanup.applied', 'temporaries').evidence).toContain(
      'kept tmp/open.csv: a process has it open',
    )
    expect([existsSync(join(hub.directory, 'tmp/open.csv')), existsSync(old)]).toEqual([true, false])
  })

  it.each([
    ['a dry run', ['--dry-run'], /^dry run; \d+ of 45 backups to delete/],
    [
      'a run that pretends another day',
      ['--at', '2031-01-01T00:00:00Z'],
      /^nothing is deleted: the run pretends/,
    ],
  ])('%s shows the whole plan and deletes nothing', async (_, args, said) => {
    const hub = await hubWithBackups(45)
    const old = put(hub, 'tmp/old.csv', 30)
    const before = partsIn(hub)
    const run = await runTask(hub.directory, ['run', 'cleanup', ...args])
    const { actual, evidence, status } = run.finding('retention.applied')
    expect(status).toBe('skipped')
    expect(actual).toMatch(said)
    expect(evidence.filter((line) => /^(keep|delete) /.test(line))).toHaveLength(45)
    expect(run.finding('cleanup.applied', 'temporaries').evidence[0]).toMatch(/^delete tmp\/old.csv: 4 bytes/)
    expect(partsIn(hub)).toEqual(before)
    expect(existsSync(old)).toBe(true)
  })

  it('a hold keeps every backup and says who, a freeze keeps everything', async () => {
    const hub = await hubWithBackups(45)
    const old = put(hub, 'tmp/old.csv', 30)
    await hubkeeper(hub.directory, ['freeze', '--reason', 'moving', '--by', 'bert'])
    expect((await hubkeeper(hub.directory, ['run', 'cleanup'])).code).toBe(3)
    expect(existsSync(old)).toBe(true)
    await hubkeeper(hub.directory, ['thaw'])

    await hubkeeper(hub.directory, ['hold', '--reason', 'rows are missing', '--by', 'anna'])
    const run = await runTask(hub.directory, ['run', 'cleanup'])
    expect(run.finding('retention.applied').status).toBe('skipped')
    expect(run.finding('retention.applied').actual).toMatch(
      /^held by anna since .* \(rows are missing\); \d+ of 45/,
    )
    expect(run.finding('hold.active')).toMatchObject({ status: 'ok' })
    expect(idsIn(hub)).toHaveLength(45)
    expect(existsSync(old)).toBe(false)
  })

  it.each([1, 2, 3])('killed after %i of the parts of a backup, the next run finishes it', async (parts) => {
    const hub = await hubWithBackups(45)
    const loader = pathToFileURL(join(import.meta.dirname, '../support/kill-after-deletes.mjs')).href
    const env = { NODE_OPTIONS: `--import=${loader}`, KILL_AFTER: String(parts) }
    const killed = await hubkeeper(hub.directory, ['run', 'cleanup'], { env })
    expect(killed.code).toBeNull()
    const begun = idsIn(hub)
    const whole = begun.filter((id) => existsSync(join(hub.directory, keys.manifest(id))))
    expect(whole).toHaveLength(44)
    expect(begun).toHaveLength(parts === 3 ? 44 : 45)

    const run = await runTask(hub.directory, ['run', 'cleanup'])
    expect(run.report.status).toBe('ok')
    const left = idsIn(hub)
    expect(left.every((id) => existsSync(join(hub.directory, keys.manifest(id))))).toBe(true)
    expect(left).toEqual(idsKept(hub))
  })
})

describe('hubkeeper backups', () => {
  it('pins and unpins a backup, and shows what retention would do with it', async () => {
    const hub = await hubWithBackups(45)
    const listed = async (): Promise<{
      backups: Backup[]
      retention: { backups: { id: string; keep: boolean; reasons: string[] }[] }
    }> => JSON.parse((await hubkeeper(hub.directory, ['backups', 'list', '--retention', '--json'])).out)
    const doomed = (await listed()).retention.backups.find(({ keep }) => !keep)?.id ?? ''
    const pinned = await hubkeeper(hub.directory, [
      'backups',
      'pin',
      doomed,
      '--reason',
      'audit',
      '--by',
      'anna',
    ])
    expect(pinned).toMatchObject({
      code: 0,
      out: `${doomed} is kept whatever its age, pinned by anna: audit\n`,
    })
    await hubkeeper(hub.directory, ['backups', 'pin', 'latest', '--reason', 'the last one'])

    const { backups, retention } = await listed()
    expect(backups.flatMap(({ pin }) => pin?.reason ?? [])).toEqual(['audit', 'the last one'])
    expect(retention.backups.find(({ id }) => id === doomed)).toMatchObject({
      keep: true,
      reasons: ['pinned by anna: audit'],
    })
    const text = (await hubkeeper(hub.directory, ['backups', 'list'])).out
    expect(text).toMatch(new RegExp(`${doomed} .*pinned by anna: audit`))
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/^45 backups, 45 proven, 2 pinned, /)

    await runTask(hub.directory, ['run', 'cleanup'])
    expect(idsIn(hub)).toContain(doomed)
    const unpinned = await hubkeeper(hub.directory, ['backups', 'unpin', doomed, '--json'])
    expect(JSON.parse(unpinned.out)).toMatchObject({ backup: doomed, pin: null, before: { by: 'anna' } })
    await runTask(hub.directory, ['run', 'cleanup'])
    expect(idsIn(hub)).not.toContain(doomed)
  })

  it('refuses a pin without a reason, or of nothing', async () => {
    const hub = await hubWithBackups(2)
    expect(await hubkeeper(hub.directory, ['backups', 'pin', 'latest'])).toMatchObject({ code: 2 })
    expect(await hubkeeper(hub.directory, ['backups', 'pin', 'latest', '--reason', ''])).toMatchObject({
      code: 2,
    })
    const missing = await hubkeeper(hub.directory, ['backups', 'pin', 'nope', '--reason', 'audit'])
    expect(missing).toMatchObject({ code: 3, err: expect.stringContaining('there is no backup nope') })
  })

  it('keeps every pin that is set at the same time', async () => {
    const hub = await hubWithBackups(3)
    await Promise.all(
      idsIn(hub).map((id) => hubkeeper(hub.directory, ['backups', 'pin', id, '--reason', `of ${id}`])),
    )
    const { backups } = JSON.parse((await hubkeeper(hub.directory, ['backups', 'list', '--json'])).out)
    expect(backups.map(({ manifest, pin }: Backup) => pin?.reason === `of ${manifest.id}`)).toEqual([
      true,
      true,
      true,
    ])
  })
})

/** Runs the task through real custody, restricted to what it declares. */
async function cleanUp(
  store: ObjectStore,
  { at, hold = async () => null }: { at: Date; hold?: () => Promise<Freeze | null> },
): Promise<{ result: TaskResult; retention: Finding }> {
  const root = temporaryDirectory()
  const configured = { ...testHub, id: 'hub' }
  const fence = async (): Promise<void> => {}
  const options = {
    hub: 'hub',
    run: 'run',
    engine: testEngine(),
    scratch: await createScratch(root),
    database: { key: 'hub.db', authority: 'store', path: null },
    crossCheckMaxBytes: 0,
    now: () => at,
    fence,
  } as const
  const result = await cleanup.start(
    contextOf(configured, at),
    async (access) => ({
      ...custodyPorts(access, {
        ...options,
        store: restrictStore(store, grantsOf(access, configured), 'cleanup'),
      }),
      files: hubCleaner({ root, hub: configured, own: [], fence }),
      ledger: quietLedger(hold),
    }),
    {},
  )
  const retention = result.findings.find(({ check }) => check === 'retention.applied')
  if (retention === undefined) throw new TypeError('there is no finding retention.applied')
  return { result, retention }
}

const idsOf = (store: { keys(): string[] }): string[] => [
  ...new Set(store.keys().flatMap((key) => /^backups\/([^/]+)\//.exec(key)?.[1] ?? [])),
]

describe('retention over a store', () => {
  const at = new Date('2026-11-25T14:45:00.000Z')
  const sixty = backupsOf(dailyFrom(new Date('2026-09-27T04:30:00.000Z'), 60))

  it('leaves exactly what the plan keeps, whatever the history', async () => {
    await fc.assert(
      fc.asyncProperty(histories(60), fc.integer({ min: -300, max: 900 }), async (history, clock) => {
        const store = memoryStore()
        const backups = backupsOf(history)
        await storeBackups(store, backups)
        const last = history.at(-1)?.takenAt.getTime() ?? 0
        const now = new Date(last + days(clock))
        const list = { backups, strays: [], pinsUnreadable: null, quarantineUnreadable: null }
        const plan = planRetention({ hub: testHub, list, currentAt: null, at: now })
        const { retention } = await cleanUp(store, { at: now })
        const keep = plan.backups.filter((decision) => decision.keep).map(({ of }) => of.manifest.id)
        expect(idsOf(store).sort()).toEqual(keep.sort())
        expect(retention).toMatchObject({ status: 'ok', actual: backups.length - keep.length })
      }),
      { numRuns: 20 },
    )
  })

  it('goes on past a backup that cannot be deleted, and finishes it the next time', async () => {
    const memory = memoryStore()
    await storeBackups(memory, sixty)
    const stuck = sixty[5]?.manifest.key ?? ''
    const store: ObjectStore = {
      ...memory,
      async delete(key, condition) {
        if (key === stuck) throw new HubkeeperError('io', `cannot delete ${key}: I/O error`, { hint: 'disk' })
        await memory.delete(key, condition)
      },
    }
    const { retention } = await cleanUp(store, { at })
    expect(retention.status).toBe('warning')
    expect(retention.expected).toBe(Number(retention.actual) + 1)
    expect(retention.evidence.filter((line) => line.startsWith('not deleted '))).toEqual([
      `not deleted ${sixty[5]?.manifest.id}: cannot delete ${stuck}: I/O error`,
    ])
    expect(memory.keys()).toContain(stuck)
    // Objects in memory are as old as this test; what was begun is finished when no run could be writing it.
    const { retention: next } = await cleanUp(memory, { at: new Date(Date.now() + days(30)) })
    expect(next.status).toBe('ok')
    expect(memory.keys()).not.toContain(stuck)
  })

  it('deletes the rest of a backup that somebody else is deleting', async () => {
    const memory = memoryStore()
    await storeBackups(memory, sixty)
    const other = sixty[2]
    const store: ObjectStore = {
      ...memory,
      async delete(key, condition) {
        if (other !== undefined) {
          await memory.delete(keys.manifest(other.manifest.id))
          await memory.delete(other.manifest.key)
        }
        await memory.delete(key, condition)
      },
    }
    const { retention } = await cleanUp(store, { at })
    expect(retention.status).toBe('ok')
    expect(idsOf(memory)).not.toContain(other?.manifest.id)
  })

  it('keeps a backup that is pinned after the plan was made, and says so', async () => {
    const memory = memoryStore()
    await storeBackups(memory, sixty)
    const pinned = sixty[5]?.manifest.id ?? ''
    const store: ObjectStore = {
      ...memory,
      async delete(key, condition) {
        const pin = { by: 'anna', reason: 'audit', at: at.toISOString() }
        await memory.put(keys.pins, JSON.stringify({ pins: { [pinned]: pin } }))
        await memory.delete(key, condition)
      },
    }
    const { retention } = await cleanUp(store, { at })
    expect(retention.evidence).toContain(`kept ${pinned}: pinned meanwhile by anna: audit`)
    expect(idsOf(memory)).toContain(pinned)
  })

  it('deletes nothing more once a hold is put on', async () => {
    const memory = memoryStore()
    await storeBackups(memory, sixty)
    let asked = 0
    const hold = async (): Promise<Freeze | null> => {
      asked += 1
      return asked < 4 ? null : { by: 'anna', reason: 'look', since: at.toISOString(), until: null }
    }
    const { retention } = await cleanUp(memory, { at, hold })
    expect(retention.actual).toBe(2)
    expect(idsOf(memory)).toHaveLength(58)
    expect(retention.evidence.filter((line) => line.includes('held meanwhile by anna'))).not.toEqual([])
  })

  it('deletes nothing while the pins cannot be read, and warns', async () => {
    const memory = memoryStore()
    await storeBackups(memory, sixty)
    await memory.put(keys.pins, '{"pins":')
    const { retention } = await cleanUp(memory, { at })
    expect(retention).toMatchObject({ status: 'warning', actual: 0 })
    expect(retention.evidence[0]).toMatch(/^state\/backups\/pins.json cannot be read: /)
    expect(idsOf(memory)).toHaveLength(60)
  })

  it('leaves alone what somebody else keeps among the backups', async () => {
    const memory = memoryStore()
    await storeBackups(memory, sixty)
    await memory.put('backups/my-own/hub.db', 'mine')
    await memory.put('backups/note.txt', 'mine')
    await cleanUp(memory, { at: new Date(Date.now() + days(30)) })
    expect(memory.keys()).toEqual(expect.arrayContaining(['backups/my-own/hub.db', 'backups/note.txt']))
  })
})
