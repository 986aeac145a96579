import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { minutes } from '@hubkeeper/core'
import { afterAll, describe, expect, it } from 'vitest'
import { killedAt, pointsOf, stepsOf } from '../proofs/support/killing.ts'
import { hubkeeper, runTask } from '../support/cli.ts'
import { backupIds, sampleHub, type TestHub } from '../support/hub.ts'
import { temporaryDirectory } from '../support/temporary.ts'

type Directory = Pick<TestHub, 'directory'>

const pathIn = ({ directory }: Directory, id: string, name: string): string =>
  join(directory, 'backups', id, name)

const certificateIn = (hub: Directory, id: string): string =>
  readdirSync(join(hub.directory, 'backups', id)).find((name) => name.startsWith('certificate-')) ?? ''

/** Changes one bit in the middle of a file. */
function flip(path: string): void {
  const bytes = readFileSync(path)
  const middle = bytes.length >> 1
  bytes[middle] = (bytes[middle] ?? 0) ^ 1
  writeFileSync(path, bytes)
}

interface TwoBackups {
  readonly hub: Directory
  readonly older: string
  readonly newer: string
}

const model = mkdtempSync(join(tmpdir(), 'hubkeeper-test-'))
afterAll(() => rmSync(model, { recursive: true, force: true }))

/** Makes the backups once, of which every test has a copy. */
async function makeModel(): Promise<Omit<TwoBackups, 'hub'>> {
  const hub = sampleHub({ articles: 30 })
  hub.configure({ database: { crossCheckMaxBytes: 0 } })
  expect((await hubkeeper(hub.directory, ['backup'])).code).toBe(0)
  hub.execute("INSERT INTO commands VALUES ('another', 'row')")
  expect((await hubkeeper(hub.directory, ['backup'])).code).toBe(0)
  cpSync(hub.directory, model, { recursive: true, preserveTimestamps: true })
  const [older = '', newer = ''] = backupIds(hub)
  return { older, newer }
}

let made: ReturnType<typeof makeModel> | null = null

/** A hub with two proven backups. */
async function hubWithTwo(): Promise<TwoBackups> {
  made ??= makeModel()
  const ids = await made
  const directory = join(temporaryDirectory(), 'hub')
  cpSync(model, directory, { recursive: true, preserveTimestamps: true })
  return { ...ids, hub: { directory } }
}

interface Damage {
  readonly name: string
  readonly check: string
  damage(hub: Directory, id: string): void
}

const damages: readonly Damage[] = [
  {
    name: 'one flipped bit in a copy',
    check: 'backup.certified',
    damage: (hub, id) => flip(pathIn(hub, id, 'hub.db')),
  },
  {
    name: 'a copy that is gone',
    check: 'backup.certified',
    damage: (hub, id) => rmSync(pathIn(hub, id, 'hub.db')),
  },
  {
    name: 'a manifest that cannot be read',
    check: 'backup.certified',
    damage: (hub, id) => writeFileSync(pathIn(hub, id, 'manifest.json'), '{'),
  },
  {
    name: 'a manifest that is gone, of what was certified once',
    check: 'backup.certified',
    damage: (hub, id) => rmSync(pathIn(hub, id, 'manifest.json')),
  },
  {
    name: 'a manifest that says something else',
    check: 'backup.certified',
    damage(hub, id) {
      const path = pathIn(hub, id, 'manifest.json')
      writeFileSync(path, readFileSync(path, 'utf8').replace('"request"', '"daily"'))
    },
  },
  {
    name: 'a file beside it that nobody knows',
    check: 'backup.certified',
    damage: (hub, id) => writeFileSync(pathIn(hub, id, 'more.db'), 'x'),
  },
  {
    name: 'one flipped bit in a certificate',
    check: 'backup.chain',
    damage: (hub, id) => flip(pathIn(hub, id, certificateIn(hub, id))),
  },
  {
    name: 'a certificate that is gone',
    check: 'backup.chain',
    damage: (hub, id) => rmSync(pathIn(hub, id, certificateIn(hub, id))),
  },
  {
    name: 'a backup that is gone without retention',
    check: 'backup.chain',
    damage: (hub, id) => rmSync(join(hub.directory, 'backups', id), { recursive: true }),
  },
  {
    name: 'a backup under another id',
    check: 'backup.certified',
    damage: (hub, id) =>
      renameSync(
        join(hub.directory, 'backups', id),
        join(hub.directory, 'backups', `${id.slice(0, -6)}aaaaaa`),
      ),
  },
]

