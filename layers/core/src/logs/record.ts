import type { ZoneClock } from './clock.ts'
import { type Level, levelNames, levelOf, levelOfNumber, levelOfPriority } from './level.ts'
import { timeAt } from './time.ts'

/** What the beginning of a line says of the record; both null on a continuation. */
export interface LineHead {
  /** ms since 1970. */
  readonly time: number | null
  readonly level: Level | null
}

const nothing: LineHead = { time: null, level: null }

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with one
const colours = /\x1b\[[0-9;]*m/g

/** A text without the codes that colour it. */
export const withoutColours = (text: string): string =>
  text.includes('\x1b') ? text.replace(colours, '') : text

/** `ERROR:    message`, as Python consoles and uvicorn write it. */
const levelFirst = new RegExp(`^(?:\\[\\s*(${levelNames})\\s*\\]|(${levelNames}):)\\s*`, 'i')
/** Between a timestamp and the message: `- logger - ERROR -`, `[logger] ERROR:`, `ERROR`, `[ERROR]`, `| ERROR |`. */
const levelAfterTime = new RegExp(
  `^[\\s|:-]*(?:(?:\\[[^\\]]{0,80}\\]|[\\w.@/-]{1,80}(?:\\[\\d+\\])?)[\\s|:-]+){0,2}?\\[?(${levelNames})\\]?(?=$|[\\s:|\\]-])`,
  'i',
)
const logfmt = /^(?:time|ts|level|lvl|severity)=/
const logfmtLevel = /(?:^|\s)(?:level|lvl|severity)="?(\w+)/
const logfmtTime = /(?:^|\s)(?:time|ts)="?([^"\s]+)/
const syslogPriority = /^<(\d{1,3})>(?:1 )?/

/**
 * Reads the head of a line. Only what stands where a level stands is one: a message that mentions an
 * error is not an error.
 *
 * @param near a moment close to the record's, for timestamps without a year
 */
export function parseHead(line: string, clock: ZoneClock, near: number): LineHead {
  const text = withoutColours(line)
  if (text.startsWith('{')) return parseJson(text, clock, near)
  if (logfmt.test(text)) return parseLogfmt(text, clock, near)
  const priority = syslogPriority.exec(text)
  if (priority !== null) {
    const time = timeAt(text.slice(priority[0].length), clock, near)?.time ?? null
    return { time, level: levelOfPriority(Number(priority[1])) }
  }
  const first = levelFirst.exec(text)
  if (first !== null) {
    const time = timeAt(text.slice(first[0].length), clock, near)?.time ?? null
    return { time, level: levelOf(first[1] ?? first[2] ?? '') }
  }
  const found = timeAt(text, clock, near)
  if (found === null) return nothing
  const level = levelAfterTime.exec(text.slice(found.length))
  return { time: found.time, level: level === null ? null : levelOf(level[1] ?? '') }
}

function parseLogfmt(text: string, clock: ZoneClock, near: number): LineHead {
  const level = levelOf(logfmtLevel.exec(text)?.[1] ?? '')
  const time = timeAt(logfmtTime.exec(text)?.[1] ?? '', clock, near)?.time ?? null
  return { time, level }
}

const levelKeys = ['levelname', 'level', 'severity', 'lvl', 'log.level']
const timeKeys = ['asctime', 'time', 'timestamp', '@timestamp', 'ts', 'datetime']

function parseJson(text: string, clock: ZoneClock, near: number): LineHead {
  let record: unknown
  try {
    record = JSON.parse(text)
  } catch {
    return parseBrokenJson(text, clock, near)
  }
  if (typeof record !== 'object' || record === null) return nothing
  const fields = new Map(Object.entries(record))
  const first = (names: readonly string[]): unknown =>
    names.map((name) => fields.get(name)).find((value) => value !== undefined)
  const level = first(levelKeys)
  return {
    time: timeOfValue(first(timeKeys), clock, near),
    level: typeof level === 'number' ? levelOfNumber(level) : levelOf(String(level ?? '')),
  }
}

/** A record too long to be kept whole still has its keys near its beginning. */
function parseBrokenJson(text: string, clock: ZoneClock, near: number): LineHead {
  const level = /"(?:levelname|level|severity|lvl)"\s*:\s*"(\w+)"/.exec(text)?.[1]
  const time = /"(?:asctime|time|timestamp|@timestamp|ts)"\s*:\s*"([^"]+)"/.exec(text)?.[1]
  return { time: timeOfValue(time, clock, near), level: levelOf(level ?? '') }
}

/** Seconds or ms since 1970, or a timestamp. */
function timeOfValue(value: unknown, clock: ZoneClock, near: number): number | null {
  if (typeof value === 'number') return value < 1e11 ? value * 1000 : value
  return typeof value === 'string' ? (timeAt(value, clock, near)?.time ?? null) : null
}
