import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { type Account, startAccount } from './support/account.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'
import { refusals } from './support/s3-proxy.ts'

describe.skipIf(!motoAvailable)(needingMoto('the backups of an embedded hub in a bucket'), () => {
  let account: Account
  let hub: TestHub
  let bucket: string
  let count = 0

  beforeAll(async () => {
    account = await startAccount()
  })
  afterAll(() => account?.stop())
  beforeEach(async () => {
    count += 1
    bucket = `backups-of-test-${count}`
    await account.createBucket(bucket)
    hub = sampleHub()
    hub.configure({ backups: { bucket: { name: bucket } } })
  })
  afterEach(() => account.proxy.reset())

  const run = (...args: string[]) => account.run(hub.directory, args)
  const report = (...args: string[]) => account.report(hub.directory, args)

  /** Names of what is in the bucket, with what differs each time left out. */
  async function objects(): Promise<string[]> {
    const { Contents = [] } = await account.s3.send(new ListObjectsV2Command({ Bucket: bucket }))
    return Contents.map(({ Key = '' }) =>
      Key.replace(/backups\/[^/]+/, 'backups/ID').replace(/certificate-.+/, 'certificate'),
    )
  }

  it('are stored there, read back from there and certified', async () => {
    const { code, report: made } = await report('backup')
    expect({ code, status: made.status }).toEqual({ code: 0, status: 'ok' })
    expect(made.findings).toContainEqual(expect.objectContaining({ check: 'backup.certified', status: 'ok' }))
    expect(await objects()).toEqual([
      'hub/backups/ID/certificate',
      'hub/backups/ID/hub.db',
      'hub/backups/ID/manifest.json',
    ])
    expect(existsSync(join(hub.directory, 'backups'))).toBe(false)
    const read = account.proxy.calls.filter(
      ({ key, operation }) => operation === 'GetObject' && key.endsWith('hub.db'),
    )
    expect(read.length).toBeGreaterThan(0)
  })

  it('lie below a prefix of one’s own', async () => {
    hub.configure({ backups: { bucket: { name: bucket, prefix: 'lighthouse/', region: 'us-east-1' } } })
    await report('backup')
    expect(await objects()).toContain('lighthouse/backups/ID/manifest.json')
  })

  it('are listed and counted as those on a disk', async () => {
    await report('backup')
    expect(JSON.parse((await run('backups', 'list', '--json')).out)).toMatchObject({
      backups: [{ manifest: { database: 'knowledge/hub.db' }, certificate: { level: 'cross-checked' } }],
    })
    expect(JSON.parse((await run('status', '--json')).out)).toMatchObject({
      hubs: [{ backups: { total: 1, proven: 1 } }],
    })
  })

  it('bring a database back that is gone', async () => {
    const before = hub.value('SELECT group_concat(title) FROM articles')
    await report('backup')
    rmSync(hub.database)
    expect((await run('restore', 'latest', '--yes')).code).toBe(0)
    expect(hub.value('SELECT group_concat(title) FROM articles')).toBe(before)
  })

  it('take the safety copy of a restore, which can be undone', async () => {
    await report('backup')
    hub.execute('DELETE FROM articles')
    expect((await run('restore', 'latest', '--yes')).code).toBe(0)
    expect(hub.value('SELECT count(*) FROM articles')).not.toBe(0)
    expect((await run('restore', '--undo', '--yes')).code).toBe(0)
    expect(hub.value('SELECT count(*) FROM articles')).toBe(0)
  })

  it('are told from what was stored when a bit of the copy turned', async () => {
    account.proxy.inject({
      match: ({ key, operation }) => operation === 'GetObject' && key.endsWith('hub.db'),
      fault: 'garble',
      times: 9,
    })
    const { code, report: made } = await report('backup')
    expect(made.status).not.toBe('ok')
    expect(code).not.toBe(0)
  })

  it('fail with what to do about it when the bucket is not there', async () => {
    hub.configure({ backups: { bucket: { name: 'not-there-at-all' } } })
    const { code, out } = await run('backup')
    expect(code).toBe(3)
    expect(out).toContain('s3://not-there-at-all/hub/backups/')
    expect(out).toContain('what to do: check the bucket’s name')
  })

  it('fail with what to do about it when the bucket refuses', async () => {
    account.proxy.inject({
      match: ({ method, service }) => service === 's3' && method === 'PUT',
      fault: refusals.denied,
      times: 9,
    })
    const { code, report: made } = await report('backup')
    expect(code).toBe(3)
    expect(made.error).toMatchObject({ code: 'no-access', hint: expect.stringContaining('allow the role') })
  })

  it('are no reason for doctor to look for them on a disk', async () => {
    const { out } = await run('doctor')
    expect(out).toContain(`in the bucket ${bucket}`)
    expect(out).not.toContain('one dead disk takes both')
    expect(existsSync(join(hub.directory, 'backups'))).toBe(false)
  })
})
