import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { ConfigInput } from '@hubkeeper/core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { type Account, startAccount } from './support/account.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'
import { refusals } from './support/s3-proxy.ts'

describe.skipIf(!motoAvailable)(needingMoto('hubkeeper verify-aws'), () => {
  let account: Account

  beforeAll(async () => {
    account = await startAccount()
    await account.createBucket('of-my-own')
  })
  afterAll(() => account?.stop())
  afterEach(() => account.proxy.reset())

  /** What is in a bucket, uploads that never ended included. */
  async function leftIn(Bucket: string): Promise<unknown[]> {
    const { Contents = [] } = await account.s3.send(new ListObjectsV2Command({ Bucket }))
    const { Uploads = [] } = await account.s3.send(new ListMultipartUploadsCommand({ Bucket }))
    return [...Contents, ...Uploads]
  }

  const verify = (...args: string[]) => account.run(temporaryDirectory(), ['verify-aws', ...args])

  it('finds that everything holds in a bucket of one’s own, and leaves nothing there', async () => {
    const { code, err, out } = await verify('--bucket', 'of-my-own')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(
      /^(✔ .+\n){11}– of-my-own: it has Object Lock: skipped\n.+\n11 of 11 hold, 1 skipped\n$/,
    )
    expect(await leftIn('of-my-own')).toEqual([])
  })

  it('tries the deployment’s own buckets, and copies between them', async () => {
    const directory = temporaryDirectory()
    const config: ConfigInput = { hubs: { hub: { database: { path: 'hub.db' } } } }
    writeFileSync(join(directory, 'hubkeeper.json'), JSON.stringify(config))
    const { code, out } = await account.run(directory, ['verify-aws', '--json'])
    expect(code).toBe(0)
    const { left, locked, schema, verifications } = JSON.parse(out)
    expect({ left, locked, schema }).toEqual({ left: [], locked: [], schema: 1 })
    expect(verifications).toHaveLength(9 + 3 + 3)
    expect(await leftIn(account.hubBucket)).toEqual([])
    expect(await leftIn(account.backupBucket)).toEqual([])
    const written = new Set(account.proxy.calls.map(({ bucket }) => bucket))
    expect([...written].sort()).toContain(account.backupBucket)
  })

  it('names what does not hold in a store that overlooks conditions', async () => {
    account.proxy.authorize = ({ headers }) => {
      for (const name of ['if-match', 'if-none-match', 'x-amz-copy-source-if-match']) delete headers[name]
      return true
    }
    const { code, out } = await verify('--bucket', 'of-my-own')
    expect(code).toBe(1)
    const failed = [...out.matchAll(/✖ (.+)\n {4}(.+)/g)].map(([, trial, problem]) => `${trial}: ${problem}`)
    expect(failed).toEqual([
      'an object is created once: a second creation was accepted',
      'of twenty that create at once, one does: 20 did',
      'an object is replaced only in the place of the version that was read: a stale replacement was accepted',
      'of a deletion and a replacement of the same version at once, one is done: both were done',
      'a large file goes up in parts, on condition, and comes back bit for bit: both of two uploads at once were done',
      'a version is copied on the server, on condition of source and destination: both of two copies at once were done',
      'of-my-own: what was written over is still there as an old version, bit for bit: a second creation was accepted',
    ])
    expect(out).toContain('4 of 11 hold, 1 skipped')
    expect(await leftIn('of-my-own')).toEqual([])
  })

  it('goes on past a refusal, and says what S3 answered', async () => {
    account.proxy.authorize = ({ operation }) => operation !== 'UploadPartCopy'
    const { code, out } = await verify('--bucket', 'of-my-own')
    expect(code).toBe(1)
    expect(out).toMatch(/✖ a version is copied on the server[^\n]*\n.+is not authorized to perform/)
    expect(out).toContain('10 of 11 hold, 1 skipped')
    expect(await leftIn('of-my-own')).toEqual([])
  })

  it('names what it could not delete again', async () => {
    account.proxy.inject({
      match: ({ key, method }) => method === 'DELETE' && key.endsWith('/once'),
      fault: refusals.denied,
      times: 9,
    })
    const { out } = await verify('--bucket', 'of-my-own')
    expect(out).toMatch(/could not delete once: .+AccessDenied/)
    expect(await leftIn('of-my-own')).toHaveLength(1)
  })

  it('says nothing of a store that it could not try at all', async () => {
    const { code, err, out } = await verify('--bucket', 'not-there-at-all')
    expect({ code, out }).toEqual({ code: 3, out: '' })
    expect(err).toContain('NoSuchBucket')
    expect(err).toContain('what to do: check the bucket’s name')
  })
})
