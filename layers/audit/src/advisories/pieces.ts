import { mebibytes } from '@hubkeeper/core'
import { plainLine } from '../plain-text.ts'
import type { AdvisoryFile } from './advisory-files.ts'
import { AdvisoriesRefusedError } from './limits.ts'

/** Bytes read at once: large enough for few requests to a bucket. */
export const pieceBytes = mebibytes(16)

/** Bytes split into lines at once. */
const step = mebibytes(1)

/** A file from its beginning to its end, in pieces. */
export async function* pieces(file: AdvisoryFile): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.bytes; at += pieceBytes)
    yield await file.read(at, Math.min(at + pieceBytes, file.bytes))
}

/**
 * Its lines as text, one at a time.
 *
 * @throws AdvisoriesRefusedError for a line of more than `maxChars`
 */
export async function* lines(file: AdvisoryFile, maxChars: number): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of pieces(file)) {
    for (let at = 0; at < piece.length; at += step) {
      const parts = (rest + decoder.decode(piece.subarray(at, at + step), { stream: true })).split('\n')
      rest = parts.pop() ?? ''
      yield* parts
      if (rest.length > maxChars)
        throw new AdvisoriesRefusedError(
          `${plainLine(file.name, 200)} has a line of more than ${maxChars} characters`,
        )
    }
  }
  yield rest + decoder.decode()
}
