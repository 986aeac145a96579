import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ObjectStore } from '@hubkeeper/core'
import { type Content, insertEntry } from './content.ts'
import type { Model } from './model.ts'

/** What writes the database, besides its keepers. */
interface HubServer {
  /** Its next step: it begins to write, or commits. */
  write(): Promise<void>
  /** Commits what it has begun. */
  rest(): Promise<void>
  close(): void
}

interface HubServerOptions {
  readonly store: ObjectStore
  readonly key: string
  /** The live file; null where the database lies in the store. */
  readonly file: string | null
  readonly directory: string
  readonly contentOf: (body: Uint8Array) => Content
  readonly liveContent: () => Content
  readonly model: Model
  /** Surrounds each commit. */
  committing(commit: () => Promise<unknown>): Promise<void>
}

/** A server that tells the model of each row once it was told itself that it is committed. */
export const hubServer = (options: HubServerOptions): HubServer =>
  options.file === null ? storedServer(options) : liveServer(options, options.file)

/** Loads the stored object, and publishes the next version on condition that it is still that one. */
function storedServer({ committing, contentOf, directory, key, model, store }: HubServerOptions): HubServer {
  let loaded: { etag: string; body: Uint8Array } | null = null
  let lastId = Math.max(...model.told)

  async function publish({ body, etag }: { etag: string; body: Uint8Array }): Promise<void> {
    const own = join(directory, 'server.db')
    writeFileSync(own, body)
    const database = new DatabaseSync(own)
    insertEntry(database, ++lastId)
    database.close()
    const next = readFileSync(own)
    if ((await store.head(key))?.etag !== etag) return
    await committing(() => store.put(key, next, { ifMatch: etag }))
    model.wrote(contentOf(next))
    model.tell(lastId)
  }

  return {
    async write() {
      const known = loaded
      loaded = null
      if (known !== null) return publish(known)
      const found = await store.get(key)
      if (found !== null) loaded = { etag: found.info.etag, body: found.body }
    },
    rest: async () => {},
    close: () => {},
  }
}

/** Has the file open, and at times a transaction. */
function liveServer({ committing, liveContent, model }: HubServerOptions, file: string): HubServer {
  const database = new DatabaseSync(file, { timeout: 0 })
  let lastId = Math.max(...model.told)

  async function write(): Promise<void> {
    await committing(async () => {
      if (database.isTransaction) {
        database.exec('COMMIT')
        return
      }
      lastId += 1
      if (lastId % 3 === 0) database.exec('BEGIN IMMEDIATE')
      insertEntry(database, lastId)
    })
    if (database.isTransaction) return
    model.wrote(liveContent())
    model.tell(lastId)
  }

  return {
    write,
    rest: async () => {
      if (database.isTransaction) await write()
    },
    close: () => database.close(),
  }
}
