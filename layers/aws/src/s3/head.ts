import { GetObjectCommand, HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { ObjectInfo } from '@hubkeeper/core'
import { answerOf, isAbsent } from './errors.ts'
import { type Place, target } from './place.ts'
import { writeIdKey } from './write-id.ts'

/** What S3 knows of one object. */
export interface Head {
  readonly info: ObjectInfo
  /** Undefined in a bucket without versions. */
  readonly versionId: string | undefined
  /** Which of our writes made it; undefined when none did. */
  readonly writeId: string | undefined
  /** SHA-256 of the whole object in base64; undefined when S3 has none, or one of its parts only. */
  readonly sha256: string | undefined
}

/** The ETag and time of an answer as the store's info. */
export const infoOf = (
  { key }: Place,
  bytes: number,
  { ETag, LastModified }: { ETag?: string | undefined; LastModified?: Date | undefined },
): ObjectInfo => ({ key, bytes, etag: ETag ?? '', modifiedAt: LastModified ?? new Date() })

/** The answer to a HEAD has no body, and so no code: a GET of one byte learns it. */
async function named(place: Place, error: unknown): Promise<unknown> {
  try {
    await place.client.send(new GetObjectCommand({ ...target(place), Range: 'bytes=0-0' })).then((answer) => {
      // Whatever it holds is not wanted, but its connection is.
      answer.Body?.transformToByteArray().catch(() => {})
    })
    return error
  } catch (fault) {
    return fault
  }
}

async function ask(place: Place): Promise<HeadObjectCommandOutput | null> {
  try {
    return await place.client.send(new HeadObjectCommand({ ...target(place), ChecksumMode: 'ENABLED' }))
  } catch (error) {
    const { status } = answerOf(error)
    if (status === null || status >= 500) throw error
    if (isAbsent(error) && place.known.has(place.bucket)) return null
    const fault = await named(place, error)
    if (!isAbsent(fault)) throw fault
    place.known.add(place.bucket)
    return null
  }
}

const isCounted = (digest: string | undefined): boolean => /-\d+"?$/.test(digest ?? '')

/** What S3 knows of the object; null when it is absent. */
export async function headObject(place: Place): Promise<Head | null> {
  const answer = await ask(place)
  if (answer === null) return null
  place.known.add(place.bucket)
  // What was made of parts has a SHA-256 of their hashes, and says so by its type or a count at its end.
  const ofParts =
    answer.ChecksumType === 'COMPOSITE' || isCounted(answer.ChecksumSHA256) || isCounted(answer.ETag)
  return {
    info: infoOf(place, answer.ContentLength ?? 0, answer),
    versionId: answer.VersionId,
    writeId: answer.Metadata?.[writeIdKey],
    sha256: ofParts ? undefined : answer.ChecksumSHA256,
  }
}
