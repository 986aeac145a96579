import { dateAtEnd, epochAtEnd, type NamedDate } from './rotation-date.ts'

/** One way to read a name as that of a rotated log. */
export interface RotatedName {
  /** Key of the log that it was. */
  readonly log: string
  /** It says so only where that log lies beside it: `worker-1.log` may as well be a log of its own. */
  readonly besideLog: boolean
  /** Null where only a number, or a word, tells it from the log. */
  readonly date: NamedDate | null
}

const compression = /\.(?:gz|xz|zst|bz2|zip|lz4|Z)$/
const journal = /\.journal~?$/
/** What is dated as well, and never was a log. */
const data = /\.(?:db3?|sqlite3?|sql|dump|tar|tgz)$/i
const extension = /^(.+)(\.\p{L}[\p{L}\d]{0,7})$/su
const word = /^(.+)(?:\.(?:old|bak|prev)|~)$/is
/** A year is none: `api-2026.log` may as well be a log of its own, also beside an `api.log`. */
const number = /^(.+)[-._](?!(?:199|20\d)\d$)\d{1,4}$/s

/** Whether a name ends as that of a compressed file. */
export const isCompressed = (key: string): boolean => compression.test(key)

/** Whether a file is one of the journals of systemd, which looks after them by itself. */
export const isJournal = (key: string): boolean => journal.test(key)

/** A key as what stands before the place where its rotated logs carry their date, and behind it. */
function partsOf(key: string): readonly [string, string] {
  const folder = key.slice(0, key.lastIndexOf('/') + 1)
  const match = extension.exec(key.slice(folder.length))
  return match === null ? [key, ''] : [folder + (match[1] ?? ''), match[2] ?? '']
}

/** A name that holds a letter is one that a log may have; `2026-11-24.log` leaves none. */
const isPlausible = (key: string): boolean => /\p{L}/u.test(key.slice(key.lastIndexOf('/') + 1))

/**
 * Every way to read a key as that of a rotated log, the surest first: with a date or a number behind the
 * name or before its extension, with `.old` and the like, compressed or not. Empty for any other key.
 */
export function rotatedNames(key: string): RotatedName[] {
  if (isJournal(key)) return []
  const plain = key.replace(compression, '')
  const [stem, end] = partsOf(plain)
  const names = [...dated(plain, ''), ...dated(stem, end)]
  const worded = word.exec(plain)?.[1]
  if (worded !== undefined) names.push(...under(worded, false))
  for (const [text, ending] of end === ''
    ? ([[plain, '']] as const)
    : ([
        [plain, ''],
        [stem, end],
      ] as const)) {
    const numbered = number.exec(text)?.[1]
    if (numbered !== undefined && isPlausible(numbered)) names.push(...under(numbered + ending, true))
    const since = epochAtEnd(text)
    if (since !== null) names.push({ log: since.before + ending, besideLog: true, date: since })
  }
  const inner = word.exec(stem)?.[1]
  if (end !== '' && inner !== undefined) names.push({ log: inner + end, besideLog: true, date: null })
  if (names.length === 0 && plain !== key) names.push({ log: plain, besideLog: true, date: null })
  return names.filter(({ log }) => !log.endsWith('/') && log !== '' && !isJournal(log) && !data.test(log))
}

function dated(text: string, end: string): RotatedName[] {
  const date = dateAtEnd(text)
  if (date === null) return []
  // Its own way of writing a moment is certain, whatever it stands behind.
  if (date.moment === null && !isPlausible(date.before)) return []
  return [{ log: date.before + end, besideLog: false, date }]
}

/** `log` as the name beneath a number or a word; with the date that it may carry itself. */
function under(log: string, besideLog: boolean): RotatedName[] {
  const [stem, end] = partsOf(log)
  return [...dated(log, ''), ...dated(stem, end), { log, besideLog, date: null }]
}

/**
 * What a log is called once it is rotated: the moment, in UTC, stands before its extension, so that globs
 * such as `*.log` match it too. `isTaken` tells the names that there are.
 */
export function rotatedKey(log: string, at: Date, isTaken: (key: string) => boolean): string {
  const [stem, end] = partsOf(log)
  const moment = at.toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '')
  for (let i = 1; ; i++) {
    const key = `${stem}-${moment}${i === 1 ? '' : `-${i}`}${end}`
    if (!isTaken(key) && !isTaken(`${key}.gz`)) return key
  }
}
