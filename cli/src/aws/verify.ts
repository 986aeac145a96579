import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  absent,
  HubkeeperError,
  listAll,
  mebibytes,
  messageOf,
  type ObjectStore,
  PreconditionFailedError,
} from '@hubkeeper/core'
import { demand, NotAsExpectedError, type Trial, tryAll, type Verification } from './verification.ts'

const largeBytes = mebibytes(40)

async function refused(attempt: Promise<unknown>, what: string): Promise<void> {
  const outcome = await attempt.then(
    () => null,
    (error: unknown) => error,
  )
  if (outcome instanceof PreconditionFailedError) return
  throw new NotAsExpectedError(outcome === null ? `${what} was accepted` : `${what}: ${messageOf(outcome)}`)
}

/**
 * Two attempts at once, of which one must be refused. The store looks at a condition before it begins much
 * work; only who began in time gets as far as S3's own look at it.
 */
async function oneOfTwo<T>(attempts: readonly [Promise<T>, Promise<T>], what: string): Promise<T> {
  const all = await Promise.allSettled(attempts)
  const other = all.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  const unforeseen = other.find((error) => !(error instanceof PreconditionFailedError))
  if (unforeseen !== undefined) throw unforeseen
  demand(other.length > 0, `both ${what}`)
  for (const outcome of all) if (outcome.status === 'fulfilled') return outcome.value
  throw new NotAsExpectedError(`neither ${what}`)
}

async function largeFile(folder: string): Promise<string> {
  const path = join(folder, randomUUID())
  await writeFile(path, Buffer.alloc(largeBytes, randomUUID()))
  return path
}

/** `folder` is for files on the way. */
const trialsOf = (store: ObjectStore, folder: string): readonly Trial[] => [
  {
    title: 'an absent object is told as absent, not as forbidden',
    async run() {
      demand((await store.head('absent')) === null, 'HEAD did not say 404')
      demand((await store.get('absent')) === null, 'GET did not say 404')
    },
  },
  {
    title: 'an object is created once',
    async run() {
      await store.put('once', '1', absent)
      await refused(store.put('once', '2', absent), 'a second creation')
    },
  },
  {
    title: 'of twenty that create at once, one does',
    async run() {
      const all = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => store.put('race', `${i}`, absent)),
      )
      const winners = all.flatMap(({ status }, i) => (status === 'fulfilled' ? [`${i}`] : []))
      demand(winners.length === 1, `${winners.length} did`)
      const body = new TextDecoder().decode((await store.get('race'))?.body)
      demand(body === winners[0], `${winners[0]} was told that it did, and ${body} is there`)
    },
  },
  {
    title: 'an object is replaced only in the place of the version that was read',
    async run() {
      const first = await store.put('replaced', '1')
      await store.put('replaced', '2', { ifMatch: first.etag })
      await refused(store.put('replaced', '3', { ifMatch: first.etag }), 'a stale replacement')
    },
  },
  {
    title: 'an object is deleted only as the version that was read',
    async run() {
      const first = await store.put('deleted', '1')
      const second = await store.put('deleted', '2')
      await refused(store.delete('deleted', { ifMatch: first.etag }), 'a stale deletion')
      await store.delete('deleted', { ifMatch: second.etag })
      demand((await store.head('deleted')) === null, 'it is still there')
    },
  },
  {
    title: 'of a deletion and a replacement of the same version at once, one is done',
    async run() {
      for (let i = 0; i < 5; i++) {
        const { etag } = await store.put('contended', 'old')
        const deletion = store.delete('contended', { ifMatch: etag })
        const replacement = store.put('contended', `new ${i}`, { ifMatch: etag }).then(() => {})
        await oneOfTwo([deletion, replacement], 'were done')
      }
    },
  },
  {
    title: 'a large file goes up in parts, on condition, and comes back bit for bit',
    async run() {
      const upload = async () => store.upload(await largeFile(folder), 'backups/large', { condition: absent })
      const { sha256 } = await oneOfTwo([upload(), upload()], 'of two uploads at once were done')
      const back = join(folder, randomUUID())
      const { sha256: read } = await store.download('backups/large', back)
      const seen = createHash('sha256')
        .update(await readFile(back))
        .digest('hex')
      demand(read === sha256 && seen === sha256, 'the bytes differ')
      await refused(store.upload(back, 'backups/large', { condition: absent }), 'an upload over it')
    },
  },
  {
    title: 'a version is copied on the server, on condition of source and destination',
    async run() {
      const large = await store.head('backups/large')
      if (large === null) throw new NotAsExpectedError('there is nothing to copy: the trial before failed')
      const conditions = { sourceIfMatch: large.etag, condition: absent }
      const copy = () => store.copy('backups/large', 'backups/copy', conditions)
      const { bytes } = await oneOfTwo([copy(), copy()], 'of two copies at once were done')
      demand(bytes === largeBytes, `the copy has ${bytes} bytes`)
      await refused(store.copy('backups/large', 'backups/copy', { condition: absent }), 'a copy over it')
      const other = await store.put('other', 'x')
      await refused(
        store.copy('backups/large', 'backups/third', { sourceIfMatch: other.etag, condition: absent }),
        'a copy of another version',
      )
    },
  },
  {
    title: 'what was written is listed at once, in order',
    async run() {
      await store.put('list/b', '1')
      await store.put('list/a', '1')
      const { objects } = await store.list('list/')
      demand(objects.map(({ key }) => key).join() === 'list/a,list/b', 'it is not')
    },
  },
]

/** With these nothing can be tried at all, so nothing can be said of the store. */
const hindrances: ReadonlySet<string> = new Set([
  'bucket-missing',
  'configuration',
  'credentials',
  'unreachable',
])

/**
 * Tries everything that the design relies on; goes on past what does not hold.
 *
 * @throws HubkeeperError when the store cannot be reached to try anything
 */
export async function verifyStore(
  store: ObjectStore,
  onTrial: (verification: Verification) => void,
): Promise<Verification[]> {
  await store.head('absent').catch((error: unknown) => {
    if (error instanceof HubkeeperError && hindrances.has(error.code)) throw error
  })
  const folder = await mkdtemp(join(tmpdir(), 'hubkeeper-verify-'))
  try {
    return await tryAll(trialsOf(store, folder), onTrial)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Deletes everything that the trials wrote; gives in words what could not be. */
export async function cleanUp(store: ObjectStore, prefixes: readonly string[]): Promise<string[]> {
  const left: string[] = []
  for (const prefix of prefixes) {
    try {
      for await (const { key } of listAll(store, prefix)) {
        await store.delete(key).catch((error: unknown) => left.push(`${key}: ${messageOf(error)}`))
      }
    } catch (error) {
      left.push(`what is below "${prefix}": ${messageOf(error)}`)
    }
  }
  return left
}
