import {
  countOf,
  type Finding,
  type FindingStatus,
  formatBytes,
  type HubFile,
  HubkeeperError,
  mebibytes,
  type ReadRows,
  type RowsRequest,
  reasonOf,
  type Snapshot,
  statusWithoutValue,
} from '@hubkeeper/core'
import {
  type IndexedRows,
  type IndexJudgement,
  type IndexOutline,
  type JsonIndex,
  judgeJsonIndex,
  outlineOf,
  readJsonIndex,
} from '@hubkeeper/review'
import type { ContentContext } from './context.ts'
import { absentFindings, otherFindings } from './json-findings.ts'
import { plain } from './words.ts'

/** A larger index is not read, and no more of all of them, bytes. */
const maxBytes = mebibytes(16)
const maxTogether = mebibytes(64)

/** What to do about what is not read for its size. */
const adviceLarge = 'leave it out of searchIndex.files, or divide it'

const tooLarge: Unjudged = {
  status: 'unknown',
  reason: `it is larger than ${formatBytes(maxBytes)}, or together with those before it than ${formatBytes(maxTogether)}`,
  advice: adviceLarge,
}

/** Tables with more rows are none that an index in a file lists. */
const maxRows = 200_000

/** How often a file that is no JSON is read again, and after which pause, ms: it may be half written. */
const torn = { attempts: 4, pause: 150 } as const

/** An index in a file, as it was read. */
export interface ReadIndexFile {
  readonly file: HubFile
  /** When it was read, by the clock that its own time is of. */
  readonly readAt: Date
  /** Null where it is too large, or gone. */
  readonly bytes: Uint8Array | null
  /** What it is. What it holds is understood when it is judged, of one index at a time. */
  readonly index: IndexOutline
  /** Why it could not be looked at; null where it could. */
  readonly unread: Unjudged | null
}

/** An index in a file, and how it stands to the database. */
export interface JudgedIndexFile extends ReadIndexFile {
  /** Null where that cannot be told. */
  readonly judgement: IndexJudgement | null
  readonly unjudged: Unjudged | null
}

/** Why nothing can be told of an index in a file. */
interface Unjudged {
  /** Skipped where there was nothing to be looked at. */
  readonly status: FindingStatus
  readonly reason: string
  readonly advice?: string
}

/** What was found of the hub's search indexes in files. */
export interface ReadIndexFiles {
  readonly files: readonly ReadIndexFile[]
  /** Of those that are not there, and of those that are none. */
  readonly findings: readonly Finding[]
}

/** Reads the hub's search indexes in files. They are read before the database is, so that it is the newer one. */
export async function readIndexFiles({
  hub,
  indexes,
  now,
  progress,
}: Pick<ContentContext, 'hub' | 'indexes' | 'now' | 'progress'>): Promise<ReadIndexFiles> {
  const patterns = hub.searchIndex?.files ?? []
  if (patterns.length === 0) return { files: [], findings: [] }
  progress.step('Reading search indexes in files')
  const all = await indexes.match(patterns)
  const isJson = ({ key }: HubFile): boolean => key.toLowerCase().endsWith('.json')
  const files: ReadIndexFile[] = []
  let left = maxTogether
  for (const file of all.filter(isJson)) {
    const read = await readIndexFile(indexes, file, Math.min(left, maxBytes))
    left -= read.bytes?.length ?? 0
    files.push({ ...read, readAt: now() })
  }
  const others = all.filter((file) => !isJson(file))
  return { files, findings: [...absentFindings(patterns, all), ...otherFindings(others)] }
}

/** What keeps one file from being read or written, and says nothing of any other. */
const codesOfOneFile: ReadonlySet<string> = new Set([
  'precondition-failed',
  'key-refused',
  'no-access',
  'not-available',
  'object-missing',
  'io',
])

/** Whether an error is of one file alone. */
export const isOfOneFile = (error: unknown): error is HubkeeperError =>
  error instanceof HubkeeperError && codesOfOneFile.has(error.code)

