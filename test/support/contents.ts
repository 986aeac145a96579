import { createHash } from 'node:crypto'
import {
  type Backup,
  type Certificate,
  type ContentQuestion,
  days,
  type Finding,
  judgeContent,
  type Quarantine,
} from '@hubkeeper/core'
import { backupsOf } from './histories.ts'

/** What a test says of one table at a moment. */
interface TableThen {
  readonly rows: number
  readonly payloadBytes?: number
  readonly newest?: Date | null
  /** What its rows are, where that is not told by their number. */
  readonly digest?: string
}

/** Tables by name. */
export type Tables = Readonly<Record<string, TableThen | number>>

/** When the first backup of a history was taken. */
const firstDay = new Date('2026-08-01T04:30:00.000Z')

/** So many days after the first backup. */
export const day = (count: number): Date => new Date(firstDay.getTime() + days(count))

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** What a certificate says of tables. */
export function contentOf(tables: Tables): Pick<Certificate, 'digest' | 'tables'> {
  const told = Object.entries(tables).map(([name, then]) => {
    const { digest, newest, payloadBytes, rows } = typeof then === 'number' ? { rows: then } : then
    return {
      name,
      rows,
      digest: sha256(digest ?? `${rows} rows`),
      ...(payloadBytes === undefined ? {} : { payloadBytes }),
      ...(newest === undefined
        ? {}
        : { newest: newest === null ? null : { column: 'at', at: newest.toISOString() } }),
    }
  })
  return { tables: told, digest: sha256(JSON.stringify(told)) }
}

/** What a test may say of one backup of a history besides its content. */
interface Marks {
  readonly quarantine?: Quarantine
  readonly reason?: Backup['manifest']['reason']
}

/** A proven backup a day with such content, from the first day on. */
export function historyOf(
  contents: readonly Tables[],
  marks: Readonly<Record<number, Marks>> = {},
): Backup[] {
  const backups = backupsOf(
    contents.map((_, i) => ({ takenAt: day(i), reason: marks[i]?.reason ?? ('daily' as const) })),
  )
  return backups.map((backup, i) => ({
    ...backup,
    quarantine: marks[i]?.quarantine ?? null,
    certificate:
      backup.certificate === null ? null : { ...backup.certificate, ...contentOf(contents[i] ?? {}) },
  }))
}

/** What is asked of a guard on the day after the last backup. */
export const questionOf = (
  history: readonly Backup[],
  now: Tables,
  changes: Partial<ContentQuestion> = {},
): ContentQuestion => ({
  content: contentOf(now),
  takenAt: day(history.length),
  backups: history,
  expectations: { expected: [], accepted: [] },
  thresholds: {},
  ...changes,
})

/** The worst status among findings. */
export const worst = (findings: readonly Finding[]): string =>
  ['critical', 'warning', 'unknown', 'ok', 'skipped'].find((status) =>
    findings.some((found) => found.status === status),
  ) ?? 'none'

/** What is found of one table, or of the whole, after such a history. @throws Error when nothing is */
export function foundIn(history: readonly Tables[], now: Tables, subject: string | null): Finding {
  const { findings } = judgeContent(questionOf(historyOf(history), now))
  const found = findings.find((finding) => finding.subject === subject)
  if (found === undefined) throw new Error(`there is no finding of ${subject}`)
  return found
}

/** The same content, day after day. */
export const steady = (tables: Tables, count = 20): Tables[] => Array.from({ length: count }, () => tables)

/** How bad a content is after such a history. */
export const statusAfter = (
  history: readonly Tables[],
  now: Tables,
  changes: Partial<ContentQuestion> = {},
): string => worst(judgeContent(questionOf(historyOf(history), now, changes)).findings)
