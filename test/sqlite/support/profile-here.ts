import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type ContentFigures, type ContentTable, gibibytes, type Outcome } from '@hubkeeper/core'
import { profile } from '../../../layers/sqlite/src/content/profile.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

/** What SQLite keeps. */
export type Value = string | number | bigint | null | Uint8Array

/** A database of some SQL, with rows of a type and a content, in this order. */
export function made(sql: string, rows: readonly (readonly Value[])[] = [], insert = ''): string {
  const path = join(temporaryDirectory(), 'hub.db')
  const database = new DatabaseSync(path)
  database.exec(sql)
  const statement = insert === '' ? null : database.prepare(insert)
  database.exec('BEGIN')
  for (const row of rows) statement?.run(...row)
  database.exec('COMMIT')
  database.close()
  return path
}

/** A table with content that may be of any type. */
export const contentTable =
  'CREATE TABLE content (id INTEGER PRIMARY KEY, type TEXT, content, title TEXT, changed)'

/** What an outcome came to. @throws Error when there is none */
export const done = <T>(outcome: Outcome<T>): T => {
  if (outcome.state !== 'done') throw new Error(JSON.stringify(outcome))
  return outcome.value
}

/** Of the whole process: SQLite keeps one limit for all of its connections. */
export const heapLimit = gibibytes(2)

/** The content of {@link contentTable}. */
export const byDefault: ContentTable = { table: 'content', content: 'content' }

/** The engine’s own work without a process of its own. */
export const profileHere = (
  path: string,
  table: ContentTable = byDefault,
  options: { maxRowBytes?: number; groups?: number; examples?: number } = {},
): Promise<Outcome<ContentFigures>> =>
  profile(
    {
      kind: 'profile',
      path,
      table,
      maxRowBytes: 1000,
      staleBefore: '2026-01-01T00:00:00.000Z',
      aheadAfter: '2026-12-01T00:00:00.000Z',
      examples: 100,
      groups: 100,
      progress: false,
      ...options,
    },
    heapLimit,
    async () => {},
  )

/** What is said of rows with these values, whose ids are 1, 2, 3, and so on. */
export const figuresOf = async (...values: Value[]): Promise<ContentFigures> =>
  done(
    await profileHere(
      made(
        contentTable,
        values.map((value) => [value]),
        'INSERT INTO content (content) VALUES (?)',
      ),
    ),
  )

/** Ids of the rows that are named. */
export const ids = ({ examples }: { readonly examples: readonly { readonly id: string }[] }): string[] =>
  examples.map(({ id }) => id)
