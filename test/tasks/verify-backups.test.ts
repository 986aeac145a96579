import {
  days,
  type Finding,
  type Freeze,
  ioError,
  keys,
  type LedgerHolder,
  minutes,
  type ObjectStore,
  type TaskResult,
} from '@hubkeeper/core'
import type { CustodyOptions } from '@hubkeeper/sqlite'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verifyBackups } from '../../functions/verify-backups/task.ts'
import { inProcessEngine } from '../fakes/in-process-engine.ts'
import { hub as hubOfVault } from '../proofs/support/hub.ts'
import { hubkeeper, runTask } from '../support/cli.ts'
import { contextOf, quietLedger } from '../support/context.ts'
import { sampleHub } from '../support/hub.ts'
import { createVault, dyingStore, Killed, proven, type Vault } from '../support/vault.ts'

interface RunOptions {
  /** Which backups to prove again; what is due unless told otherwise. */
  readonly backup?: string
  readonly custody?: Partial<CustodyOptions>
  readonly dryRun?: boolean
  readonly holds?: Freeze[]
}

/** The task with its default input, on the backups of a vault. */
function run(
  vault: Vault,
  { backup = 'due', custody = {}, dryRun = false, holds = [] }: RunOptions = {},
): Promise<TaskResult> {
  const ledger: LedgerHolder = {
    ...quietLedger(),
    placeHold: async (hold) => holds.push(hold) === 1,
  }
  const connect = async () => ({ backups: vault.writer(custody), ledger })
  return verifyBackups.start(contextOf(hubOfVault, vault.now(), { dryRun, now: vault.now }), connect, {
    backup,
  })
}

/** What was said of a check, by subject. */
const said = ({ findings }: TaskResult, check: string): [string | null, Finding['status']][] =>
  findings.filter((finding) => finding.check === check).map(({ status, subject }) => [subject, status])

const figureOf = ({ figures = [] }: TaskResult, name: string): number | undefined =>
  figures.find((figure) => figure.name === name)?.value

const age = days(1)

describe('proving all backups again', () => {
  it('judges one that was never proven as a new one: what vanished does not count', async () => {
    const vault = await createVault(`CREATE TABLE notes (id INTEGER PRIMARY KEY, text);
      WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 200)
      INSERT INTO notes SELECT i, 'note ' || i FROM n`)
    const good = await proven(vault)
    await vault.execute('DELETE FROM notes WHERE id > 20')
    vault.pass(age)
    const bad = await vault.create()
    const holds: Freeze[] = []
    const result = await run(vault, { backup: 'all', holds })
    expect(said(result, 'content.vanished')).toContainEqual(['notes', 'critical'])
    expect(said(result, 'backup.quarantined')).toEqual([[bad.manifest.id, 'critical']])
    expect((await vault.writer().find('latest'))?.manifest.id).toBe(good.manifest.id)
    expect(holds).toHaveLength(1)
  })

  it('does not judge again what counts: it was judged then, or accepted since', async () => {
    const vault = await createVault()
    const { manifest } = await proven(vault)
    await vault.execute('DELETE FROM notes')
    vault.pass(age)
    const accepted = await proven(vault)
    const result = await run(vault, { backup: 'all' })
    expect(said(result, 'content.vanished')).toEqual([])
    expect(said(result, 'backup.certified')).toEqual([
      [manifest.id, 'ok'],
      [accepted.manifest.id, 'ok'],
    ])
  })

  it('tells of every one when all of them are gone', async () => {
    const vault = await createVault()
    const ids = [(await proven(vault)).manifest.id, (await proven(vault)).manifest.id]
    for (const key of vault.store.keys().filter((key) => key.startsWith(keys.backups))) {
      await vault.store.delete(key)
    }
    const result = await run(vault, { backup: 'all' })
    expect(said(result, 'backup.chain')).toEqual(ids.map((id) => [id, 'critical']))
  })

  it('fails where there never was one', async () => {
    await expect(run(await createVault(), { backup: 'all' })).rejects.toMatchObject({
      code: 'backup-missing',
      message: 'there is no backup yet',
    })
  })
})

