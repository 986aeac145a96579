import type { DatabaseSync } from 'node:sqlite'
import { messageOf, type Outcome, type Statement } from '@hubkeeper/core'
import * as z from 'zod'
import { readSchema } from '../digest/native-source.ts'
import { fullTextIndexes } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'
import { openHostile } from './connection.ts'
import { failedWith, missingName, sniff } from './fault.ts'

/** Of the four guesses, two are about the largest table. */
const maxSearches = 2

const tableRow = z.object({ name: z.string() })
const termRow = z.object({ term: z.string() })

/** Queries that suit the schema of a file at rest. */
export function guessStatements(path: string, heapLimit: number): Outcome<Statement[]> {
  const fault = sniff(path)
  if (fault !== null) return { state: 'fault', fault }
  try {
    const database = openHostile(path, { readOnly: true, immutable: true, heapLimit })
    try {
      return { state: 'done', value: [...searches(database), ...ofLargestTable(database)] }
    } finally {
      database.close()
    }
  } catch (error) {
    return failedWith(error, path)
  }
}

/** A search for a word that occurs, as a hub makes it: the best ten, by rank. */
function searches(database: DatabaseSync): Statement[] {
  const found: Statement[] = []
  for (const { module, name } of fullTextIndexes(readSchema(database))) {
    const term = module === 'fts5' && found.length < maxSearches ? termOf(database, name) : null
    if (term === null) continue
    const table = quoteName(name)
    const sql = `SELECT rowid FROM ${table} WHERE ${table} MATCH ${phrase(term)} ORDER BY rank LIMIT 10`
    found.push({ name: `guess: search in ${name}`, sql })
  }
  return found
}

/** A word as a string of SQL that holds a string of FTS5’s query language. */
const phrase = (term: string): string => `'"${term.replaceAll('"', '""').replaceAll("'", "''")}"'`

/** The commonest of the first words of an index that a search finds; null where there is none. */
function termOf(database: DatabaseSync, index: string): string | null {
  const table = quoteName(index)
  try {
    database.exec(`CREATE VIRTUAL TABLE temp.hubkeeper_words USING fts5vocab(main, ${table}, row)`)
    try {
      const terms = database
        .prepare(
          `SELECT CAST(term AS TEXT) AS term FROM (SELECT term, doc FROM temp.hubkeeper_words LIMIT 5000)
           WHERE length(term) > 2 ORDER BY doc DESC, term LIMIT 20`,
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
