import {
  type CloudWatchLogsClient,
  type FilteredLogEvent,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs'
import { hours, type LogSource, ObjectMissingError } from '@hubkeeper/core'
import { serviceError } from './service-error.ts'

/** A day is looked at, and an hour of disorder allowed for, ms. */
const dayWithMargin = hours(25)

/** See {@link cloudWatchLogs}. */
export interface CloudWatchLogsOptions {
  readonly client: CloudWatchLogsClient
  readonly logGroup: string
  readonly now: () => Date
  /** How far back events are read, ms; 25 hours by default. */
  readonly lookBack?: number
}

/**
 * A log group of CloudWatch as one log: its latest events, in the order of their time, a line each. An event that has no time of its own begins with the one that CloudWatch has for it.
 *
 * Its file has 0 bytes, for CloudWatch does not tell how many there are: a log as small as that is never
 * searched for an offset, and `start` is ignored.
 */
export function cloudWatchLogs({
  client,
  logGroup,
  lookBack = dayWithMargin,
  now,
}: CloudWatchLogsOptions): LogSource {
  async function* read(key: string): AsyncGenerator<Uint8Array> {
    if (key !== logGroup) throw new ObjectMissingError(key)
    const to = now().getTime()
    const request = { logGroupName: logGroup, startTime: to - lookBack, endTime: to }
    const encoder = new TextEncoder()
    try {
      // A page is at most a megabyte; pages without events come before others that have some.
      for await (const { events = [] } of paginateFilterLogEvents({ client }, request)) {
        if (events.length > 0) yield encoder.encode(events.map(lineOf).join(''))
      }
    } catch (error) {
      throw serviceError(error, `cannot read the log group ${logGroup}`)
    }
  }

  return {
    // Without looking: to ask whether it exists takes a right over every log group of the account, and
    // reading one that does not exist says so.
    files: async () => [{ key: logGroup, bytes: 0, modifiedAt: now() }],
    read,
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with one
const dated = /^(?:\x1b\[[0-9;]*m)*\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d/
/** Syslog, whose time is not where others have it. */
const syslog = /^(?:<\d{1,3}>|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d )/
const logfmt = /^(?:level|lvl|severity)=/
const logfmtDated = /^(?:time|ts)=/
const json = /^\{\s*"/

/** An event as a line of a log file. Its own newlines stay: what follows them continues the record. */
function lineOf({ message = '', timestamp = 0 }: FilteredLogEvent): string {
  // A zero byte would make the whole group pass for something that is no text.
  const text = message.replace(/[\r\n]+$/, '').replaceAll('\0', '\ufffd')
  return `${withTime(text, new Date(timestamp).toISOString())}\n`
}

/** `text` with a time where a reader of its form looks for one: before JSON it would hide the level. */
function withTime(text: string, time: string): string {
  if (dated.test(text) || syslog.test(text) || logfmtDated.test(text)) return text
  if (json.test(text)) return text.replace('{', `{"@timestamp":"${time}",`)
  if (logfmt.test(text)) return `time=${time} ${text}`
  return `${time} ${text}`
}