describe('the daily verification', () => {
  it('says so when there is no backup', async () => {
    const result = await run(await createVault())
    expect(said(result, 'backup.coverage')).toEqual([[null, 'skipped']])
  })

  it('reads nothing back on the day on which it was proven', async () => {
    const vault = await createVault()
    await proven(vault)
    const result = await run(vault)
    expect(said(result, 'backup.certified')).toEqual([])
    expect(said(result, 'backup.coverage')).toEqual([[null, 'ok']])
    expect(said(result, 'backup.chain')).toEqual([[null, 'ok']])
  })

  it('first proves what was never proven, the newest first', async () => {
    const vault = await createVault()
    const ids = [(await vault.create()).manifest.id, (await vault.create()).manifest.id]
    const result = await run(vault)
    expect(said(result, 'backup.certified')).toEqual(ids.toReversed().map((id) => [id, 'ok']))
    expect(said(result, 'backup.chain')).toEqual([[null, 'ok']])
    expect((await vault.find(ids[0] ?? '')).certificate?.level).toBe('content')
  })

  it('puts a backup into quarantine, and retention on hold, when content vanished from what it proves', async () => {
    const vault = await createVault(`CREATE TABLE notes (id INTEGER PRIMARY KEY, text);
      WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 200)
      INSERT INTO notes SELECT i, 'note ' || i FROM n`)
    await proven(vault)
    await vault.execute('DELETE FROM notes WHERE id > 20')
    vault.pass(age)
    const { manifest } = await vault.create()
    const holds: Freeze[] = []
    const result = await run(vault, { holds })
    expect(said(result, 'content.vanished')).toContainEqual(['notes', 'critical'])
    expect((await vault.find(manifest.id)).quarantine).not.toBeNull()
    expect(holds).toHaveLength(1)
  })

  it(
    'reads every byte back within 30 days, and no more in a day than it has to',
    async () => {
      const sizes = fc.integer({ min: 1, max: 45 })
      await fc.assert(
        fc.asyncProperty(sizes, async (count) => {
          const vault = await createVault()
          for (let i = 0; i < count; i++) await proven(vault)
          const { bytes } = await vault.writer().coverage()
          const largest = bytes / count
          for (let day = 0; day < 70; day++) {
            vault.pass(age)
            const result = await run(vault)
            expect(figureOf(result, 'backup.unverified-age')).toBeLessThanOrEqual(days(30) / 1000)
            expect(figureOf(result, 'backup.verified-bytes')).toBeLessThanOrEqual(2 * (bytes / 30) + largest)
            expect(said(result, 'backup.coverage')).toEqual([[null, 'ok']])
          }
        }),
        { numRuns: 3 },
      )
    },
    minutes(3),
  )

  it('tells of damage in what it reads, and does not count it as verified', async () => {
    const vault = await createVault()
    const [sound, damaged] = [await proven(vault), await proven(vault)]
    const body = Uint8Array.from(vault.store.body(damaged.manifest.key) ?? [])
    body[5000] = (body[5000] ?? 0) ^ 1
    await vault.store.put(damaged.manifest.key, body)
    vault.pass(days(40))
    const result = await run(vault)
    expect(said(result, 'backup.certified')).toEqual([
      [sound.manifest.id, 'ok'],
      [damaged.manifest.id, 'critical'],
    ])
    expect(said(result, 'backup.coverage')).toEqual([[null, 'warning']])
  })

  it('stops when its time is over, and says what is left', async () => {
    const vault = await createVault()
    await proven(vault)
    await proven(vault)
    vault.pass(days(40))
    const deadline = new Date(vault.now().getTime() + 14_000)
    const result = await run(vault, { custody: { deadline } })
    expect(said(result, 'backup.certified').length).toBeLessThan(2)
    const coverage = result.findings.find(({ check }) => check === 'backup.coverage')
    expect(coverage).toMatchObject({
      status: 'warning',
      evidence: expect.arrayContaining([expect.stringContaining('left for the next run, as time ran out')]),
    })
  })

  it('reads the others when there is no time for one of them', async () => {
    const vault = await createVault()
    const [large, small] = [await proven(vault), await proven(vault)]
    vault.pass(days(40))
    const deadline = new Date(vault.now().getTime() + minutes(1))
    // What reads 1 TB in a minute is yet to be built.
    await vault.tamper(keys.manifest(large.manifest.id), (text) =>
      text.replace(`"bytes": ${large.manifest.bytes}`, '"bytes": 1000000000000'),
    )
    const result = await run(vault, { custody: { deadline } })
    expect(said(result, 'backup.certified')).toEqual([[small.manifest.id, 'ok']])
  })

  it('reads the others when one cannot be read, and fails for that one', async () => {
    const vault = await createVault()
    const [unreadable, sound] = [await proven(vault), await proven(vault)]
    const unproven = await vault.create()
    vault.pass(days(40))
    const broken = new Set([unreadable.manifest.key, unproven.manifest.key])
    const store: ObjectStore = {
      ...vault.store,
      download: (key, path, options) =>
        broken.has(key)
          ? Promise.reject(ioError(new Error('EIO: i/o error, read'), key, 'cannot read'))
          : vault.store.download(key, path, options),
    }
    const result = await run(vault, { custody: { store } })
    expect(said(result, 'backup.certified')).toEqual([
      [unproven.manifest.id, 'unknown'],
      [unreadable.manifest.id, 'unknown'],
      [sound.manifest.id, 'ok'],
      [unproven.manifest.id, 'unknown'],
    ])
    expect(result.failure).toMatchObject({
      code: 'io',
      message: expect.stringContaining(unproven.manifest.key),
    })
  })

  it('goes on with a proof for which the time ran out, and does not blame the backup', async () => {
    const vault = await createVault()
    const { manifest } = await vault.create()
    let cut = true
    const engine = inProcessEngine(async (job, look) => {
      const { lines } = await look()
      if (job.kind !== 'examine' || !cut) return { lines, stopped: null, peakMemory: null }
      const stopped = { by: 'time-limit' as const, detail: 'ended after its limit' }
      return { lines: lines.slice(0, 3), stopped, peakMemory: null }
    })
    const unfinished = await run(vault, { custody: { engine } })
    expect(said(unfinished, 'backup.proven')).toEqual([[manifest.id, 'warning']])
    expect(said(unfinished, 'backup.certified')).toEqual([])
    cut = false
    expect(said(await run(vault, { custody: { engine } }), 'backup.certified')).toEqual([[manifest.id, 'ok']])
  })

  it('remembers what it had read when it is killed', async () => {
    const vault = await createVault()
    const ids = [(await proven(vault)).manifest.id, (await proven(vault)).manifest.id]
    vault.pass(days(40))
    const store = dyingStore(vault.store, { change: 2, when: 'before' })
    await expect(run(vault, { custody: { store } })).rejects.toThrow(Killed)
    expect(said(await run(vault), 'backup.certified')).toEqual([[ids[1], 'ok']])
  })

  it('in a dry run reads nothing, and says what it would read', async () => {
    const vault = await createVault()
    const old = await proven(vault)
    vault.pass(days(40))
    const fresh = await vault.create()
    const before = vault.store.keys()
    const { findings } = await run(vault, { dryRun: true })
    const foretold = findings.filter(({ check }) => check === 'backup.certified')
    expect(foretold.map(({ actual, status, subject }) => ({ actual, status, subject }))).toEqual([
      {
        subject: fresh.manifest.id,
        status: 'skipped',
        actual: 'dry run: 8.0 KiB would be read back, and proven',
      },
      { subject: old.manifest.id, status: 'skipped', actual: 'dry run: 8.0 KiB would be read back' },
    ])
    expect(vault.store.keys()).toEqual(before)
  })

  it('in a dry run names one that was never proven and is due as well once', async () => {
    const vault = await createVault()
    const { manifest } = await vault.create()
    vault.pass(age)
    const result = await run(vault, { dryRun: true })
    expect(said(result, 'backup.certified')).toEqual([[manifest.id, 'skipped']])
  })

  it('tells of a copy that is gone, and of parts that were only cut short', async () => {
    const vault = await createVault()
    const { manifest } = await proven(vault)
    await vault.store.delete(manifest.key)
    const cut = await vault.create()
    await vault.store.delete(keys.manifest(cut.manifest.id))
    const result = await run(vault)
    expect(said(result, 'backup.certified')).toEqual([[manifest.id, 'critical']])
    expect(said(result, 'backup.proven')).toEqual([[cut.manifest.id, 'warning']])
    expect(said(result, 'backup.chain')).toEqual([[manifest.id, 'critical']])
  })

  it('is not alarmed by a backup that retention could not delete to the end', async () => {
    const vault = await createVault()
    const { manifest } = await proven(vault)
    await proven(vault)
    // The note in the chain, then the manifest: then it is gone.
    const store = dyingStore(vault.store, { change: 2, when: 'after' })
    await expect(vault.pruner({ store }).delete(await vault.find(manifest.id))).rejects.toThrow(Killed)
    const result = await run(vault)
    expect(said(result, 'backup.proven')).toEqual([[manifest.id, 'warning']])
    expect(said(result, 'backup.chain')).toEqual([[null, 'ok']])
  })

  it('ends the proof of a backup for which there was no time, with the real command', async () => {
    const hub = sampleHub({ articles: 30 })
    // Even a process that does nothing takes longer than 6 ms.
    hub.configure({ database: { checkTimeoutMinutes: 0.0001 } })
    const stored = await runTask(hub.directory, ['backup'])
    expect(stored).toMatchObject({ code: 0, report: { status: 'warning' } })
    expect(stored.finding('backup.proven')).toMatchObject({
      actual: expect.stringContaining('is not finished'),
      advice: expect.stringContaining('raise database.checkTimeoutMinutes'),
    })
    hub.configure({})
    const ended = await runTask(hub.directory, ['run', 'verify-backups'])
    expect(ended.finding('backup.certified')).toMatchObject({ status: 'ok', actual: 'cross-checked' })
    expect((await hubkeeper(hub.directory, ['backups', 'verify'])).code).toBe(0)
  })
})