describe('hubkeeper backups verify', () => {
  it('proves all of them again, and exits with 0 when every byte is as certified', async () => {
    const { hub, newer, older } = await hubWithTwo()
    const { code, finding, report } = await runTask(hub.directory, ['backups', 'verify'])
    expect({ code, status: report.status }).toEqual({ code: 0, status: 'ok' })
    for (const id of [older, newer]) {
      expect(finding('backup.certified', id)).toMatchObject({ status: 'ok', actual: 'content' })
      expect(
        readdirSync(join(hub.directory, 'backups', id)).filter((name) => /^cert/.test(name)),
      ).toHaveLength(2)
    }
    const figures = report.figures.map(({ name, subject }) => `${name} ${subject ?? ''}`.trim())
    expect(figures).toEqual(
      expect.arrayContaining(['backup.verified-bytes', 'backup.unverified-age', 'proof.duration bytes']),
    )
  })

  it.each(damages)('exits with 1 on $name', async ({ check, damage }) => {
    const { hub, older } = await hubWithTwo()
    damage(hub, older)
    const { code, report } = await runTask(hub.directory, ['backups', 'verify'])
    expect(code).toBe(1)
    expect(report.findings).toContainEqual(expect.objectContaining({ check, status: 'critical' }))
  })

  it('of one backup is not concerned with the others', async () => {
    const { hub, newer, older } = await hubWithTwo()
    flip(pathIn(hub, older, 'hub.db'))
    expect((await runTask(hub.directory, ['backups', 'verify', newer])).code).toBe(0)
    expect((await runTask(hub.directory, ['backups', 'verify', 'latest'])).code).toBe(0)
    expect((await runTask(hub.directory, ['backups', 'verify', older])).code).toBe(1)
  })

  it('of one of which only parts are left is critical, and of one that never was fails', async () => {
    const { hub, older } = await hubWithTwo()
    rmSync(pathIn(hub, older, 'hub.db'))
    expect((await runTask(hub.directory, ['backups', 'verify', older])).code).toBe(1)
    expect((await hubkeeper(hub.directory, ['backups', 'verify', 'another'])).code).toBe(3)
  })

  it('fails when it cannot be finished in time, and blames no backup', async () => {
    const { hub, newer } = await hubWithTwo()
    // Even a process that does nothing takes longer than 6 ms.
    const database = { path: 'knowledge/hub.db', authority: 'offline', checkTimeoutMinutes: 0.0001 }
    writeFileSync(join(hub.directory, 'hubkeeper.json'), JSON.stringify({ hubs: { hub: { database } } }))
    const { code, finding, report } = await runTask(hub.directory, ['backups', 'verify', newer])
    expect({ code, error: report.error?.code }).toEqual({ code: 3, error: 'time-limit' })
    expect(finding('backup.certified', newer)).toMatchObject({ status: 'unknown' })
  })

  it('in a dry run certifies nothing, and says how much it would read', async () => {
    const { hub, older } = await hubWithTwo()
    const { code, finding } = await runTask(hub.directory, ['backups', 'verify', '--dry-run'])
    expect(code).toBe(0)
    expect(finding('backup.certified', older).actual).toMatch(/KiB would be read back and certified anew$/)
  })

  it(
    'killed at any step, leaves a chain without a fault',
    async () => {
      const hub = sampleHub({ articles: 30 })
      hub.configure({ database: { crossCheckMaxBytes: 0 } })
      await hubkeeper(hub.directory, ['backup'])
      const args = ['backups', 'verify']
      const names = await stepsOf(hub, args)
      for (const { step, when } of pointsOf(names, 4)) {
        await killedAt(hub, args, { step, when })
        const { code, finding } = await runTask(hub.directory, args)
        const where = `killed ${when} step ${step} of ${names.length}: ${names[step - 1]}`
        expect({ code, chain: finding('backup.chain').status }, where).toEqual({ code: 0, chain: 'ok' })
      }
    },
    minutes(2),
  )
})
