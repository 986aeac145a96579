import { type CompletedPart, UploadPartCopyCommand } from '@aws-sdk/client-s3'
import type { ObjectInfo, WriteCondition } from '@hubkeeper/core'
import { expectVersion, versionError } from './download.ts'
import type { Head } from './head.ts'
import { inOrder } from './in-order.ts'
import { multipart, partsOf } from './multipart.ts'
import { type Place, reporting, target } from './place.ts'
import { putObject } from './put.ts'

/** Copied within seconds: a copy that stays silent for longer than the client waits would be sent again. */
const partBytes = 64 * 1024 ** 2
const width = 4

/** The header that names what to copy; S3 wants it URL-encoded, and the SDK leaves that to us. */
function sourceOf({ bucket, s3Key }: Place, versionId: string | undefined): string {
  const path = `${bucket}/${s3Key.split('/').map(encodeURIComponent).join('/')}`
  return versionId === undefined ? path : `${path}?versionId=${encodeURIComponent(versionId)}`
}

async function copyParts(from: Place, { info, versionId }: Head, to: Place, uploadId: string) {
  const { count, range } = partsOf(info.bytes, partBytes)
  const parts: CompletedPart[] = []
  await inOrder({
    count,
    width,
    async make(index, abortSignal): Promise<CompletedPart> {
      const { length, start } = range(index)
      const { CopyPartResult: made } = await to.client.send(
        new UploadPartCopyCommand({
          ...target(to),
          UploadId: uploadId,
          PartNumber: index + 1,
          CopySource: sourceOf(from, versionId),
          CopySourceIfMatch: info.etag,
          CopySourceRange: `bytes=${start}-${start + length - 1}`,
        }),
        { abortSignal },
      )
      return { PartNumber: index + 1, ETag: made?.ETag, ChecksumSHA256: made?.ChecksumSHA256 }
    },
    take(part) {
      parts.push(part)
    },
  })
  return parts
}

/**
 * Copies inside S3, from any bucket of the store to any other; see the port.
 *
 * Always from parts, whatever the size: a single CopyObject ends at 5 GB, and two ways are one too many.
 *
 * @throws HubkeeperError and the SDK's own errors
 */
export async function copyObject(
  from: Place,
  to: Place,
  { condition, sourceIfMatch }: { sourceIfMatch?: string; condition?: WriteCondition },
): Promise<ObjectInfo> {
  const source = await reporting(from, 'cannot read', () => expectVersion(from, sourceIfMatch))
  const { bytes, etag } = source.info
  // There is no part of nothing.
  if (bytes === 0) return putObject(to, new Uint8Array(), condition)
  return multipart(to, {
    bytes,
    condition,
    async sendParts(uploadId) {
      try {
        return await copyParts(from, source, to, uploadId)
      } catch (error) {
        throw versionError(from, etag, error)
      }
    },
  })
}
