import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { type CompletedPart, UploadPartCommand } from '@aws-sdk/client-s3'
import type { Transfer, WriteCondition } from '@hubkeeper/core'
import { onFile, reading, type Source, sha256Base64 } from './files.ts'
import { inOrder } from './in-order.ts'
import { multipart, partsOf } from './multipart.ts'
import { type Place, target } from './place.ts'
import { putObject } from './put.ts'

const partBytes = 16 * 1024 ** 2
/** With parts of 16 MiB: 64 MiB of memory. */
const width = 4

/** Sends a file as parts, hashing the whole on the way; gives that hash in hex. */
async function sendParts(place: Place, uploadId: string, source: Source) {
  const { count, range } = partsOf(source.bytes, partBytes)
  const hash = createHash('sha256')
  const parts: CompletedPart[] = []
  await inOrder({
    count,
    width,
    async make(index, abortSignal) {
      const { length, start } = range(index)
      const body = await source.read(start, length)
      const part = { PartNumber: index + 1, ChecksumSHA256: sha256Base64(body) }
      const { ETag = '' } = await place.client.send(
        new UploadPartCommand({ ...target(place), UploadId: uploadId, ...part, Body: body }),
        { abortSignal },
      )
      return { body, part: { ...part, ETag } }
    },
    take({ body, part }) {
      hash.update(body)
      parts.push(part)
    },
  })
  // Before the end is sent: a file that changed must not become an object.
  await source.verify()
  return { parts, sha256: hash.digest('hex') }
}

/** Writes a file as the object; see the port. @throws HubkeeperError and the SDK's own errors */
export async function uploadFile(
  place: Place,
  path: string,
  {
    condition,
    confirm = async () => {},
    consume = false,
  }: { condition?: WriteCondition; confirm?: () => Promise<void>; consume?: boolean },
): Promise<Transfer> {
  const transfer = await reading(path, async (source): Promise<Transfer> => {
    if (source.bytes <= partBytes) {
      const body = await source.read(0, source.bytes)
      await source.verify()
      const sha256 = createHash('sha256').update(body).digest('hex')
      await confirm()
      return { info: await putObject(place, body, condition), sha256 }
    }
    let sha256 = ''
    const info = await multipart(place, {
      bytes: source.bytes,
      condition,
      async sendParts(uploadId) {
        const sent = await sendParts(place, uploadId, source)
        sha256 = sent.sha256
        await confirm()
        return sent.parts
      },
    })
    return { info, sha256 }
  })
  if (consume) await onFile(path, 'cannot remove', () => rm(path, { force: true }))
  return transfer
}
