import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfigInput } from '@hubkeeper/core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { type Account, startAccount } from './support/account.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'
import { answerAsS3, createLockedBucket, liftsLock, versioningOf } from './support/object-lock.ts'
import type { Call } from './support/s3-proxy.ts'
import { createStorageStack } from './support/storage-stack.ts'

describe.skipIf(!motoAvailable)(needingMoto('hubkeeper verify-aws with Object Lock'), () => {
  let account: Account

  beforeAll(async () => {
    account = await startAccount()
  })
  afterAll(() => account?.stop())
  afterEach(() => account.proxy.reset())

  it('finds that a locked bucket keeps everything, and says what it had to leave there', async () => {
    const bucket = 'locked-for-good'
    await createLockedBucket(account.s3, bucket, { Mode: 'COMPLIANCE', Days: 30 })
    answerAsS3(account.proxy)
    const { code, err, out } = await account.run(temporaryDirectory(), ['verify-aws', '--bucket', bucket])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('19 of 19 hold\n')
    expect(out).toMatch(
      /\d+ versions \(80\.0 MiB\) below verify-\w+\/ in locked-for-good stay until their locks end, in 30 d/,
    )
  })

  it('names everything that a bucket allows which it should not: exit code 1', async () => {
    // This is moto as it is: it shortens locks, turns versioning off, and lifts locks for everybody.
    const bucket = 'locked-a-little'
    await createLockedBucket(account.s3, bucket, { Mode: 'GOVERNANCE', Days: 30 })
    const { code, out } = await account.run(temporaryDirectory(), ['verify-aws', '--bucket', bucket])
    expect(code).toBe(1)
    const failed = [...out.matchAll(/✖ (.+)\n {4}(.+)/g)].map(([, title, problem]) => `${title}: ${problem}`)
    expect(failed).toEqual([
      `${bucket}: the time of a lock cannot be shortened: critical: it was shortened; that was taken back`,
      `${bucket}: versioning cannot be turned off: critical: it was turned off; that was taken back`,
      expect.stringContaining(`${bucket}: these credentials cannot lift a lock: they can (s3:Bypass`),
    ])
    expect(out).toContain('16 of 19 hold')
    expect(await versioningOf(account.s3, bucket)).toBe('Enabled')
  })

  it('holds the deployment’s bucket of backups to aws.objectLock, and the other to its versions', async () => {
    const [plain, locked] = ['plain-hub', 'locked-backups']
    await account.createBucket(plain)
    await createLockedBucket(account.s3, locked, { Mode: 'GOVERNANCE', Days: 7 })
    const outputs = { HubBucket: plain, BackupBucket: locked }
    await createStorageStack(account.proxy.url, { name: 'keeper', outputs })
    const directory = temporaryDirectory()
    const config: ConfigInput = {
      aws: { name: 'keeper', objectLock: { mode: 'governance', days: 7 } },
      hubs: { hub: { database: { path: 'hub.db' } } },
    }
    writeFileSync(join(directory, 'hubkeeper.json'), JSON.stringify(config))
    answerAsS3(account.proxy)
    // As the bucket's policy has it, which moto does not look at.
    const overwrites = ({ bucket, headers, operation, query }: Call) =>
      bucket === locked && operation === 'PutObject' && !('retention' in query || 'if-none-match' in headers)
    account.proxy.authorize = (call) => !liftsLock(call) && !overwrites(call)
    const { code, out } = await account.run(directory, ['verify-aws', '--json'])
    const { left, locked: kept, verifications } = JSON.parse(out)
    expect(verifications.filter(({ held }: { held: boolean }) => !held)).toEqual([
      {
        title: 'plain-hub: it has Object Lock',
        held: false,
        problem: null,
        skipped: expect.stringContaining('it has none: versions keep what was deleted, but not from whoever'),
      },
    ])
    expect(verifications).toHaveLength(9 + 3 + 10)
    expect(left).toEqual([])
    expect(kept).toEqual([
      {
        bucket: locked,
        below: expect.stringMatching(/^verify-\w+\/backups\/$/),
        days: 7,
        versions: expect.any(Number),
        bytes: expect.any(Number),
      },
    ])
    expect(code).toBe(0)
  })
})
