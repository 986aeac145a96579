/** What a store knows of one object without reading it. */
export interface ObjectInfo {
  readonly key: string
  /** Size in bytes. */
  readonly bytes: number
  /** Changes whenever the object is replaced; opaque, never a digest to rely on. */
  readonly etag: string
  readonly modifiedAt: Date
}

/** A condition on the object that is about to be written, copied over or deleted. */
export type WriteCondition = { readonly ifMatch: string } | { readonly ifNoneMatch: '*' }

/** That there is no object yet. */
export const absent = { ifNoneMatch: '*' } as const satisfies WriteCondition

/** That the object is exactly this version; with null, that there is none yet. */
export const replacing = (etag: string | null): WriteCondition => (etag === null ? absent : { ifMatch: etag })

/** A range of bytes, both ends included, as in HTTP. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** One page of a listing, in ascending order of the key's UTF-8 bytes. */
export interface ObjectPage {
  readonly objects: readonly ObjectInfo[]
  /** Pass it as `after` for the next page; null on the last one. */
  readonly next: string | null
}

/** What a whole transfer between a store and a file gave. */
export interface Transfer {
  readonly info: ObjectInfo
  /** SHA-256 of every byte that was moved, in hex. */
  readonly sha256: string
}

/**
 * Objects by key. A directory embedded, a bucket on AWS; both pass the same contract suite.
 *
 * Every write is atomic and durable when its promise resolves: a reader sees the old object or
 * the new one, whole. Conditions hold across processes.
 */
export interface ObjectStore {
  /** The object's info, or null when it is absent. */
  head(key: string): Promise<ObjectInfo | null>

  /** One page of the objects whose key starts with `prefix`; `limit` defaults to 1000. */
  list(prefix: string, page?: { after?: string; limit?: number }): Promise<ObjectPage>

  /**
   * The object's bytes, or null when it is absent. For small objects only.
   *
   * @throws PreconditionFailedError when `ifMatch` is given and the object is another one.
   */
  get(
    key: string,
    options?: { ifMatch?: string; range?: ByteRange },
  ): Promise<{ info: ObjectInfo; body: Uint8Array } | null>

  /** Writes a small object. @throws PreconditionFailedError */
  put(key: string, body: Uint8Array | string, condition?: WriteCondition): Promise<ObjectInfo>

  /**
   * Reads exactly the version `ifMatch` into a new file at `path`, hashing on the way.
   *
   * @throws ObjectMissingError | PreconditionFailedError also when it changes while it is read.
   */
  download(key: string, path: string, options?: { ifMatch?: string }): Promise<Transfer>

  /**
   * Where the object can be read as a file on this machine, so that nothing has to be copied; null
   * where it cannot. Whoever asks only reads, and makes sure that it stays the version that it meant.
   */
  fileOf(key: string): Promise<string | null>

  /**
   * Writes the file at `path` as the object. With `consume` the file is spent: the store may move
   * it instead of copying, and it is gone afterwards. `confirm` is called when all of it is there, right
   * before it becomes the object.
   *
   * @throws PreconditionFailedError, and what `confirm` throws: then nothing was replaced
   */
  upload(
    path: string,
    key: string,
    options?: { condition?: WriteCondition; consume?: boolean; confirm?: () => Promise<void> },
  ): Promise<Transfer>

  /**
   * Copies within the store, without the bytes passing through the caller.
   *
   * @throws ObjectMissingError | PreconditionFailedError
   */
  copy(
    from: string,
    to: string,
    options?: { sourceIfMatch?: string; condition?: WriteCondition },
  ): Promise<ObjectInfo>

  /** Deletes the object; an absent one is no error without `ifMatch`. @throws PreconditionFailedError */
  delete(key: string, condition?: { ifMatch: string }): Promise<void>
}

/** Every object under `prefix`, page after page. */
export async function* listAll(store: Pick<ObjectStore, 'list'>, prefix: string): AsyncGenerator<ObjectInfo> {
  let after: string | undefined
  do {
    const page: ObjectPage = await store.list(prefix, after === undefined ? {} : { after })
    yield* page.objects
    after = page.next ?? undefined
  } while (after !== undefined)
}
