import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type HubConfig, type Observation, parseConfig } from '@hubkeeper/core'
import { localPosture } from '@hubkeeper/local'
import { beforeEach, describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'

const { hubs } = parseConfig(
  JSON.stringify({ hubs: { demo: { database: { path: 'data/hub.db' } } } }),
  'test',
)
const hub: HubConfig = hubs.demo ?? expect.fail('the hub is configured above')

let root: string
beforeEach(() => {
  root = join(temporaryDirectory(), 'hub')
  mkdirSync(root, { mode: 0o750 })
})

/** Writes a file that only its owner may touch, unless another mode is given. */
function put(key: string, mode = 0o600, text = 'text'): string {
  const path = join(root, key)
  mkdirSync(dirname(path), { recursive: true, mode: 0o750 })
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

const observe = (
  options: { own?: readonly string[]; limit?: number } = {},
): Promise<readonly Observation[]> => localPosture({ root, hub, own: [], ...options }).storage()

/** Places and statuses of one rule, without what is fine. */
const brokenBy = (rule: string, observations: readonly Observation[]): string[] =>
  observations
    .filter((one) => one.rule === rule && one.status !== 'ok')
    .map(({ place, status }) => `${place} ${status}`)
    .sort()

describe('what lies in a hub’s directory', () => {
  it('is fine where only its owner and its group have access: one observation for each rule', async () => {
    put('data/hub.db', 0o640)
    put('.env')
    put('app/main.py', 0o644)
    const observations = await observe()
    expect(observations.map(({ status }) => status)).toEqual(observations.map(() => 'ok'))
    expect(new Set(observations.map(({ rule }) => rule)).size).toBe(observations.length)
    expect(observations[0]).toMatchObject({ place: '.', actual: 'so it is in 6 places', advice: null })
  })

  it('is open where everybody may write', async () => {
    put('notes.txt', 0o666)
    mkdirSync(join(root, 'drop'))
    chmodSync(join(root, 'drop'), 0o777)
    mkdirSync(join(root, 'tmp'))
    chmodSync(join(root, 'tmp'), 0o1777)
    const observations = await observe()
    expect(brokenBy('world-writable', observations)).toEqual([
      'drop critical',
      'notes.txt critical',
      'tmp warning',
    ])
    expect(observations.find(({ place }) => place === 'notes.txt')).toMatchObject({ actual: 'mode 0666' })
  })

  it.each([
    ['.env', 0o644, 'critical'],
    ['.env.production', 0o640, 'warning'],
    ['deploy/prod.env', 0o604, 'critical'],
    ['ssh/id_rsa', 0o644, 'critical'],
    ['ssh/id_ed25519', 0o640, 'warning'],
    ['tls/server.key', 0o644, 'critical'],
    ['config/settings.toml', 0o644, 'warning'],
  ])('is a secret that others may read: %s with mode %o', async (key, mode, status) => {
    put(key, mode)
    expect(brokenBy('secret-readable', await observe())).toEqual([`${key} ${status}`])
  })

  it.each(['.env.example', 'ssh/id_rsa.pub', 'app/settings.toml', 'identity.py'])(
    'is no secret: %s',
    async (key) => {
      put(key, 0o644)
      expect(brokenBy('secret-readable', await observe())).toEqual([])
    },
  )

  it('is a secret where a .pem holds a private key, and none where it holds a certificate', async () => {
    put('tls/cert.pem', 0o644, '-----BEGIN CERTIFICATE-----\n')
    put('tls/both.pem', 0o644, '-----BEGIN CERTIFICATE-----\n\n-----BEGIN EC PRIVATE KEY-----\n')
    expect(brokenBy('secret-readable', await observe())).toEqual(['tls/both.pem critical'])
  })

  it('is a secret where the key stands behind a long chain, and a pipe is not waited for', async () => {
    put('tls/all.pem', 0o644, `${'MIIB\n'.repeat(5000)}-----BEGIN PRIVATE KEY-----\nMII`)
    spawnSync('mkfifo', [join(root, 'tls/pipe.pem')])
    expect(brokenBy('secret-readable', await observe())).toEqual(['tls/all.pem critical'])
  })

  it('is configuration by the globs of the hub, whatever its name begins with', async () => {
    put('config/.hidden.yaml', 0o644)
    expect(brokenBy('secret-readable', await observe())).toEqual(['config/.hidden.yaml warning'])
  })

  it('is judged where it lies, not by the link that leads to it', async () => {
    const [link, copies] = [join(dirname(root), 'current'), join(dirname(root), 'copies')]
    mkdirSync(join(dirname(root), 'disk'), { mode: 0o750 })
    symlinkSync(join(dirname(root), 'disk'), copies)
    symlinkSync(root, link)
    const observations = await localPosture({ root: link, hub, own: [copies] }).storage()
    expect(observations.filter(({ status }) => status !== 'ok')).toEqual([])
  })

  it('is the database with its journals, and what commands stand in', async () => {
    put('data/hub.db', 0o644)
    put('data/hub.db-wal', 0o644)
    put('data/hub.db.txt', 0o644)
    put('hubkeeper.json', 0o664)
    const observations = await observe()
    expect(brokenBy('database-readable', observations)).toEqual([
      'data/hub.db warning',
      'data/hub.db-wal warning',
    ])
    expect(brokenBy('configuration-writable', observations)).toEqual(['hubkeeper.json warning'])
  })

  it('runs with the rights of its owner', async () => {
    put('bin/tool', 0o4755)
    put('bin/other', 0o2755)
    mkdirSync(join(root, 'shared'))
    chmodSync(join(root, 'shared'), 0o2750)
    expect(brokenBy('runs-as-owner', await observe())).toEqual(['bin/other warning', 'bin/tool critical'])
  })

  it('leads out: a link, but none to an interpreter', async () => {
    put('inside.txt')
    symlinkSync('inside.txt', join(root, 'alias'))
    symlinkSync('nowhere', join(root, 'dangling'))
    symlinkSync('/etc/hosts', join(root, 'hosts'))
    symlinkSync('..', join(root, 'up'))
    mkdirSync(join(root, '.venv/bin'), { recursive: true })
    symlinkSync('/bin/sh', join(root, '.venv/bin/python3'))
    expect(brokenBy('link-out', await observe())).toEqual(['hosts warning', 'up warning'])
  })

  it('holds copies that others may read: backups, wherever they are', async () => {
    const backups = join(root, '../backups')
    mkdirSync(backups)
    chmodSync(backups, 0o755)
    const missing = join(root, 'state/scratch')
    expect(brokenBy('copies-readable', await observe({ own: [backups, missing] }))).toEqual([
      '../backups warning',
    ])
  })

  it('is told of place by place up to a number, the worst first, and counted beyond', async () => {
    for (let i = 0; i < 30; i++) put(`keys/a${i}.env`, 0o640)
    put('keys/z.env', 0o644)
    const broken = brokenBy('secret-readable', await observe())
    expect(broken).toHaveLength(21)
    expect(broken).toContain('keys/z.env critical')
    expect(broken).toContain('11 others critical')
  })

  it('is named on one line, whatever characters its name has', async () => {
    put('a\nb\u001b[31mred\u202e.env', 0o644)
    const [named] = brokenBy('secret-readable', await observe())
    expect(named).toBe('a b red\ufffd.env critical')
  })

  it('is unknown beyond the number of places that are looked at', async () => {
    for (let i = 0; i < 5; i++) put(`f${i}`)
    expect(brokenBy('not-seen', await observe({ limit: 5 }))).toEqual([])
    expect(brokenBy('not-seen', await observe({ limit: 4 }))).toEqual(['. unknown'])
  })

  it('is unknown where there is no such directory', async () => {
    root = join(root, 'nowhere')
    expect(brokenBy('not-seen', await observe())).toEqual(['. unknown'])
  })
})

describe('what others than the hub’s own user see', () => {
  const asRoot = process.getuid?.() === 0

  it.skipIf(!asRoot)('of another owner is told', async () => {
    chownSync(put('stray.txt'), 4242, 4242)
    const observations = await observe()
    expect(brokenBy('other-owner', observations)).toEqual(['stray.txt warning'])
    expect(observations.find(({ place }) => place === 'stray.txt')?.actual).toBe(
      'user 4242, where the directory has 0',
    )
  })

  it.skipIf(!asRoot)('is unknown where they may not look (needs root to become somebody else)', () => {
    put('closed/.env')
    chmodSync(dirname(root), 0o755)
    chmodSync(root, 0o755)
    chmodSync(join(root, 'closed'), 0o700)
    const worker = join(import.meta.dirname, 'workers/posture.ts')
    const { stderr, stdout } = spawnSync(process.execPath, [worker, root], {
      uid: 65_534,
      gid: 65_534,
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    const observations: readonly Observation[] = JSON.parse(stdout)
    expect(brokenBy('not-seen', observations)).toEqual(['closed unknown'])
  })
})

it('neither ages of secrets nor accesses are known of a machine', async () => {
  const posture = localPosture({ root, hub, own: [] })
  expect(await posture.credentials(new Date())).toEqual([])
  expect(await posture.access(new Date())).toMatchObject({ unavailable: expect.any(String) })
})
