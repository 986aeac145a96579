import { createHash } from 'node:crypto'
import { HubkeeperError, ObjectMissingError, type Transfer } from '@hubkeeper/core'
import { refused } from './conditions.ts'
import { isAbsent, isUnmet } from './errors.ts'
import { writeAt, writing } from './files.ts'
import { type Head, headObject } from './head.ts'
import { inOrder } from './in-order.ts'
import { partsOf } from './multipart.ts'
import type { Place } from './place.ts'
import { readObject } from './read.ts'

const partBytes = 8 * 1024 ** 2
/** One connection to S3 gives 85 MB/s at best; four fill what a function has, in 32 MiB of memory. */
const width = 4

/**
 * The object as it is now, to be read as exactly this version.
 *
 * @throws ObjectMissingError | PreconditionFailedError and the SDK's own errors
 */
export async function expectVersion(place: Place, ifMatch: string | undefined): Promise<Head> {
  const head = await headObject(place)
  if (head === null) throw new ObjectMissingError(place.key)
  if (ifMatch !== undefined && head.info.etag !== ifMatch) throw refused(place, { ifMatch })
  return head
}

/** What went wrong with the version `etag` while it was read, where that is about the object. */
export function versionError(place: Place, etag: string, error: unknown): unknown {
  if (isUnmet(error)) return refused(place, { ifMatch: etag }, error)
  return isAbsent(error) ? new ObjectMissingError(place.key, error) : error
}

/** Reads exactly one version into a new file; see the port. @throws HubkeeperError and the SDK's own errors */
export async function downloadFile(
  place: Place,
  path: string,
  ifMatch: string | undefined,
): Promise<Transfer> {
  const { info, sha256, versionId } = await expectVersion(place, ifMatch)
  const { count, range } = partsOf(info.bytes, partBytes)
  const hash = createHash('sha256')
  return writing(path, async (handle) => {
    try {
      await inOrder({
        count,
        width,
        async make(index, signal) {
          const { length, start } = range(index)
          const part = { start, end: start + length - 1 }
          const { body } = await readObject(place, { ifMatch: info.etag, versionId, range: part, signal })
          if (body.length === length) return body
          throw new HubkeeperError(
            'io',
            `${place.key} answered a range of ${length} with ${body.length} bytes`,
            {
              hint: 'run this again; when it stays, something between here and S3 changes answers',
            },
          )
        },
        async take(body, index) {
          hash.update(body)
          await writeAt(handle, path, body, range(index).start)
        },
      })
    } catch (error) {
      throw versionError(place, info.etag, error)
    }
    const digest = hash.digest()
    if (sha256 !== undefined && sha256 !== digest.toString('base64')) {
      throw new HubkeeperError(
        'io',
        `${place.key} came with other bytes than its SHA-256 ${sha256} in S3 says`,
        {
          hint: 'run this again; when it stays, restore an older version of the object',
        },
      )
    }
    return { info, sha256: digest.toString('hex') }
  })
}
