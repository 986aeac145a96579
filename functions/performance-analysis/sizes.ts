import { backupBytes, type Figure, figure } from '@hubkeeper/core'
import type { AnalysisContext } from './context.ts'

/** How many files there are of one kind, and what they take. */
interface FileCount {
  readonly files: number
  readonly bytes: number
}

/** What files there are. Null: it cannot be told. */
export interface Sizes {
  /** The database as it lies on the disk, with its write-ahead log or journal; null where its machine is another. */
  readonly database: FileCount | null
  /** Of the search index in files; nothing where none is configured. */
  readonly searchIndex: FileCount
  /** Live and rotated ones; null where they are kept as a log group, which does not tell. */
  readonly logs: FileCount | null
  /** Whole ones, with the files that are kept with them. */
  readonly backups: FileCount & { readonly count: number }
  /** What lies among the backups and is no whole one. */
  readonly strays: { readonly count: number; readonly bytes: number }
}

const counted = (files: readonly { readonly bytes: number }[]): FileCount => ({
  files: files.length,
  bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
})

/** What SQLite keeps a database in (sqlite.org/tempfiles.html): the file itself, and what lies beside it. */
const suffixes = ['', '-wal', '-shm', '-journal'] as const

/** A key as a glob that matches nothing else. */
const literalGlob = (key: string): string => key.replace(/[*?[\]{}()]/g, (character) => `[${character}]`)

/** Counts the files of the database, of the search index, of the logs and of the backups. */
export async function measureSizes({
  backups,
  files,
  host,
  hub,
  logs,
}: Pick<AnalysisContext, 'backups' | 'files' | 'host' | 'hub' | 'logs'>): Promise<Sizes> {
  const beside = suffixes.map((suffix) => literalGlob(hub.database.path + suffix))
  const database = host.elsewhere === null ? await files.match(beside) : []
  const index = hub.searchIndex === undefined ? [] : await files.match(hub.searchIndex.files)
  const logFiles = hub.logs === undefined ? [] : await logs.files()
  const isGroup = logFiles.some(({ key }) => key === hub.logs?.logGroup)
  const { backups: kept, strays } = await backups.list()
  return {
    database: database.length === 0 ? null : counted(database),
    searchIndex: counted(index),
    logs: isGroup ? null : counted(logFiles),
    backups: {
      count: kept.length,
      files: kept.reduce((sum, { manifest }) => sum + 1 + manifest.files.length, 0),
      bytes: kept.reduce((sum, backup) => sum + backupBytes(backup), 0),
    },
    strays: { count: strays.length, bytes: counted(strays).bytes },
  }
}

/** The same as figures. */
export const sizeFigures = ({ backups, database, logs, searchIndex }: Sizes, key: string): Figure[] => [
  ...(database === null ? [] : [figure('database.files-size', database.bytes, 'bytes', key)]),
  figure('search-index.files', searchIndex.files, 'count'),
  figure('search-index.size', searchIndex.bytes, 'bytes'),
  ...(logs === null
    ? []
    : [figure('logs.files', logs.files, 'count'), figure('logs.size', logs.bytes, 'bytes')]),
  figure('backups.count', backups.count, 'count'),
  figure('backups.files', backups.files, 'count'),
  figure('backups.size', backups.bytes, 'bytes'),
]
