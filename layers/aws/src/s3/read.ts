import { Readable } from 'node:stream'
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { messageOf } from '@hubkeeper/core'
import { attempts } from './attempts.ts'
import { type Place, target } from './place.ts'

const tries = 4

/** A body that broke off: the SDK's retries end where the body begins. */
class BrokenBody extends Error {
  override readonly name = 'TimeoutError'
}

async function collect(body: unknown, bytes: number): Promise<Buffer> {
  const whole = Buffer.allocUnsafe(bytes)
  let length = 0
  try {
    if (!(body instanceof Readable)) throw new Error('it is no stream')
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array)) throw new Error('it is not bytes')
      if (length + chunk.length > bytes) throw new Error('it is longer than was said')
      whole.set(chunk, length)
      length += chunk.length
    }
  } catch (cause) {
    throw new BrokenBody(`the body broke off at ${length} of ${bytes} bytes: ${messageOf(cause)}`, { cause })
  }
  if (length === bytes) return whole
  throw new BrokenBody(`the body ended at ${length} of ${bytes} bytes`)
}

/** Which bytes of which version to read; all of the newest one by default. */
export interface ReadOptions {
  readonly ifMatch?: string | undefined
  readonly versionId?: string | undefined
  /** Both ends included. */
  readonly range?: { readonly start: number; readonly end: number } | undefined
  readonly signal?: AbortSignal
}

/** Reads bytes into memory, again where they broke off. @throws the SDK's own errors */
export function readObject(
  place: Place,
  { ifMatch, range, signal, versionId }: ReadOptions,
): Promise<{ answer: GetObjectCommandOutput; body: Buffer }> {
  const command = () =>
    new GetObjectCommand({
      ...target(place),
      IfMatch: ifMatch,
      VersionId: versionId,
      Range: range === undefined ? undefined : `bytes=${range.start}-${range.end}`,
    })
  return attempts(
    async () => {
      const options = signal === undefined ? {} : { abortSignal: signal }
      const answer = await place.client.send(command(), options)
      place.known.add(place.bucket)
      return { answer, body: await collect(answer.Body, answer.ContentLength ?? 0) }
    },
    {
      times: tries,
      again: (error) => error instanceof BrokenBody,
      ...(signal === undefined ? {} : { signal }),
    },
  )
}
