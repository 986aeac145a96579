import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { days } from '@hubkeeper/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { backupsOf, dailyFrom, storeBackups } from '../support/histories.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { type Account, startAccount } from './support/account.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'
import { refusals } from './support/s3-proxy.ts'

describe.skipIf(!motoAvailable)(needingMoto('retention of backups in a bucket'), () => {
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
    bucket = `retention-of-test-${count}`
    await account.createBucket(bucket)
    hub = sampleHub({ articles: 10 })
    hub.configure({ backups: { bucket: { name: bucket } } })
    const first = new Date(Date.now() - days(36))
    await storeBackups({ put }, backupsOf(dailyFrom(first, 37)))
    account.proxy.reset()
  })
  afterEach(() => account.proxy.reset())

  /** What is known of the backups is kept apart from them, beside the hub. */
  async function put(key: string, body: Uint8Array | string) {
    if (key.startsWith('backups/')) {
      await account.s3.send(new PutObjectCommand({ Bucket: bucket, Key: `hub/${key}`, Body: body }))
    } else {
      const path = join(hub.directory, key)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, body)
    }
    return { key, bytes: body.length, etag: '', modifiedAt: new Date() }
  }

  async function ids(): Promise<string[]> {
    const { Contents = [] } = await account.s3.send(new ListObjectsV2Command({ Bucket: bucket }))
    return [...new Set(Contents.map(({ Key = '' }) => Key.split('/')[2] ?? ''))]
  }

  const retained = async () => {
    const { code, report } = await account.report(hub.directory, ['run', 'cleanup'])
    const found = report.findings.find(({ check }) => check === 'retention.applied')
    return { code, finding: found, deleted: Number(found?.actual) }
  }

  it('deletes what the plan says, the manifest of each first', async () => {
    const { deleted, finding } = await retained()
    expect(finding?.status).toBe('ok')
    expect(deleted).toBeGreaterThan(3)
    expect(await ids()).toHaveLength(37 - deleted)
    const keys = account.proxy.calls
      .filter(({ operation }) => operation === 'DeleteObject')
      .map(({ key }) => key)
    expect(keys).toHaveLength(deleted * 3)
    expect(keys.filter((_, i) => i % 3 === 0).every((key) => key.endsWith('/manifest.json'))).toBe(true)
  })

  it('warns of one that the bucket refuses to delete, and goes on with the others', async () => {
    account.proxy.inject({
      match: ({ operation }) => operation === 'DeleteObject',
      fault: refusals.denied,
      times: 1,
    })
    const { code, deleted, finding } = await retained()
    expect({ code, status: finding?.status }).toEqual({ code: 0, status: 'warning' })
    expect(deleted).toBe(Number(finding?.expected) - 1)
    expect(finding?.evidence.filter((line) => line.startsWith('not deleted '))).toHaveLength(1)
    const again = await retained()
    expect(again).toMatchObject({ deleted: 1, finding: { status: 'ok' } })
  })
})
