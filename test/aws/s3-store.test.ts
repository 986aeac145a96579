import { createHash, randomBytes } from 'node:crypto'
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { ObjectStore } from '@hubkeeper/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createS3Client } from '../../layers/aws/src/s3/client.ts'
import { s3Error } from '../../layers/aws/src/s3/errors.ts'
import { s3Store } from '../../layers/aws/src/s3/store.ts'
import { objectStoreContract } from '../adapters/object-store.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { type Account, startAccount } from './support/account.ts'
import { region } from './support/deployed/template.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'
import { type Call, refusals, type S3Proxy } from './support/s3-proxy.ts'

const mebibyte = 1024 ** 2
const sha256 = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex')
const text = (body: Uint8Array | undefined): string => new TextDecoder().decode(body)
const absent = { ifNoneMatch: '*' } as const
const is = (operation: string) => (call: Call) => call.operation === operation

describe.skipIf(!motoAvailable)(needingMoto('S3'), () => {
  let account: Account
  let proxy: S3Proxy
  let client: S3Client
  let buckets = 0

  beforeAll(async () => {
    account = await startAccount()
    proxy = account.proxy
    client = account.s3
  })
  afterAll(() => account?.stop())
  beforeEach(() => proxy.reset())

  async function makeBucket(): Promise<string> {
    const bucket = `bucket-${++buckets}`
    await account.createBucket(bucket)
    return bucket
  }
  const storeOn = async (): Promise<ObjectStore> =>
    s3Store({ client, bucket: await makeBucket(), prefix: '' })

  const operations = (): string[] => proxy.calls.map(({ operation }) => operation)
  const times = (operation: string): number => operations().filter((one) => one === operation).length
  const pendingUploads = async (bucket: string) =>
    (await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads ?? []

  /** Lets something happen once, just before the operation. */
  const meanwhile = (operation: string, act: () => Promise<unknown>) => async (call: Call) => {
    if (call.operation !== operation) return true
    proxy.authorize = undefined
    await act()
    return true
  }

  function fileOf(body: Uint8Array): string {
    const path = join(temporaryDirectory(), 'file')
    writeFileSync(path, body)
    return path
  }

  objectStoreContract('a bucket', storeOn, { etagsOfContent: true })
  objectStoreContract(
    'a prefix of a bucket',
    async () => s3Store({ client, bucket: await makeBucket(), prefix: 'demo/' }),
    { etagsOfContent: true },
  )

  describe('keys', () => {
    it('are below the prefix, and what is beside it is not seen', async () => {
      const bucket = await makeBucket()
      await s3Store({ client, bucket, prefix: 'other/' }).put('a', '1')
      const store = s3Store({ client, bucket, prefix: 'demo/' })
      await store.put('b', '2')
      expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['b'])
      expect(proxy.calls.at(-2)).toMatchObject({ operation: 'PutObject', bucket, key: 'demo/b', status: 200 })
    })

    it.each(['', '/a', 'a//b', 'a/', 'a/../b', './a', 'a\u0000', 'a\\b', 'k'.repeat(1020)])(
      'refuses %j before S3 is asked',
      async (key) => {
        const store = s3Store({ client, bucket: 'any', prefix: 'demo/' })
        await expect(store.put(key, '')).rejects.toMatchObject({ code: 'key-refused' })
        await expect(store.head(key)).rejects.toMatchObject({ code: 'key-refused' })
        expect(proxy.calls).toEqual([])
      },
    )

    it('skips what a console leaves as a folder', async () => {
      const bucket = await makeBucket()
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'a/', Body: '' }))
      const store = s3Store({ client, bucket, prefix: '' })
      await store.put('a/b', '1')
      expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['a/b'])
    })

    it('are encoded where S3 wants them encoded', async () => {
      const store = await storeOn()
      const key = 'ä b+c/%25?&=#日本.db'
      await store.put(key, 'content')
      await store.copy(key, 'copy')
      expect(text((await store.get('copy'))?.body)).toBe('content')
    })
  })

  describe('routes', () => {
    async function twoBuckets() {
      const [live, backups] = [await makeBucket(), await makeBucket()]
      const routes = [{ prefix: 'backups/', bucket: backups }]
      return { live, backups, store: s3Store({ client, bucket: live, prefix: 'demo/', routes }) }
    }

    it('keep each key in its bucket, and list it there', async () => {
      const { backups, live, store } = await twoBuckets()
      await store.put('database/hub.db', '1')
      await store.put('backups/one', '2')
      expect(proxy.calls.filter(is('PutObject')).map(({ bucket, key }) => `${bucket}/${key}`)).toEqual([
        `${live}/demo/database/hub.db`,
        `${backups}/demo/backups/one`,
      ])
      expect((await store.list('backups/')).objects.map(({ key }) => key)).toEqual(['backups/one'])
    })

    it('do not show under a route what its bucket does not have', async () => {
      const { live, store } = await twoBuckets()
      await s3Store({ client, bucket: live, prefix: 'demo/' }).put('backups/stray', '1')
      await store.put('other', '1')
      expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['other'])
    })

    it('copy from one bucket to the other, and no byte comes through here', async () => {
      const { store } = await twoBuckets()
      const body = randomBytes(6 * mebibyte)
      const { info } = await store.upload(fileOf(body), 'database/hub.db')
      proxy.reset()
      const copied = await store.copy('database/hub.db', 'backups/one', {
        sourceIfMatch: info.etag,
        condition: absent,
      })
      expect(copied).toMatchObject({ key: 'backups/one', bytes: body.length })
      expect(times('UploadPartCopy')).toBe(1)
      expect(operations()).not.toContain('UploadPart')
      expect(operations()).not.toContain('PutObject')
      for (const call of proxy.calls) expect(call.requestBytes + call.responseBytes).toBeLessThan(2000)
      const down = await store.download('backups/one', join(temporaryDirectory(), 'out'))
      expect(down).toMatchObject({ sha256: sha256(body), info: { etag: copied.etag } })
    })

    it('copy what is empty', async () => {
      const { store } = await twoBuckets()
      await store.put('nothing', '')
      await store.copy('nothing', 'backups/nothing', { condition: absent })
      expect(await store.head('backups/nothing')).toMatchObject({ bytes: 0 })
      const refused = store.copy('nothing', 'backups/nothing', { condition: absent })
      await expect(refused).rejects.toMatchObject({ code: 'precondition-failed' })
    })
  })

  describe('reading', () => {
    it('gives the size of the whole with a range, and nothing behind the end', async () => {
      const store = await storeOn()
      const { etag } = await store.put('a', '0123456789')
      expect((await store.get('a', { range: { start: 2, end: 4 } }))?.info).toMatchObject({ bytes: 10, etag })
      const behind = await store.get('a', { range: { start: 10, end: 20 }, ifMatch: etag })
      expect(behind).toMatchObject({ info: { bytes: 10, etag }, body: new Uint8Array() })
      await store.put('empty', '')
      expect((await store.get('empty', { range: { start: 0, end: 9 } }))?.body).toHaveLength(0)
    })

    it('needs no versions in the bucket', async () => {
      const bucket = `plain-${++buckets}`
      await client.send(new CreateBucketCommand({ Bucket: bucket }))
      const store = s3Store({ client, bucket, prefix: '' })
      const { etag } = await store.put('a', 'content')
      await store.copy('a', 'b', { sourceIfMatch: etag })
      const down = await store.download('b', join(temporaryDirectory(), 'out'))
      expect(down.sha256).toBe(sha256(Buffer.from('content')))
    })

    it('does not take bytes that S3 did not keep', async () => {
      const store = await storeOn()
      await store.put('a', 'content')
      const directory = temporaryDirectory()
      proxy.inject({ match: is('GetObject'), fault: 'garble', times: 1 })
      await expect(store.download('a', join(directory, 'out'))).rejects.toMatchObject({
        code: 'io',
        message: expect.stringContaining('other bytes'),
      })
      expect(readdirSync(directory)).toEqual([])
      proxy.inject({ match: is('GetObject'), fault: 'garble', times: 1 })
      expect(text((await store.get('a'))?.body)).toBe('content')
    })

    it('reads one version, also when another comes meanwhile', async () => {
      const store = await storeOn()
      await store.put('a', 'first')
      proxy.authorize = meanwhile('GetObject', () => store.put('a', 'second'))
      const path = join(temporaryDirectory(), 'out')
      expect((await store.download('a', path)).sha256).toBe(sha256(Buffer.from('first')))
    })

    it('says so where the version is gone', async () => {
      const bucket = `plain-${++buckets}`
      await client.send(new CreateBucketCommand({ Bucket: bucket }))
      const store = s3Store({ client, bucket, prefix: '' })
      await store.put('a', 'first')
      const path = join(temporaryDirectory(), 'out')
      proxy.authorize = meanwhile('GetObject', () => store.put('a', 'second'))
      await expect(store.download('a', path)).rejects.toMatchObject({ code: 'precondition-failed' })
      proxy.authorize = meanwhile('UploadPartCopy', () => store.put('a', 'third'))
      await expect(store.copy('a', 'b')).rejects.toMatchObject({ code: 'precondition-failed', key: 'a' })
      proxy.authorize = meanwhile('GetObject', () => store.delete('a'))
      await expect(store.download('a', path)).rejects.toMatchObject({ code: 'object-missing' })
      expect(existsSync(path)).toBe(false)
      expect(await pendingUploads(bucket)).toEqual([])
    })

    it('downloads what is empty, into a file of its own', async () => {
      const store = await storeOn()
      await store.put('empty', '')
      const path = join(temporaryDirectory(), 'out')
      expect((await store.download('empty', path)).sha256).toBe(sha256(new Uint8Array()))
      expect(statSync(path).mode & 0o777).toBe(0o600)
      await expect(store.download('empty', path)).rejects.toMatchObject({ code: 'io' })
      expect(existsSync(path)).toBe(true)
    })

    it('goes on where bodies break off', async () => {
      const store = await storeOn()
      const body = randomBytes(20 * mebibyte)
      await store.upload(fileOf(body), 'a')
      proxy.inject({ match: is('GetObject'), fault: 'cut-body', times: 3 })
      const path = join(temporaryDirectory(), 'out')
      expect((await store.download('a', path)).sha256).toBe(sha256(body))
      expect(readFileSync(path).equals(body)).toBe(true)
      expect(times('GetObject')).toBe(6)
      proxy.inject({ match: is('GetObject'), fault: 'cut-body', times: 1 })
      expect((await store.get('a'))?.body.length).toBe(body.length)
    })

    it('gives up where they always do, and leaves no file', async () => {
      const store = await storeOn()
      await store.put('a', randomBytes(1000))
      proxy.inject({ match: is('GetObject'), fault: 'cut-body', times: 99 })
      const directory = temporaryDirectory()
      await expect(store.download('a', join(directory, 'out'))).rejects.toMatchObject({
        code: 'unreachable',
        message: expect.stringContaining('s3://'),
      })
      expect(readdirSync(directory)).toEqual([])
      expect(times('GetObject')).toBe(4)
    })

    it('does not wait for an answer that never comes', async () => {
      const bucket = await makeBucket()
      const hasty = createS3Client({ endpoint: proxy.url, region, stallMilliseconds: 300 })
      const store = s3Store({ client: hasty, bucket, prefix: '' })
      await store.put('a', 'content')
      proxy.inject({ match: is('GetObject'), fault: 'stall', times: 2 })
      expect(text((await store.get('a'))?.body)).toBe('content')
      expect(times('GetObject')).toBe(3)
      proxy.inject({ match: is('GetObject'), fault: 'stall', times: 99 })
      await expect(store.get('a')).rejects.toMatchObject({ code: 'unreachable' })
      hasty.destroy()
    })
  })

  describe('writing', () => {
    it('sends a SHA-256 with everything', async () => {
      const store = await storeOn()
      await store.put('a', 'content')
      await store.upload(fileOf(randomBytes(17 * mebibyte)), 'b')
      const sums = proxy.calls
        .filter(({ operation }) => operation === 'PutObject' || operation === 'UploadPart')
        .map(({ headers }) => headers['x-amz-checksum-sha256'])
      expect(sums).toHaveLength(3)
      for (const sum of sums) expect(sum).toEqual(expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/))
      expect(proxy.calls.find(is('CreateMultipartUpload'))?.headers).toMatchObject({
        'x-amz-checksum-algorithm': 'SHA256',
      })
    })

    it('takes 40 MB up in parts and down in ranges', async () => {
      const store = await storeOn()
      const body = randomBytes(40_000_000)
      const path = fileOf(body)
      const up = await store.upload(path, 'big', { condition: absent, consume: true })
      expect(up).toMatchObject({ sha256: sha256(body), info: { bytes: body.length } })
      expect(existsSync(path)).toBe(false)
      expect(times('UploadPart')).toBe(3)
      expect(await store.head('big')).toMatchObject({ bytes: body.length, etag: up.info.etag })
      const out = join(temporaryDirectory(), 'out')
      proxy.reset()
      const down = await store.download('big', out, { ifMatch: up.info.etag })
      expect(down.sha256).toBe(up.sha256)
      expect(readFileSync(out).equals(body)).toBe(true)
      expect(times('GetObject')).toBe(5)
    })

    it('keeps the conditions of large files too, and says so before the first part', async () => {
      const bucket = await makeBucket()
      const store = s3Store({ client, bucket, prefix: '' })
      const path = fileOf(randomBytes(17 * mebibyte))
      const { info } = await store.upload(path, 'big', { condition: absent })
      proxy.reset()
      for (const condition of [absent, { ifMatch: '"other"' }]) {
        const refused = store.upload(path, 'big', { condition, consume: true })
        await expect(refused).rejects.toMatchObject({ code: 'precondition-failed' })
      }
      expect(operations()).not.toContain('UploadPart')
      expect(existsSync(path)).toBe(true)
      await store.upload(path, 'big', { condition: { ifMatch: info.etag } })
      expect(await pendingUploads(bucket)).toEqual([])
    })

    it('loses a race at the end of a large file, and leaves nothing of it', async () => {
      const bucket = await makeBucket()
      const store = s3Store({ client, bucket, prefix: '' })
      const path = fileOf(randomBytes(17 * mebibyte))
      const race = await Promise.allSettled([
        store.upload(path, 'big', { condition: absent }),
        store.upload(path, 'big', { condition: absent }),
        store.upload(path, 'big', { condition: absent }),
      ])
      expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const one of race) {
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'precondition-failed' })
      }
      expect(await pendingUploads(bucket)).toEqual([])
    })

    it('refuses a file that somebody writes meanwhile', async () => {
      const bucket = await makeBucket()
      const store = s3Store({ client, bucket, prefix: '' })
      const path = fileOf(randomBytes(17 * mebibyte))
      proxy.authorize = ({ operation }) => {
        if (operation === 'UploadPart') appendFileSync(path, 'more')
        return true
      }
      await expect(store.upload(path, 'big', { consume: true })).rejects.toMatchObject({
        code: 'io',
        message: expect.stringContaining('changed while'),
      })
      expect(existsSync(path)).toBe(true)
      expect(await store.head('big')).toBeNull()
      expect(await pendingUploads(bucket)).toEqual([])
    })
  })

  describe('when the answer to a write is lost', () => {
    it.each([
      ['creates', absent],
      ['replaces', undefined],
    ])('a put that %s knows its own work', async (_, condition) => {
      const store = await storeOn()
      proxy.inject({ match: is('PutObject'), fault: 'cut-after', times: 1 })
      const put = await store.put('a', 'mine', condition)
      expect(times('PutObject')).toBe(2)
      expect(await store.head('a')).toMatchObject({ etag: put.etag, bytes: 4 })
    })

    it('a put over a known version knows its own work', async () => {
      const store = await storeOn()
      const { etag } = await store.put('a', 'old')
      proxy.inject({ match: is('PutObject'), fault: 'cut-after', times: 1 })
      const put = await store.put('a', 'mine', { ifMatch: etag })
      expect(await store.head('a')).toMatchObject({ etag: put.etag })
    })

    it('does not take another’s work for its own', async () => {
      const store = await storeOn()
      await store.put('a', 'theirs', absent)
      proxy.inject({ match: is('PutObject'), fault: 'cut', times: 1 })
      await expect(store.put('a', 'theirs', absent)).rejects.toMatchObject({ code: 'precondition-failed' })
    })

    it.each([
      ['412', null],
      ['NoSuchUpload', { status: 404, code: 'NoSuchUpload' }],
    ])('an upload in parts knows its own work by a %s', async (_, second) => {
      const store = await storeOn()
      const body = randomBytes(17 * mebibyte)
      const completes = is('CompleteMultipartUpload')
      proxy.inject({ match: completes, fault: 'cut-after', times: 1 })
      if (second !== null) proxy.inject({ match: completes, fault: second, times: 1 })
      const up = await store.upload(fileOf(body), 'a', { condition: absent })
      expect(times('CompleteMultipartUpload')).toBe(2)
      expect(times('CreateMultipartUpload')).toBe(1)
      const down = await store.download('a', join(temporaryDirectory(), 'out'), { ifMatch: up.info.etag })
      expect(down.sha256).toBe(sha256(body))
    })

    it('a copy knows its own work', async () => {
      const store = await storeOn()
      await store.put('a', 'content')
      proxy.inject({ match: is('CompleteMultipartUpload'), fault: 'cut-after', times: 1 })
      proxy.inject({ match: is('UploadPartCopy'), fault: 'cut-after', times: 1 })
      const copied = await store.copy('a', 'b', { condition: absent })
      expect(await store.head('b')).toMatchObject({ etag: copied.etag })
    })

    it('a delete knows its own work', async () => {
      const store = await storeOn()
      const { etag } = await store.put('a', 'content')
      proxy.inject({ match: is('DeleteObject'), fault: 'cut-after', times: 1 })
      await store.delete('a', { ifMatch: etag })
      expect(times('DeleteObject')).toBe(2)
      expect(await store.head('a')).toBeNull()
      await expect(store.delete('a', { ifMatch: etag })).rejects.toMatchObject({
        code: 'precondition-failed',
      })
    })
  })

  describe('when S3 has trouble', () => {
    it.each([
      ['503', refusals.slowDown],
      ['500', refusals.internalError],
      ['a cut connection', 'cut'],
    ] as const)('a burst of %s is lived through', async (_, fault) => {
      const store = await storeOn()
      proxy.inject({ match: () => true, fault, times: 2 })
      await store.put('a', 'content', absent)
      proxy.inject({ match: () => true, fault, times: 2 })
      expect(text((await store.get('a'))?.body)).toBe('content')
    })

    it('a conflict at a put is tried again, and in the end a lost race', async () => {
      const store = await storeOn()
      proxy.inject({ match: is('PutObject'), fault: refusals.conflict, times: 2 })
      await store.put('a', '1', absent)
      expect(times('PutObject')).toBe(3)
      proxy.inject({ match: is('PutObject'), fault: refusals.conflict, times: 99 })
      await expect(store.put('b', '1', absent)).rejects.toMatchObject({ code: 'precondition-failed' })
    })

    it('a conflict at a delete is tried again, and in the end a lost race', async () => {
      const store = await storeOn()
      const { etag } = await store.put('a', '1')
      proxy.inject({ match: is('DeleteObject'), fault: refusals.conflict, times: 99 })
      await expect(store.delete('a', { ifMatch: etag })).rejects.toMatchObject({
        code: 'precondition-failed',
      })
      proxy.reset()
      proxy.inject({ match: is('DeleteObject'), fault: refusals.conflict, times: 1 })
      await store.delete('a', { ifMatch: etag })
      expect(await store.head('a')).toBeNull()
    })

    it('a conflict at the end of a large file starts all of it again, three times at most', async () => {
      const bucket = await makeBucket()
      const store = s3Store({ client, bucket, prefix: '' })
      const body = randomBytes(17 * mebibyte)
      const path = fileOf(body)
      proxy.inject({ match: is('CompleteMultipartUpload'), fault: refusals.conflict, times: 2 })
      expect((await store.upload(path, 'a', { condition: absent })).sha256).toBe(sha256(body))
      expect(times('CreateMultipartUpload')).toBe(3)
      expect(times('UploadPart')).toBe(6)
      proxy.inject({ match: is('CompleteMultipartUpload'), fault: refusals.conflict, times: 99 })
      const lost = store.upload(path, 'b', { condition: absent, consume: true })
      await expect(lost).rejects.toMatchObject({ code: 'precondition-failed' })
      expect(existsSync(path)).toBe(true)
      expect(await pendingUploads(bucket)).toEqual([])
    })

    it.each(['UploadPart', 'CompleteMultipartUpload'])('a denied %s leaves no upload', async (operation) => {
      const bucket = await makeBucket()
      const store = s3Store({ client, bucket, prefix: '' })
      proxy.authorize = (call) => call.operation !== operation
      const path = fileOf(randomBytes(70 * mebibyte))
      await expect(store.upload(path, 'a')).rejects.toMatchObject({ code: 'no-access' })
      expect(times('AbortMultipartUpload')).toBe(1)
      expect(await pendingUploads(bucket)).toEqual([])
    })

    it('a denied part of a copy leaves no upload', async () => {
      const bucket = await makeBucket()
      const store = s3Store({ client, bucket, prefix: '' })
      await store.put('a', 'content')
      proxy.authorize = ({ operation }) => operation !== 'UploadPartCopy'
      await expect(store.copy('a', 'b')).rejects.toMatchObject({ code: 'no-access' })
      expect(await pendingUploads(bucket)).toEqual([])
    })

    it('a destination that somebody writes meanwhile is not written over', async () => {
      const store = await storeOn()
      await store.put('a', 'content')
      const { etag } = await store.put('b', 'old')
      for (const [key, condition] of [
        ['b', { ifMatch: etag }],
        ['c', absent],
      ] as const) {
        proxy.authorize = meanwhile('CompleteMultipartUpload', () => store.put(key, 'theirs'))
        const lost = store.copy('a', key, { condition })
        await expect(lost).rejects.toMatchObject({ code: 'precondition-failed', key })
        expect(text((await store.get(key))?.body)).toBe('theirs')
      }
    })

    it('a source that is replaced while it is copied is another version', async () => {
      const store = await storeOn()
      await store.put('a', 'content')
      proxy.inject({ match: is('UploadPartCopy'), fault: refusals.unmet, times: 1 })
      await expect(store.copy('a', 'b')).rejects.toMatchObject({ code: 'precondition-failed', key: 'a' })
    })
  })

  describe('errors name the object and the fix', () => {
    it('an absent bucket, whatever was asked', async () => {
      const store = s3Store({ client, bucket: 'not-there', prefix: 'demo/' })
      const missing = { code: 'bucket-missing', message: expect.stringContaining('s3://not-there/demo/') }
      await expect(store.head('a')).rejects.toMatchObject(missing)
      await expect(store.get('a')).rejects.toMatchObject(missing)
      await expect(store.list('')).rejects.toMatchObject(missing)
      await expect(store.put('a', '1')).rejects.toMatchObject(missing)
      await expect(store.copy('a', 'b')).rejects.toMatchObject(missing)
      await expect(store.download('a', join(temporaryDirectory(), 'out'))).rejects.toMatchObject(missing)
      await expect(store.delete('a')).rejects.toMatchObject(missing)
    })

    it('what is denied', async () => {
      const store = await storeOn()
      proxy.authorize = () => false
      for (const act of [() => store.get('a'), () => store.head('a'), () => store.put('a', '')]) {
        await expect(act()).rejects.toMatchObject({
          code: 'no-access',
          message: expect.stringContaining('AKIAOWNER is not authorized'),
        })
      }
    })

    it('what is absent to one who may not list', async () => {
      const store = await storeOn()
      proxy.mayList = () => false
      for (const act of [() => store.get('a'), () => store.head('a')]) {
        await expect(act()).rejects.toMatchObject({
          code: 'no-access',
          hint: expect.stringContaining('s3:ListBucket'),
        })
      }
    })

    it.each([
      [400, 'ExpiredToken', 'credentials', 'fresh AWS credentials'],
      [403, 'InvalidAccessKeyId', 'credentials', 'fresh AWS credentials'],
      [403, 'SignatureDoesNotMatch', 'credentials', 'fresh AWS credentials'],
      [400, 'InvalidToken', 'credentials', 'fresh AWS credentials'],
      [301, 'PermanentRedirect', 'bucket-missing', 'another region'],
      [400, 'AuthorizationHeaderMalformed', 'bucket-missing', 'another region'],
      [403, 'InvalidObjectState', 'no-access', 'archived'],
      [403, 'AccessDenied', 'no-access', 'allow the role'],
      [503, 'SlowDown', 'throttled', 'slow down'],
      [500, 'InternalError', 'io', 'health'],
    ])('%i %s is %s', async (status, name, code, hint) => {
      const store = await storeOn()
      proxy.inject({ match: () => true, fault: { status, code: name }, times: 99 })
      const act = status < 500 ? [() => store.get('a'), () => store.head('a')] : [() => store.get('a')]
      for (const one of act) {
        await expect(one()).rejects.toMatchObject({ code, hint: expect.stringContaining(hint) })
      }
    })

    it('a key of KMS that may not be used', async () => {
      const store = await storeOn()
      const message = 'not authorized to perform: kms:Decrypt on this resource'
      proxy.inject({ match: () => true, fault: { ...refusals.denied, message }, times: 1 })
      await expect(store.get('a')).rejects.toMatchObject({
        code: 'no-access',
        hint: expect.stringContaining('kms'),
      })
    })

    it('a host that is not there, and credentials that are not', async () => {
      const lost = createS3Client({ endpoint: 'http://127.0.0.1:1', region })
      const nobody = s3Store({ client: lost, bucket: 'b', prefix: '' })
      await expect(nobody.head('a')).rejects.toMatchObject({ code: 'unreachable' })
      lost.destroy()
      const error = Object.assign(new Error('no providers'), { name: 'CredentialsProviderError' })
      const doing = { bucket: 'b', key: 'a', doing: 'cannot read' }
      expect(s3Error(error, doing)).toMatchObject({ code: 'credentials' })
    })

    it('a region that nobody named', () => {
      const error = new Error('Region is missing')
      const doing = { bucket: 'b', key: 'a', doing: 'cannot read' }
      expect(s3Error(error, doing)).toMatchObject({ code: 'configuration' })
    })

    it('a file that is not there, or may not be made', async () => {
      const store = await storeOn()
      await store.put('a', '1')
      const nowhere = join(temporaryDirectory(), 'none', 'file')
      const names = { code: 'io', message: expect.stringContaining(nowhere) }
      await expect(store.upload(nowhere, 'b')).rejects.toMatchObject(names)
      await expect(store.download('a', nowhere)).rejects.toMatchObject(names)
    })
  })
})
