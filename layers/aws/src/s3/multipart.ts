import { randomUUID } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
} from '@aws-sdk/client-s3'
import type { ObjectInfo, WriteCondition } from '@hubkeeper/core'
import { attempts } from './attempts.ts'
import { conditionOf, expectCondition, settle } from './conditions.ts'
import { isConflict } from './errors.ts'
import { infoOf } from './head.ts'
import { type Place, target } from './place.ts'
import { writeIdKey } from './write-id.ts'

const maxParts = 10_000
const mebibyte = 1024 ** 2
const conflictTries = 3

/** The parts of an object of `bytes`; they grow beyond `wanted` bytes where there would be too many. */
export function partsOf(bytes: number, wanted: number): { count: number; range(index: number): PartRange } {
  const least = Math.ceil(bytes / maxParts / mebibyte) * mebibyte
  const size = Math.max(wanted, least)
  return {
    count: Math.ceil(bytes / size),
    range(index) {
      const start = index * size
      return { start, length: Math.min(size, bytes - start) }
    },
  }
}

/** Where a part begins, and its length in bytes. */
export interface PartRange {
  readonly start: number
  readonly length: number
}

/** See {@link multipart}. */
export interface MultipartOptions {
  /** The size of the whole. */
  readonly bytes: number
  readonly condition: WriteCondition | undefined
  /** Sends every part of the upload, and gives them in order. */
  readonly sendParts: (uploadId: string) => Promise<CompletedPart[]>
}

/**
 * Writes an object from parts. A conflict at its end starts all of it again, as S3 asks; after any
 * fault the parts are gone.
 *
 * @throws PreconditionFailedError and the SDK's own errors
 */
export async function multipart(place: Place, options: MultipartOptions): Promise<ObjectInfo> {
  const { condition } = options
  // Most conditions that fail, fail here already: before gigabytes were sent.
  await expectCondition(place, condition)
  const writeId = randomUUID()
  try {
    return await attempts(() => upload(place, options, writeId), { times: conflictTries, again: isConflict })
  } catch (error) {
    return settle(place, { condition, writeId }, error)
  }
}

async function upload(
  place: Place,
  { bytes, condition, sendParts }: MultipartOptions,
  writeId: string,
): Promise<ObjectInfo> {
  const { client } = place
  const { UploadId = '' } = await client.send(
    new CreateMultipartUploadCommand({
      ...target(place),
      ChecksumAlgorithm: 'SHA256',
      Metadata: { [writeIdKey]: writeId },
    }),
  )
  try {
    const answer = await client.send(
      new CompleteMultipartUploadCommand({
        ...target(place),
        ...conditionOf(condition),
        UploadId,
        MultipartUpload: { Parts: await sendParts(UploadId) },
        MpuObjectSize: bytes,
      }),
    )
    place.known.add(place.bucket)
    return infoOf(place, bytes, answer)
  } catch (error) {
    // It fails where the upload was completed after all; and what it leaves, the bucket's own rule removes.
    await client.send(new AbortMultipartUploadCommand({ ...target(place), UploadId })).catch(() => {})
    throw error
  }
}
