import type { Fence, ObjectStore } from '@hubkeeper/core'
import { afterAll, beforeAll, describe } from 'vitest'
import { s3Store } from '../../layers/aws/src/s3/store.ts'
import { storedFileRestorer } from '../../layers/aws/src/stored-file-copier.ts'
import { hubFilesContract, hubOfFiles, type TestFiles } from '../adapters/hub-files.ts'
import { memoryStore } from '../fakes/memory-store.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { type Account, startAccount } from './support/account.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'

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
  let account: Account
  let buckets = 0

  beforeAll(async () => {
    account = await startAccount()
  })
  afterAll(() => account?.stop())

  hubFilesContract('a bucket', async (fence) => {
    const bucket = `files-${++buckets}`
    await account.createBucket(bucket)
    return filesIn(s3Store({ client: account.s3, bucket, prefix: 'hub/' }), fence)
  })
})
