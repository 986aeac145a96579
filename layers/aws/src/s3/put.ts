import { randomUUID } from 'node:crypto'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import type { ObjectInfo, WriteCondition } from '@hubkeeper/core'
import { attempts } from './attempts.ts'
import { conditionOf, settle } from './conditions.ts'
import { isConflict } from './errors.ts'
import { infoOf } from './head.ts'
import { type Place, target } from './place.ts'
import { writeIdKey } from './write-id.ts'

const conflictTries = 6

/** Writes an object in one request. @throws PreconditionFailedError and the SDK's own errors */
export async function putObject(
  place: Place,
  body: Uint8Array,
  condition: WriteCondition | undefined,
): Promise<ObjectInfo> {
  const writeId = randomUUID()
  const command = () =>
    new PutObjectCommand({
      ...target(place),
      ...conditionOf(condition),
      Body: body,
      ChecksumAlgorithm: 'SHA256',
      // Without a condition the same write may be done twice, and needs no name.
      ...(condition === undefined ? {} : { Metadata: { [writeIdKey]: writeId } }),
    })
  try {
    const answer = await attempts(() => place.client.send(command()), {
      times: conflictTries,
      again: isConflict,
    })
    place.known.add(place.bucket)
    return infoOf(place, body.length, answer)
  } catch (error) {
    return settle(place, { condition, writeId }, error)
  }
}
