import {
  countLevels,
  type Finding,
  figure,
  finding,
  findWindowStart,
  groupLogs,
  type HubConfig,
  hours,
  isCompressed,
  type LevelCounts,
  type LogFile,
  type LogGroup,
  type LogSource,
  type LogWindow,
  matchesAny,
  measured,
  messageOf,
  only,
  type Part,
  together,
} from '@hubkeeper/core'

/** How often a log is read that is rotated while it is read. */
const maxReadings = 3

/** What of a log was written in the window, the oldest file first. */
interface LogInWindow {
  readonly key: string
  readonly files: readonly LogFile[]
  /** Keys of what belongs to it as well, and is compressed in a way that cannot be read here. */
  readonly closed: readonly string[]
}

/** What a reading of a log came to; a text where it could not be counted. */
type Reading = (LevelCounts & Pick<LogInWindow, 'closed'>) | string

/** Errors of the last 24 hours by level and true time, per log, whether it was rotated meanwhile or not. */
export async function checkLogs(hub: HubConfig, logs: LogSource, at: Date): Promise<Part> {
  if (hub.logs === undefined) {
    return only(finding('logs.errors', 'skipped', { actual: 'no logs are configured' }))
  }
  const window = {
    from: new Date(at.getTime() - hours(24)),
    to: at,
    timeZone: hub.logs.timeZone ?? hub.timeZone,
  }
  const readings = await readAll(hub.logs.rotation.live, logs, window)
  if (readings.size === 0) {
    const actual = `no log that ${hub.logs.files.join(', ')} match was written in 24 hours`
    return only(finding('logs.errors', 'unknown', { expected: 'a log', actual }))
  }
  return together([...readings].map(([key, reading]) => resultOf(hub, key, reading)))
}

/** Every log's reading. One that was rotated meanwhile is read again, for it lies elsewhere by now. */
async function readAll(
  live: readonly string[],
  logs: LogSource,
  window: LogWindow,
): Promise<Map<string, Reading>> {
  const isLive = (key: string): boolean => matchesAny(key, live)
  const list = async (): Promise<LogInWindow[]> =>
    groupLogs(await logs.files(), isLive).flatMap((group) => inWindow(group, window))
  const readings = new Map<string, Reading>()
  let listed = await list()
  let unread = listed
  for (let i = 0; i < maxReadings && unread.length > 0; i++) {
    for (const log of unread) readings.set(log.key, await read(log, logs, window))
    const before = new Map(listed.map((log) => [log.key, log]))
    listed = await list()
    unread = listed.filter((log) => isAnother(log, before.get(log.key)))
  }
  for (const { key } of unread) readings.set(key, 'it was rotated again and again while it was read')
  return readings
}

function inWindow({ key, live, rotated }: LogGroup, { from }: LogWindow): LogInWindow[] {
  const all = [...rotated, ...(live === null ? [] : [live])]
  // What was last written before the window has nothing in it.
  const recent = all.filter(({ modifiedAt }) => modifiedAt >= from)
  const plain = new Set(recent.map((file) => file.key).filter((name) => !isCompressed(name)))
  // Of a log that is being compressed, both are there for a moment.
  const needed = recent.filter(
    (file) => !isCompressed(file.key) || !plain.has(file.key.slice(0, file.key.lastIndexOf('.'))),
  )
  if (needed.length === 0) return []
  const closed = needed.map((file) => file.key).filter((name) => isCompressed(name) && !name.endsWith('.gz'))
  return [{ key, files: needed.filter((file) => !closed.includes(file.key)), closed }]
}

/** Whether a log consists of other files now, or of shorter ones. */
const isAnother = ({ files }: LogInWindow, before: LogInWindow | undefined): boolean =>
  before === undefined ||
  files.length !== before.files.length ||
  files.some(({ bytes, key }) => !before.files.some((file) => file.key === key && bytes >= file.bytes))

/** Counts a log as if it had never been rotated: one file after the other, as one text. */
async function read({ closed, files }: LogInWindow, logs: LogSource, window: LogWindow): Promise<Reading> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const file of files) {
      const start = await findWindowStart(logs, file, window)
      yield* logs.read(file.key, start)
    }
  }
  try {
    const counts = await countLevels(chunks(), window)
    return counts.binary ? 'it is binary' : { ...counts, closed }
  } catch (error) {
    return messageOf(error)
  }
}

function resultOf(hub: HubConfig, subject: string, reading: Reading): Part {
  if (typeof reading === 'string') {
    const details = { subject, expected: 'a readable log', actual: reading }
    return only(finding('logs.errors', 'unknown', details))
  }
  const { closed, critical, error, samples } = reading
  const unread = closed.map((key) => `${key} was not read: of what is compressed, only .gz is`)
  const counted = (
    check: 'logs.errors' | 'logs.critical',
    value: number,
    lines: readonly string[],
  ): Finding => {
    const found = measured(check, value, hub.thresholds, { subject, evidence: [...lines, ...unread] })
    return unread.length > 0 && found.status === 'ok' ? { ...found, status: 'unknown' } : found
  }
  return {
    findings: [
      counted('logs.errors', error, samples.error),
      counted('logs.critical', critical, samples.critical),
    ],
    figures: [
      figure('logs.errors', error, 'lines', subject),
      figure('logs.critical', critical, 'lines', subject),
    ],
  }
}
