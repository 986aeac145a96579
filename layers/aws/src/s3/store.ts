import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3'
import type { ObjectInfo, ObjectStore } from '@hubkeeper/core'
import { refused } from './conditions.ts'
import { copyObject } from './copy.ts'
import { deleteObject } from './delete.ts'
import { downloadFile } from './download.ts'
import { answerOf, isAbsent, isUnmet } from './errors.ts'
import { headObject, infoOf } from './head.ts'
import { checkKey, isKey } from './keys.ts'
import { type Place, reporting } from './place.ts'
import { putObject } from './put.ts'
import { readObject } from './read.ts'
import { uploadFile } from './upload.ts'

/** See {@link s3Store}. */
export interface S3StoreOptions {
  readonly client: S3Client
  readonly bucket: string
  /** Goes before every key, such as `demo/`; '' for none. */
  readonly prefix: string
  /** Keys below these prefixes are kept in other buckets (same key prefix there). */
  readonly routes?: readonly { readonly prefix: string; readonly bucket: string }[]
}

/** S3's limit on one page of a listing. */
const maxPage = 1000

/** An object store over S3. Conditions hold against everybody who writes the bucket. */
export function s3Store({ bucket, client, prefix, routes = [] }: S3StoreOptions): ObjectStore {
  const known = new Set<string>()
  const bucketOf = (key: string): string =>
    routes.find((route) => key.startsWith(route.prefix))?.bucket ?? bucket
  const placeOf = (key: string): Place => ({ client, bucket: bucketOf(key), s3Key: prefix + key, key, known })
  /** @throws KeyRefusedError */
  const locate = (key: string): Place => {
    checkKey(key, prefix)
    return placeOf(key)
  }

  return {
    async head(key) {
      const place = locate(key)
      return (await reporting(place, 'cannot read', () => headObject(place)))?.info ?? null
    },

    async list(below, { after = '', limit = maxPage } = {}) {
      const place = placeOf(below)
      const page = await reporting(place, 'cannot list', () =>
        client.send(
          new ListObjectsV2Command({
            Bucket: place.bucket,
            Prefix: place.s3Key,
            MaxKeys: Math.min(limit, maxPage),
            StartAfter: after === '' ? undefined : prefix + after,
          }),
        ),
      )
      known.add(place.bucket)
      const found = (page.Contents ?? []).map((object): ObjectInfo => {
        const key = (object.Key ?? '').slice(prefix.length)
        return infoOf(placeOf(key), object.Size ?? 0, object)
      })
      return {
        // Not what nobody can get by that key: a folder's mark, or what is under a route's prefix here.
        objects: found.filter(({ key }) => isKey(key, prefix) && bucketOf(key) === place.bucket),
        next: page.IsTruncated === true ? (found.at(-1)?.key ?? null) : null,
      }
    },

    async get(key, { ifMatch, range } = {}) {
      const place = locate(key)
      return reporting(place, 'cannot read', async () => {
        try {
          const { answer, body } = await readObject(place, { ifMatch, range })
          const whole = answer.ContentRange?.split('/')[1]
          return { info: infoOf(place, whole === undefined ? body.length : Number(whole), answer), body }
        } catch (error) {
          if (isAbsent(error)) {
            known.add(place.bucket)
            return null
          }
          if (isUnmet(error) && ifMatch !== undefined) throw refused(place, { ifMatch }, error)
          if (answerOf(error).status !== 416) throw error
          // The range begins behind the end: there is nothing to read, which is no fault.
          const head = await headObject(place)
          if (head === null) return null
          if (ifMatch !== undefined && head.info.etag !== ifMatch) throw refused(place, { ifMatch }, error)
          return { info: head.info, body: new Uint8Array() }
        }
      })
    },

    async put(key, body, condition) {
      const place = locate(key)
      const bytes = typeof body === 'string' ? Buffer.from(body) : body
      return reporting(place, 'cannot write', () => putObject(place, bytes, condition))
    },

    async download(key, path, { ifMatch } = {}) {
      const place = locate(key)
      return reporting(place, 'cannot download', () => downloadFile(place, path, ifMatch))
    },

    async fileOf(key) {
      checkKey(key, prefix)
      return null
    },

    async upload(path, key, options = {}) {
      const place = locate(key)
      return reporting(place, 'cannot upload', () => uploadFile(place, path, options))
    },

    async copy(from, to, options = {}) {
      const source = locate(from)
      const destination = locate(to)
      const doing = `cannot copy s3://${source.bucket}/${source.s3Key} to`
      return reporting(destination, doing, () => copyObject(source, destination, options))
    },

    async delete(key, condition) {
      const place = locate(key)
      await reporting(place, 'cannot delete', () => deleteObject(place, condition))
    },
  }
}
