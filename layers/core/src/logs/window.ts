import type { LogFile, LogSource } from '../ports/logs.ts'
import { hours } from '../units.ts'
import { type ZoneClock, zoneClock } from './clock.ts'
import { parseHead } from './record.ts'

/** Files up to this size are read from their beginning, bytes. */
const smallFile = 4 * 1024 ** 2

/** How far records may be out of order, ms. */
const disorder = hours(1)

/** Bytes in which a timestamp is looked for. */
const lookBytes = 256 * 1024

/** The first dated line after an offset. */
interface DatedLine {
  readonly offset: number
  readonly time: number
}

/**
 * An offset in a log at or before the first record that is not older than `from`, found by halving: a
 * log of gigabytes is not read for the sake of its last day. It is the start of a line.
 */
export async function findWindowStart(
  logs: LogSource,
  file: LogFile,
  { from, timeZone }: { readonly from: Date; readonly timeZone: string },
): Promise<number> {
  // The offsets of a compressed file are not those of its text.
  if (file.bytes <= smallFile || file.key.endsWith('.gz')) return 0
  const clock = zoneClock(timeZone)
  const wanted = from.getTime() - disorder
  let start = 0
  let low = 0
  let high = file.bytes
  while (high - low > smallFile) {
    const middle = Math.floor((low + high) / 2)
    const dated = await datedLineAfter(logs, file.key, middle, clock, from.getTime())
    if (dated !== null && dated.time < wanted) {
      start = dated.offset
      low = middle
    } else high = middle
  }
  return start
}

async function datedLineAfter(
  logs: LogSource,
  key: string,
  offset: number,
  clock: ZoneClock,
  near: number,
): Promise<DatedLine | null> {
  let text = ''
  for await (const chunk of logs.read(key, offset)) {
    text += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1')
    if (text.length >= lookBytes) break
  }
  // The first line is cut; every later one is whole.
  for (let start = text.indexOf('\n') + 1; start > 0; start = text.indexOf('\n', start) + 1) {
    const end = text.indexOf('\n', start)
    const { time } = parseHead(text.slice(start, end < 0 ? undefined : end), clock, near)
    if (time !== null) return { offset: offset + start, time }
  }
  return null
}
