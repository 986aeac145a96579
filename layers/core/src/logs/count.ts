import { zoneClock } from './clock.ts'
import { readLines } from './lines.ts'
import { parseHead, withoutColours } from './record.ts'

/** What was counted in a window of time. */
export interface LevelCounts {
  readonly error: number
  readonly critical: number
  readonly warning: number
  /** Records of any level. */
  readonly records: number
  /** Records before any timestamp: when they were written cannot be told, so they are not counted. */
  readonly undated: number
  /** Lines that were read, in the window or not. */
  readonly lines: number
  /** It is not a text; what was counted up to there means nothing. */
  readonly binary: boolean
  /** The latest records of a level, short and without secrets. */
  readonly samples: { readonly error: readonly string[]; readonly critical: readonly string[] }
}

/** A window of time, `from` included and `to` not, and the zone of timestamps that name none. */
export interface LogWindow {
  readonly from: Date
  readonly to: Date
  /** IANA name. */
  readonly timeZone: string
}

const maxSamples = 3
const maxSample = 200

/**
 * Counts records by level and by the time at which they were written. A record without a timestamp
 * has the time of the one before it.
 */
export async function countLevels(
  chunks: AsyncIterable<Uint8Array>,
  window: LogWindow,
): Promise<LevelCounts> {
  const clock = zoneClock(window.timeZone)
  const from = window.from.getTime()
  const to = window.to.getTime()
  const counts = { error: 0, critical: 0, warning: 0, other: 0 }
  const samples: Record<'error' | 'critical', string[]> = { error: [], critical: [] }
  let undated = 0
  let time: number | null = null

  const { binary, lines } = await readLines(chunks, (line) => {
    const head = parseHead(line, clock, to)
    time = head.time ?? time
    if (head.level === null) return
    if (time === null) undated += 1
    else if (time >= from && time < to) {
      counts[head.level] += 1
      if (head.level === 'error' || head.level === 'critical') {
        const latest = samples[head.level]
        latest.push(line)
        if (latest.length > maxSamples) latest.shift()
      }
    }
  })
  const { critical, error, other, warning } = counts
  return {
    error,
    critical,
    warning,
    records: error + critical + warning + other,
    undated,
    lines,
    binary,
    samples: { error: samples.error.map(sampleOf), critical: samples.critical.map(sampleOf) },
  }
}

const secret =
  /(password|passwd|pwd|secret|token|api[_-]?key|authorization|cookie)(["']?\s*[:=]\s*["']?)(?:bearer\s+)?[^\s"',;}]+/gi
const credentials = /(\w+:\/\/)[^\s/:@]+:[^\s/@]+@/g

/** A line for people: what it says, short, without secrets and control characters. */
function sampleOf(line: string): string {
  // Lines are decoded byte by byte; for people they are read as the UTF-8 that they mostly are.
  const text = Buffer.from(withoutColours(line).slice(0, maxSample * 4), 'latin1').toString('utf8')
  const clean = text
    .replace(/\p{Cc}+/gu, ' ')
    .replace(secret, '$1$2***')
    .replace(credentials, '$1***@')
    .trim()
  return clean.length <= maxSample ? clean : `${clean.slice(0, maxSample - 1)}…`
}
