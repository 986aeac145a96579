import { HubkeeperError } from './errors.ts'
import type { SearchedText, TextKind, UnsearchedText } from './ports/secrets.ts'
import { matchesAny, ownFolderOf } from './protection.ts'
import { formatBytes, mebibytes } from './units.ts'

/** How much of one place is searched, bytes: of a log after it is unpacked. */
export const searchedBytes = {
  config: mebibytes(64),
  log: mebibytes(256),
  environment: mebibytes(4),
} as const

/** Bytes at the beginning of a text that tell how it is encoded. */
const headLength = 8192

/** Units that a piece has at least, where there is as much. */
const pieceLength = mebibytes(1)

/** A private key that begins in one piece would be recognised in none. */
const longestKey = 64 * 1024

/**
 * Whether a file is searched for secrets: as for any glob, but names with a dot match as well, for such are
 * those of files that secrets stand in. Nothing of Hubkeeper's own is searched.
 */
export const isSearched = (key: string, patterns: readonly string[]): boolean =>
  ownFolderOf(key) === null &&
  (matchesAny(key, patterns) || matchesAny(key.replace(/(^|\/)\./g, '$1_'), patterns))

/** See {@link readTexts}. */
export interface TextSource {
  readonly place: string
  readonly kind: TextKind
  readonly chunks: AsyncIterable<Uint8Array>
  readonly maxBytes?: number
}

/**
 * A file in pieces of whole lines, of about a mebibyte each; what is no text gives none. What stopped the
 * reading is told at the end, as that only a part of a larger file was read.
 */
export async function* readTexts(source: TextSource): AsyncGenerator<SearchedText | UnsearchedText> {
  const { chunks, kind, maxBytes = searchedBytes[source.kind], place } = source
  const unread = (reason: string): UnsearchedText => ({ state: 'unread', place, kind, reason })
  let decoder: InstanceType<typeof TextDecoder> | null = null
  let bytes = 0
  let rest = ''
  let firstLine = 1

  function* pieces(atLeast: number): Generator<SearchedText> {
    while (rest.length > atLeast) {
      const end = atLeast === 0 && rest.length <= pieceLength ? rest.length : cutBefore(rest, pieceLength)
      const text = rest.slice(0, end)
      rest = rest.slice(end)
      yield { state: 'read', place, kind, text, firstLine }
      firstLine += text.split('\n').length - 1
    }
  }

  try {
    for await (const chunk of withHead(chunks)) {
      if (decoder === null) {
        const encoding = encodingOf(chunk, kind)
        if (encoding === null) return
        decoder = new TextDecoder(encoding)
      }
      const part = chunk.subarray(0, maxBytes - bytes)
      bytes += part.length
      rest += decoder.decode(part, { stream: true })
      yield* pieces(2 * pieceLength)
      if (part.length < chunk.length) {
        yield* pieces(0)
        yield unread(`only its first ${formatBytes(maxBytes)} were searched`)
        return
      }
    }
    rest += decoder?.decode() ?? ''
    yield* pieces(0)
  } catch (error) {
    if (!(error instanceof HubkeeperError)) throw error
    yield* pieces(0)
    yield unread(error.message)
  }
}

/** Texts up to where their listing fails, which is told as one more that could not be read. */
export async function* untilTrouble(
  texts: AsyncIterable<SearchedText | UnsearchedText>,
  of: { readonly place: string; readonly kind: TextKind },
): AsyncGenerator<SearchedText | UnsearchedText> {
  try {
    yield* texts
  } catch (error) {
    if (!(error instanceof HubkeeperError)) throw error
    yield { ...of, state: 'unread', reason: error.message }
  }
}

/** The same bytes, the first of them together: what a text is, its beginning tells, however little comes at once. */
async function* withHead(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | null = new Uint8Array()
  try {
    for await (const chunk of chunks) {
      if (head === null) yield chunk
      else if (head.length + chunk.length < headLength) head = joined(head, chunk)
      else {
        const first = joined(head, chunk)
        head = null
        yield first
      }
    }
  } catch (error) {
    if (head !== null && head.length > 0) yield head
    throw error
  }
  if (head !== null && head.length > 0) yield head
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

/** Null for what is no text. A log may begin with zeros, where it was truncated while it was written. */
function encodingOf(first: Uint8Array, kind: TextKind): string | null {
  if (first[0] === 0xff && first[1] === 0xfe) return 'utf-16le'
  if (first[0] === 0xfe && first[1] === 0xff) return 'utf-16be'
  const head = first.subarray(0, headLength)
  if (kind !== 'config' || !head.includes(0)) return 'utf-8'
  return withoutMark(head) ?? (isText(head) ? 'utf-8' : null)
}

/** UTF-16 that does not say so: every other byte is zero. */
function withoutMark(head: Uint8Array): string | null {
  const half = head.length / 2
  const zeros = (from: 0 | 1): number => head.filter((byte, at) => byte === 0 && at % 2 === from).length
  if (zeros(1) > 0.8 * half && zeros(0) < 0.1 * half) return 'utf-16le'
  return zeros(0) > 0.8 * half && zeros(1) < 0.1 * half ? 'utf-16be' : null
}

/** A text with a zero in it by mistake, or so that nobody looks into it. */
function isText(head: Uint8Array): boolean {
  if (head.filter((byte) => byte === 0).length > head.length / 10) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    return true
  } catch {
    // It is no UTF-8.
    return false
  }
}

/** Where to cut, at most at `most`: after a line, before a key that is not over yet, at least between words. */
function cutBefore(text: string, most: number): number {
  const line = text.lastIndexOf('\n', most - 1) + 1
  if (line === 0) {
    const word = Math.max(text.lastIndexOf(' ', most - 1), text.lastIndexOf(',', most - 1)) + 1
    return word > most / 2 ? word : most
  }
  const key = text.lastIndexOf('-----BEGIN', line - 1)
  const isOver = text.slice(key, line).includes('-----END')
  return key > 0 && line - key < longestKey && !isOver ? key : line
}
