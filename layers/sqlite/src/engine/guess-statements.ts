import type { DatabaseSync } from 'node:sqlite'
import type { Outcome, Statement } from '@hubkeeper/core'
import { messageOf } from '@hubkeeper/core/basics'
import * as z from 'zod'
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
export function sampleSearch(database: DatabaseSync, { module, name }: FullTextIndex): string | null {
  const term = termOf(database, name, module)
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

/** The commonest of the first words of an index that a search finds; null where there is none. */
function termOf(database: DatabaseSync, index: string, module: FullTextIndex['module']): string | null {
  const table = quoteName(index)
  const { rows, where, ...of } = words[module]
  try {
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
      // A word is kept as its tokenizer made it, which it need not make of it again.
      const occurs = (term: string): boolean =>
        database.prepare(`SELECT 1 FROM ${table} WHERE ${table} MATCH ${phrase(term)} LIMIT 1`).get() !==
        undefined
      return terms.find(occurs) ?? null
    } finally {
      database.exec('DROP TABLE temp.hubkeeper_words')
    }
  } catch (error) {
    // Its tokenizer is the hub’s own: only the hub can search in it.
    if (missingName(messageOf(error)) !== null) return null
    throw error
  }
}

/** Its rows counted, and the last of them, of the table that takes up most of the file. */
function ofLargestTable(database: DatabaseSync): Statement[] {
  const table = largestTable(database)
  if (table === null) return []
  const name = quoteName(table)
  return [
    { name: `guess: rows of ${table}`, sql: `SELECT count(*) FROM ${name}` },
    {
      name: `guess: last row of ${table}`,
      sql: `SELECT * FROM ${name} WHERE rowid = (SELECT max(rowid) FROM ${name})`,
    },
  ]
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
