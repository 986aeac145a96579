import { CreateBucketCommand, PutBucketVersioningCommand, type S3Client } from '@aws-sdk/client-s3'
import type { Fence, ObjectStore } from '@hubkeeper/core'
import { afterAll, beforeAll, describe, vi } from 'vitest'
import { createS3Client } from '../../layers/aws/src/s3/client.ts'
import { s3Store } from '../../layers/aws/src/s3/store.ts'
import { storedFileRestorer } from '../../layers/aws/src/stored-file-copier.ts'
import { hubFilesContract, hubOfFiles, type TestFiles } from '../adapters/hub-files.ts'
import { memoryStore } from '../fakes/memory-store.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { type Moto, motoAvailable, needingMoto, startMoto } from './support/moto.ts'

function filesIn(store: ObjectStore, fence: Fence): TestFiles {
  const scratch = temporaryDirectory()
  return {
    files: storedFileRestorer({
      store,
      hub: hubOfFiles,
      scratch: async () => scratch,
      elsewhere: null,
      fence,
    }),
    write: async (key, body) => void (await store.put(key, body)),
    async read(key) {
      const found = await store.get(key)
      return found === null ? null : Buffer.from(found.body).toString()
    },
  }
}

hubFilesContract('objects in memory', async (fence) => filesIn(memoryStore(), fence))

describe.skipIf(!motoAvailable)(needingMoto('S3'), () => {
  let moto: Moto
  let client: S3Client
  let buckets = 0

  beforeAll(async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'tester')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
    vi.stubEnv('AWS_REGION', 'us-east-1')
    moto = await startMoto()
    client = createS3Client({ endpoint: moto.url })
  })
  afterAll(async () => {
    client.destroy()
    await moto.stop()
    vi.unstubAllEnvs()
  })

  hubFilesContract('a bucket', async (fence) => {
    const bucket = `files-${++buckets}`
    await client.send(new CreateBucketCommand({ Bucket: bucket }))
    const versioned = { Status: 'Enabled' } as const
    await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: versioned }))
    return filesIn(s3Store({ client, bucket, prefix: 'hub/' }), fence)
  })
})
