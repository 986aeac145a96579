/** Bytes of a line that are kept; the rest of a longer one is passed over. */
export const maxLineBytes = 16 * 1024

const newline = 0x0a

/** What reading lines came to. */
export interface LinesRead {
  readonly lines: number
  /** A zero byte was met: this is no text, and reading ended there. */
  readonly binary: boolean
}

/**
 * Calls `onLine` with each line's beginning, decoded byte by byte: heads are ASCII, and nothing in a
 * line can make decoding fail. Memory is bounded whatever the lines are.
 */
export async function readLines(
  chunks: AsyncIterable<Uint8Array>,
  onLine: (line: string) => void,
): Promise<LinesRead> {
  let carried: Uint8Array[] = []
  let carriedBytes = 0
  let lines = 0

  const decode = (bytes: Uint8Array): string =>
    Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, maxLineBytes)).toString('latin1')
  const carry = (bytes: Uint8Array): void => {
    const room = maxLineBytes - carriedBytes
    if (room <= 0 || bytes.length === 0) return
    // A copy: the chunk's memory may be used again by its reader.
    carried.push(Uint8Array.from(bytes.subarray(0, room)))
    carriedBytes += Math.min(room, bytes.length)
  }
  const finish = (rest: Uint8Array): void => {
    lines += 1
    if (carriedBytes === 0) onLine(decode(rest))
    else {
      carry(rest)
      onLine(decode(Buffer.concat(carried)))
      carried = []
      carriedBytes = 0
    }
  }

  for await (const chunk of chunks) {
    if (chunk.includes(0)) return { lines, binary: true }
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      finish(chunk.subarray(start, end))
      start = end + 1
    }
    carry(chunk.subarray(start))
  }
  if (carriedBytes > 0) finish(new Uint8Array())
  return { lines, binary: false }
}
