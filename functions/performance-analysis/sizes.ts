import { backupBytes, type Figure, figure } from '@hubkeeper/core'
import type { AnalysisContext } from './context.ts'

/** How many files there are of one kind, and what they take. */
interface FileCount {
  readonly files: number
  readonly bytes: number
}

/** What lies beside the database. Null: it cannot be told. */
export interface Sizes {
  /** Of the search index in files; nothing where none is configured. */
  readonly searchIndex: FileCount
  /** Live and rotated ones; null where they are kept as a log group, which does not tell. */
  readonly logs: FileCount | null
  /** Whole ones, with the files that are kept with them. */
  readonly backups: FileCount & { readonly count: number }
}

const counted = (files: readonly { readonly bytes: number }[]): FileCount => ({
  files: files.length,
  bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
})

/** Counts the files of the search index, of the logs and of the backups. */
export async function measureSizes({
  backups,
  files,
  hub,
  logs,
}: Pick<AnalysisContext, 'backups' | 'files' | 'hub' | 'logs'>): Promise<Sizes> {
  const index = hub.searchIndex === undefined ? [] : await files.match(hub.searchIndex.files)
  const logFiles = hub.logs === undefined ? [] : await logs.files()
  const isGroup = logFiles.some(({ key }) => key === hub.logs?.logGroup)
  const kept = (await backups.list()).backups
  return {
    searchIndex: counted(index),
    logs: isGroup ? null : counted(logFiles),
    backups: {
      count: kept.length,
      files: kept.reduce((sum, { manifest }) => sum + 1 + manifest.files.length, 0),
      bytes: kept.reduce((sum, backup) => sum + backupBytes(backup), 0),
    },
  }
}

/** The same as figures. */
export const sizeFigures = ({ backups, logs, searchIndex }: Sizes): Figure[] => [
  figure('search-index.files', searchIndex.files, 'count'),
  figure('search-index.size', searchIndex.bytes, 'bytes'),
  ...(logs === null
    ? []
    : [figure('logs.files', logs.files, 'count'), figure('logs.size', logs.bytes, 'bytes')]),
  figure('backups.count', backups.count, 'count'),
  figure('backups.files', backups.files, 'count'),
  figure('backups.size', backups.bytes, 'bytes'),
]
