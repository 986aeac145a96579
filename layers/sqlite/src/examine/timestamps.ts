import { quoteName } from '../schema/quote.ts'

/** A column as its table's definition has it. */
interface DeclaredColumn {
  readonly name: string
  /** As declared; empty where it was not. */
  readonly type: string
}

const declared = /date|timestamp/i

/** Words that end the name of a point in time, or begin it. */
const words = new Set([
  ...['at', 'on', 'date', 'datetime', 'time', 'timestamp', 'ts', 'mtime', 'ctime', 'crtime'],
  ...['created', 'updated', 'modified', 'changed', 'published', 'added', 'inserted', 'indexed'],
  ...['synced', 'seen', 'visited', 'accessed', 'started', 'finished', 'completed'],
])
const firstWords = new Set(['date', 'datetime', 'time', 'timestamp', 'ts', 'last'])

/** Two words without anything between them. */
const joined =
  /^(?:(?:created|updated|modified|changed|published|added|inserted|deleted)(?:at|on|date|time)|last(?:seen|modified|updated|changed|used|login|run))$/

/** Says in which unit or zone, not of what. */
const units = new Set(['utc', 'gmt', 'unix', 'epoch', 's', 'sec', 'seconds', 'ms', 'millis', 'us', 'micros'])

/** What is still to come says nothing of how new a table is. */
const future = /^(?:expir|deadline|schedul|planned|until|upcoming|validuntil)|^(?:due|next|end|ends|valid)$/

const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== '')

/** Whether a column is likely to hold points in time up to now, by its declared type or its name. */
export function holdsTimestamps({ name, type }: DeclaredColumn): boolean {
  const all = wordsOf(name)
  if (all.some((word) => future.test(word))) return false
  if (declared.test(type)) return true
  const telling = all.filter((word) => !units.has(word))
  const [first] = telling
  const last = telling.at(-1)
  if (first === undefined || last === undefined) return false
  return words.has(last) || firstWords.has(first) || joined.test(telling.join(''))
}

/** Seconds of 2000-01-01 and 2100-01-01: what is a point in time in one unit, is none in another. */
const earliest = 946_684_800
const latest = 4_102_444_800

/** Bytes of the longest text that is looked at: none longer is read from its overflow pages. */
const longest = 80

/**
 * SQL for the point in time that a stored value is, ms since 1970: a text in ISO 8601 with a year from 2000 to
 * 2099, UTC where it names no zone; a number that is one from 2000 until 2100 in seconds, ms or µs. NULL for
 * anything else.
 */
export function instantOf(columnName: string): string {
  const column = quoteName(columnName)
  const inUnit = (perSecond: number): string => {
    // Compared under BINARY, so that a collation that this engine lacks is not needed.
    const [from, until] = [earliest * perSecond, latest * perSecond]
    const inRange = `${column} COLLATE BINARY >= ${from} AND ${column} COLLATE BINARY < ${until}`
    return `WHEN ${inRange} THEN ${column} * ${(1000 / perSecond).toFixed(3)}`
  }
  const units = [1, 1e3, 1e6].map(inUnit).join(' ')
  // The pattern keeps out what unixepoch() takes beside dates: numbers of days, and words such as 'now'.
  const isDate = `octet_length(${column}) <= ${longest} AND ${column} GLOB '20[0-9][0-9]-[01][0-9]-[0-3][0-9]*'`
  return `CASE typeof(${column})
    WHEN 'text' THEN CASE WHEN ${isDate} THEN unixepoch(${column}, 'subsec') * 1000 END
    WHEN 'blob' THEN NULL
    ELSE CASE ${units} END END`
}
