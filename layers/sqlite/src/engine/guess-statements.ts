import type { DatabaseSync } from 'node:sqlite'
import type { Outcome, Statement } from '@hubkeeper/core'
import { messageOf } from '@hubkeeper/core/basics'
import * as z from 'zod'
import { columnsOf, rowidOf } from '../content/table.ts'
import { readSchema } from '../digest/native-source.ts'
import { type FullTextIndex, fullTextIndexes } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'
import { lookAtRest } from './at-rest.ts'
import { missingName } from './fault.ts'

/** Of the four guesses, two are about the largest table. */
const maxSearches = 2

const tableRow = z.object({ name: z.string() })
const termRow = z.object({ term: z.string() })

/** Queries that suit the schema of a file at rest. */
export function guessStatements(path: string, heapLimit: number): Outcome<Statement[]> {
  return lookAtRest(path, { heapLimit }, (database) => [...searches(database), ...ofLargestTable(database)])
}

/** A search for a word that occurs, as a hub makes it: the best ten, by rank. */
function searches(database: DatabaseSync): Statement[] {
  const found: Statement[] = []
  for (const index of fullTextIndexes(readSchema(database))) {
    const sql = index.module === 'fts5' && found.length < maxSearches ? sampleSearch(database, index) : null
    if (sql !== null) found.push({ name: `guess: search in ${index.name}`, sql })
  }
  return found
}

/** A search for a word that occurs in an index; by rank in FTS5, which alone has one. Null where there is none. */
export function sampleSearch(database: DatabaseSync, index: FullTextIndex): string | null {
  const { module, name } = index
  const term = termOf(database, index)
  const table = quoteName(name)
  const order = module === 'fts5' ? 'ORDER BY rank ' : ''
  return term === null
    ? null
    : `SELECT rowid FROM ${table} WHERE ${table} MATCH ${phrase(term)} ${order}LIMIT 10`
}

/** SQL for a table of the words of an index, and where it says in how many rows each is. */
const words = {
  fts5: { table: (index: string) => `fts5vocab(main, ${index}, row)`, rows: 'doc', where: 'TRUE' },
  fts4: { table: (index: string) => `fts4aux(main, ${index})`, rows: 'documents', where: "col = '*'" },
  fts3: { table: (index: string) => `fts4aux(main, ${index})`, rows: 'documents', where: "col = '*'" },
} as const

/** A word as a string of SQL that holds a string of FTS5’s query language. */
const phrase = (term: string): string => `'"${term.replaceAll('"', '""').replaceAll("'", "''")}"'`

/** Words of an index that a search was made for. */
export interface SearchedWords {
  /** How many there were. */
  readonly tried: number
  /** Those that were found, the commonest first. */
  readonly found: readonly string[]
}

/** Searches for the commonest of the first words of an index, 20 at most. @throws what SQLite throws */
export function searchWords(database: DatabaseSync, { module, name }: FullTextIndex): SearchedWords {
  const table = quoteName(name)
  const { rows, where, ...of } = words[module]
  database.exec(`CREATE VIRTUAL TABLE temp.hubkeeper_words USING ${of.table(table)}`)
  try {
    const terms = database
      .prepare(
        `SELECT CAST(term AS TEXT) AS term FROM
           (SELECT term, ${rows} AS rows FROM temp.hubkeeper_words WHERE ${where} LIMIT 5000)
         WHERE length(term) > 2 ORDER BY rows DESC, term LIMIT 20`,
      )
      .all()
      .map((row) => termRow.parse(row).term)
      // What is no UTF-8 comes as another word than it is.
      .filter((term) => !term.includes('\u{fffd}'))
    // A word is kept as its tokenizer made it, which it need not make of it again.
    const occurs = (term: string): boolean =>
      database.prepare(`SELECT 1 FROM ${table} WHERE ${table} MATCH ${phrase(term)} LIMIT 1`).get() !==
      undefined
    return { tried: terms.length, found: terms.filter(occurs) }
  } finally {
    database.exec('DROP TABLE temp.hubkeeper_words')
  }
}

/** A word of an index that a search finds; null where there is none, or its tokenizer is the hub’s own. */
function termOf(database: DatabaseSync, index: FullTextIndex): string | null {
  try {
    return searchWords(database, index).found[0] ?? null
  } catch (error) {
    if (missingName(messageOf(error)) !== null) return null
    throw error
  }
}

/** Its rows counted, and the last of them, of the table that takes up most of the file. */
function ofLargestTable(database: DatabaseSync): Statement[] {
  const table = largestTable(database)
  if (table === null) return []
  const name = quoteName(table)
  const counted = { name: `guess: rows of ${table}`, sql: `SELECT count(*) FROM ${name}` }
  // Columns may have taken every name of the rowid.
  const rowid = rowidOf(database, table, columnsOf(database, table))
  if (rowid === null) return [counted]
  const last = `SELECT * FROM ${name} WHERE ${rowid} = (SELECT max(${rowid}) FROM ${name})`
  return [counted, { name: `guess: last row of ${table}`, sql: last }]
}

/** By the pages it takes up; tables of an index and those without a rowid are left out. */
function largestTable(database: DatabaseSync): string | null {
  const row = database
    .prepare(
      `SELECT l.name AS name FROM pragma_table_list AS l JOIN dbstat AS d ON d.name = l.name
       WHERE l.schema = 'main' AND l.type = 'table' AND l.wr = 0 AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         AND d.aggregate = TRUE
       ORDER BY d.pgsize DESC, l.name LIMIT 1`,
    )
    .get()
  return row === undefined ? null : tableRow.parse(row).name
}
