import { HubkeeperError, listAll, type ObjectStore } from '@hubkeeper/core'

/** One file with advisories, wherever it lies. */
export interface AdvisoryFile {
  /** With its extension, which says what it is. */
  readonly name: string
  readonly bytes: number
  readonly modifiedAt: Date
  /** Why it cannot be read, in words; absent where nothing is known to be wrong. */
  readonly broken?: string
  /** Bytes from `start` to before `end`, both within the file. */
  read(start: number, end: number): Promise<Uint8Array>
}

/** A directory or a single file with advisories in the OSV format. */
export interface AdvisoryFiles {
  /** For people: a key or a path. */
  readonly source: string
  /** The file itself, or every file below the directory; none where there is nothing. */
  files(): AsyncIterable<AdvisoryFile>
}

/** Those at a place in a store: an object of this key, or every object below it. */
export function advisoryObjects({
  place,
  store,
}: {
  readonly store: Pick<ObjectStore, 'get' | 'head' | 'list'>
  /** A key, with or without a `/` at its end. */
  readonly place: string
}): AdvisoryFiles {
  const key = place.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '')
  return {
    source: key,
    async *files() {
      const single = place.endsWith('/') ? null : await store.head(key)
      const found = single === null ? listAll(store, `${key}/`) : [single]
      for await (const { bytes, etag, key: name, modifiedAt } of found)
        yield {
          name,
          bytes,
          modifiedAt,
          async read(start, end) {
            if (end <= start) return new Uint8Array()
            const part = await store.get(name, { ifMatch: etag, range: { start, end: end - 1 } })
            if (part !== null) return part.body
            throw new HubkeeperError('object-missing', `${name} vanished while it was read`, {
              hint: 'run the task again',
            })
          },
        }
    },
  }
}
