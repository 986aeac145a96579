import {
  type Finding,
  finding,
  type HubFile,
  measured,
  mebibytes,
  type ReadRows,
  type RowsRequest,
  reasonOf,
  type Snapshot,
} from '@hubkeeper/core'
import {
  type IndexedRows,
  type IndexFlaw,
  type IndexJudgement,
  type JsonIndex,
  judgeJsonIndex,
  readJsonIndex,
  type UnderstoodIndex,
} from '@hubkeeper/review'
import type { ContentContext } from './context.ts'
import { counted, plain } from './words.ts'

/** A larger index is not read, bytes. */
const maxBytes = mebibytes(64)

/** Tables with more rows are none that an index in a file lists. */
const maxRows = 200_000

/** How often a file that is no JSON is read again, and after which pause, ms: it may be half written. */
const torn = { attempts: 4, pause: 150 } as const

/** Entries of each kind of flaw that are named. */
const named = 20

/** An index in a file, as it was read. */
export interface ReadIndexFile {
  readonly file: HubFile
  /** Null where it is too large, or gone. */
  readonly bytes: Uint8Array | null
  readonly index: JsonIndex
}

/** An index in a file, and how it stands to the database. */
export interface JudgedIndexFile extends ReadIndexFile {
  /** Null where that cannot be told. */
  readonly judgement: IndexJudgement | null
  /** Why it cannot be told, in words. */
  readonly unjudged: string | null
}

/** Reads the hub's search indexes in files. They are read before the database is, so that it is the newer one. */
export async function readIndexFiles({
  hub,
  indexes,
  progress,
}: Pick<ContentContext, 'hub' | 'indexes' | 'progress'>): Promise<readonly ReadIndexFile[]> {
  const patterns = hub.searchIndex?.files ?? []
  if (patterns.length === 0) return []
  progress.step('Reading search indexes in files')
  const files = (await indexes.match(patterns)).filter(({ key }) => key.toLowerCase().endsWith('.json'))
  const read: ReadIndexFile[] = []
  for (const file of files) read.push(await readIndexFile(indexes, file))
  return read
}

async function readIndexFile(indexes: ContentContext['indexes'], file: HubFile): Promise<ReadIndexFile> {
  if (file.bytes > maxBytes) return { file, bytes: null, index: unknown('it is larger than 64 MiB') }
  for (let attempt = 1; ; attempt++) {
    const bytes = await indexes.read(file.key, maxBytes + 1)
    if (bytes === null) return { file, bytes, index: { layout: 'broken', reason: 'it is gone' } }
    const index = indexOf(bytes)
    if (index.layout !== 'broken' || attempt === torn.attempts) return { file, bytes, index }
    await new Promise((resolve) => setTimeout(resolve, torn.pause))
  }
}

function indexOf(bytes: Uint8Array): JsonIndex {
  if (bytes.length > maxBytes) return unknown('it is larger than 64 MiB')
  try {
    return readJsonIndex(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch (error) {
    if (error instanceof TypeError) return { layout: 'broken', reason: 'it is not UTF-8' }
    throw error
  }
}

const unknown = (reason: string): JsonIndex => ({ layout: 'unknown', reason })

/** Judges the indexes by the rows of a snapshot. */
export async function judgeIndexFiles(
  snapshot: Snapshot,
  files: readonly ReadIndexFile[],
  contentTables: readonly string[],
): Promise<readonly JudgedIndexFile[]> {
  const asked = files.map(({ index }) => ('reason' in index ? [] : requestsOf(index, contentTables)))
  const requests = asked.flat()
  if (requests.length === 0) return files.map((file) => unjudged(file, reasonWithout(file.index)))
  const outcome = await snapshot.readRows(requests, maxRows)
  let at = 0
  return files.map((file, which) => {
    const { index } = file
    const from = at
    at += asked[which]?.length ?? 0
    if ('reason' in index) return unjudged(file, index.reason)
    if (outcome.state !== 'done') return unjudged(file, reasonOf(outcome))
    return judgeIndexFile({ ...file, index }, outcome.value.slice(from, at))
  })
}

const unjudged = (file: ReadIndexFile, reason: string): JudgedIndexFile => ({
  ...file,
  judgement: null,
  unjudged: reason,
})

const reasonWithout = (index: JsonIndex): string =>
  'reason' in index ? index.reason : 'no table looks like content'

function judgeIndexFile(
  file: ReadIndexFile & { readonly index: UnderstoodIndex },
  tables: readonly ReadRows[],
): JudgedIndexFile {
  const large = tables.find(({ tooMany }) => tooMany)
  if (large !== undefined) return unjudged(file, `${plain(large.table)} has more than ${maxRows} rows`)
  const judgement = judgeJsonIndex(file.index, rowsOf(tables))
  if (judgement !== null) return { ...file, judgement, unjudged: null }
  const names = tables.map(({ table }) => plain(table)).join(', ')
  return unjudged(file, `the database does not have what it is made from: ${names}`)
}

function requestsOf(index: UnderstoodIndex, contentTables: readonly string[]): RowsRequest[] {
  return index.layout === 'topic-list'
    ? contentTables.map((table) => ({ table, columns: [index.column], distinct: true }))
    : index.needs.map((need) => ({ ...need, distinct: false }))
}

const rowsOf = (tables: readonly ReadRows[]): IndexedRows =>
  new Map(tables.map(({ rows, table }) => [table, rows]))

/** How each flaw reads. */
const words = { missing: 'is missing in the index', extra: 'is not in the database' } as const

const lineOf = ({ entry, field, kind }: IndexFlaw): string =>
  kind === 'stale'
    ? `${plain(entry)}: the database says something else as ${plain(field ?? '')}`
    : `${plain(entry)} ${words[kind]}`

/** Flaws in words, up to a limit for each kind. */
export function flawLines(flaws: readonly IndexFlaw[]): string[] {
  return (['missing', 'extra', 'stale'] as const).flatMap((kind) => {
    const own = flaws.filter((flaw) => flaw.kind === kind)
    const more = own.length - named
    return [
      ...own.slice(0, named).map(lineOf),
      ...(more > 0 ? [`${counted(more, 'more entry', 'more entries')} ${kind}`] : []),
    ]
  })
}

/** What is to be said of one index in a file, as it was read. */
export function indexFileFinding(
  thresholds: ContentContext['hub']['thresholds'],
  { file, index, judgement, unjudged: reason }: JudgedIndexFile,
): Finding {
  const subject = plain(file.key, 200)
  if (index.layout === 'broken') {
    return finding('search-index.present', 'warning', {
      subject,
      expected: 'JSON',
      actual: `it cannot be read: ${plain(index.reason, 200)}`,
    })
  }
  if (judgement === null) {
    const status = index.layout === 'unknown' && file.bytes > maxBytes ? 'unknown' : 'skipped'
    const actual = index.layout === 'unknown' ? `it is JSON, and nothing more is known: ${reason}` : reason
    return finding('search-index.consistent', status, { subject, actual })
  }
  return measured('search-index.consistent', judgement.flaws.length, thresholds, {
    subject,
    evidence: [
      `${counted(judgement.entries, 'entry', 'entries')}, understood as a ${index.layout.replace('-', ' ')}`,
      ...flawLines(judgement.flaws),
      ...(judgement.refused === null ? [] : [`it cannot be made anew: ${judgement.refused}`]),
    ],
  })
}