async function readIndexFile(
  indexes: ContentContext['indexes'],
  file: HubFile,
  most: number,
): Promise<Omit<ReadIndexFile, 'readAt'>> {
  if (file.bytes > most) return unread(file, tooLarge)
  try {
    for (let attempt = 1; ; attempt++) {
      const bytes = await indexes.read(file.key, most + 1)
      if (bytes === null) {
        return { file, bytes, index: { layout: 'broken', reason: 'it is gone' }, unread: null }
      }
      if (bytes.length > most) return unread(file, tooLarge)
      const index = outlineOf(indexOf(bytes))
      if (index.layout !== 'broken' || attempt === torn.attempts) return { file, bytes, index, unread: null }
      await new Promise((resolve) => setTimeout(resolve, torn.pause))
    }
  } catch (error) {
    if (!isOfOneFile(error)) throw error
    return unread(file, { status: 'unknown', reason: error.message, advice: error.hint })
  }
}

const unread = (file: HubFile, why: Unjudged): Omit<ReadIndexFile, 'readAt'> => ({
  file,
  bytes: null,
  index: { layout: 'unknown', reason: why.reason, isBeyond: true },
  unread: why,
})

function indexOf(bytes: Uint8Array): JsonIndex {
  try {
    return readJsonIndex(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch (error) {
    if (error instanceof TypeError) return { layout: 'broken', reason: 'it is not UTF-8' }
    throw error
  }
}

/** Judges the indexes by the rows of a snapshot, one after the other: rows of one are in memory at a time. */
export async function judgeIndexFiles(
  snapshot: Pick<Snapshot, 'readRows'>,
  files: readonly ReadIndexFile[],
  contentTables: readonly string[],
): Promise<readonly JudgedIndexFile[]> {
  const judged: JudgedIndexFile[] = []
  for (const file of files) {
    const requests = 'reason' in file.index ? [] : requestsOf(file.index, contentTables)
    if (requests.length === 0) {
      judged.push(unjudged(file, reasonWithout(file)))
      continue
    }
    const outcome = await snapshot.readRows(requests, maxRows)
    judged.push(
      outcome.state === 'done'
        ? judgeIndexFile(file, outcome.value)
        : unjudged(file, { status: statusWithoutValue(outcome), reason: reasonOf(outcome) }),
    )
  }
  return judged
}

const unjudged = (file: ReadIndexFile, why: Unjudged): JudgedIndexFile => ({
  ...file,
  judgement: null,
  unjudged: why,
})

function reasonWithout({ index, unread: why }: ReadIndexFile): Unjudged {
  if (why !== null) return why
  if (index.layout === 'unknown' && index.isBeyond) {
    return { status: 'unknown', reason: index.reason, advice: adviceLarge }
  }
  return 'reason' in index
    ? { status: 'skipped', reason: `it is JSON, and nothing more is known: ${index.reason}` }
    : {
        status: 'unknown',
        reason: 'no table looks like content',
        advice: 'name the tables with content in analysis.content.tables',
      }
}

function judgeIndexFile(file: ReadIndexFile, tables: readonly ReadRows[]): JudgedIndexFile {
  const large = tables.find(({ tooMany }) => tooMany)
  if (large !== undefined) {
    const reason = `${plain(large.table)} has more than ${countOf(maxRows, 'row')}`
    return unjudged(file, { status: 'unknown', reason, advice: 'leave it out of searchIndex.files' })
  }
  const index = indexOf(file.bytes ?? new Uint8Array())
  if ('reason' in index) return unjudged(file, { status: 'unknown', reason: index.reason })
  const judgement = judgeJsonIndex(index, rowsOf(tables))
  if (judgement !== null) return { ...file, judgement, unjudged: null }
  const names = tables.map(({ table }) => plain(table)).join(', ')
  const columns = index.layout === 'topic-list' ? `column ${index.column}` : 'columns id and title'
  return unjudged(file, {
    status: 'unknown',
    reason: `the database has no rows with ${columns} in what it is made from: ${names}`,
    advice:
      'see whether these tables vanished: hubkeeper run health-check; leave an index that is made from something else out of searchIndex.files',
  })
}

function requestsOf(
  index: Exclude<IndexOutline, { readonly reason: string }>,
  contentTables: readonly string[],
): RowsRequest[] {
  return index.layout === 'topic-list'
    ? contentTables.map((table) => ({ table, columns: [index.column], distinct: true }))
    : index.needs.map((need) => ({ ...need, distinct: false }))
}

const rowsOf = (tables: readonly ReadRows[]): IndexedRows =>
  new Map(tables.map(({ rows, table }) => [table, rows]))
