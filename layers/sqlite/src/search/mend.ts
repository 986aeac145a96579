import type { DatabaseSync } from 'node:sqlite'
import type { SearchSource } from '@hubkeeper/core'
import { columnsOf, rowidOf } from '../content/table.ts'
import { scalar } from '../engine/connection.ts'
import { quoteName } from '../schema/quote.ts'
import { optionOf, parseVirtualTable } from '../schema/virtual-table.ts'
import { compareOwn } from './own.ts'

/**
 * Makes the rows of a full-text table with content of its own those of its source: rows that differ or are too many
 * go, those that are missing come. The others stay as they are.
 *
 * @returns why it was left as it is, in words; null where it was not
 * @throws what SQLite throws, and where they still differ afterwards
 */
export function mendRows(database: DatabaseSync, source: SearchSource): string | null {
  const { index, key, table } = source
  const pairs = pairsOf(source)
  const named = new Set(pairs.map(([own]) => own.toLowerCase()))
  const unnamed = columnsOf(database, index).filter(({ name }) => !named.has(name.toLowerCase()))
  // What a new row says in such a column, nobody knows.
  if (unnamed.length > 0) return `what its column ${unnamed[0]?.name} is made from is not known`
  if (hasLanguages(database, index)) return 'its rows have languages, of which their source says nothing'
  const rowid = rowidOf(database, table, columnsOf(database, table))
  if (rowid === null) return `${table} has no rowid by which its rows could be found`
  if (!noteKeys(database, source, rowid)) return `${key} says the same of two rows of ${table}`
  const [inIndex, inTable] = [quoteName(index), quoteName(table)]
  const own = keyOf('f', key, 'rowid')
  const differs = pairs.map(([a, b]) => `${bytesOf('f', a)} IS NOT ${bytesOf('t', b)}`).join(' OR ')
  const [into, from] = [pairs.map(([a]) => quoteName(a)), pairs.map(([, b]) => `t.${quoteName(b)}`)]
  // A row of a source that is known by its rowid has the same one in the index.
  if (key === undefined) {
    into.unshift('rowid')
    from.unshift('s.r')
  }
  database.exec(`
    CREATE TEMP TABLE hubkeeper_wrong (r INTEGER PRIMARY KEY);
    INSERT INTO temp.hubkeeper_wrong
      SELECT f.rowid FROM ${inIndex} AS f LEFT JOIN temp.hubkeeper_keys AS s ON s.k = ${own}
        LEFT JOIN ${inTable} AS t ON t.${rowid} = s.r WHERE s.r IS NULL OR ${differs};
    INSERT OR IGNORE INTO temp.hubkeeper_wrong SELECT f.rowid FROM ${inIndex} AS f
      WHERE f.rowid NOT IN (SELECT min(f.rowid) FROM ${inIndex} AS f GROUP BY ${own});
    DELETE FROM ${inIndex} WHERE rowid IN (SELECT r FROM temp.hubkeeper_wrong);
    DELETE FROM temp.hubkeeper_keys WHERE k IN (SELECT ${own} FROM ${inIndex} AS f);
    INSERT INTO ${inIndex} (${into.join(', ')})
      SELECT ${from.join(', ')} FROM temp.hubkeeper_keys AS s JOIN ${inTable} AS t ON t.${rowid} = s.r ORDER BY s.r;
    DROP TABLE temp.hubkeeper_wrong;
    DROP TABLE temp.hubkeeper_keys;`)
  const { different, extra, missing } = compareOwn(database, source, 0)
  const wrong = different.rows + extra.rows + missing.rows
  if (wrong > 0) throw new Error(`${wrong} rows of ${index} still differ from those of ${table}`)
  return null
}

/** Whether each row has a language, FTS4, or each text, FTS5: one that came anew would have none. */
function hasLanguages(database: DatabaseSync, index: string): boolean {
  const sql = database.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').get(index)?.sql
  const table = typeof sql === 'string' ? parseVirtualTable(sql) : null
  if (table === null || table.module === 'fts3') return false
  return table.module === 'fts5'
    ? optionOf(table, 'locale', 1) === '1'
    : optionOf(table, 'languageid') !== null
}

/** Columns of the index with those of the table, the key among them. */
function pairsOf({ columns, key }: SearchSource): (readonly [string, string])[] {
  const pairs = Object.entries(columns)
  const isNamed = pairs.some(([own]) => own.toLowerCase() === key?.toLowerCase())
  return key === undefined || isNamed ? pairs : [...pairs, [key, key] as const]
}

/** The key of each row of the source, with its rowid; false where a key is there twice. */
function noteKeys(database: DatabaseSync, { key, table }: SearchSource, rowid: string): boolean {
  database.exec(`
    DROP TABLE IF EXISTS temp.hubkeeper_keys;
    CREATE TEMP TABLE hubkeeper_keys (k PRIMARY KEY, r INTEGER NOT NULL) WITHOUT ROWID;
    INSERT OR IGNORE INTO temp.hubkeeper_keys SELECT ${keyOf('t', key, rowid)}, t.${rowid} FROM ${quoteName(table)} AS t`)
  const rows = (name: string): number => scalar(database, `SELECT count(*) FROM ${name}`, 'number')
  return rows('temp.hubkeeper_keys') === rows(quoteName(table))
}

const keyOf = (of: string, key: string | undefined, rowid: string): string =>
  key === undefined ? `${of}.${rowid}` : bytesOf(of, key)

/** As rows are compared: NULL is the same as a text without a character, a number as its digits. */
const bytesOf = (of: string, column: string): string =>
  `coalesce(CAST(${of}.${quoteName(column)} AS BLOB), x'')`
