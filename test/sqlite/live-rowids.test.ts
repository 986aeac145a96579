import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { readSchema } from '../../layers/sqlite/src/digest/native-source.ts'
import { renumberedByVacuum } from '../../layers/sqlite/src/schema/rowids.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const tables = {
  'neither key nor index': 'CREATE TABLE t (x)',
  'a CHECK': 'CREATE TABLE t (x CHECK (x > 0))',
  'a generated column': 'CREATE TABLE t (x, y AS (x + 1) STORED)',
  'an INTEGER PRIMARY KEY': 'CREATE TABLE t (id INTEGER PRIMARY KEY, x)',
  AUTOINCREMENT: 'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, x)',
  'an INTEGER PRIMARY KEY DESC, which is none': 'CREATE TABLE t (id INTEGER PRIMARY KEY DESC, x)',
  'an INT PRIMARY KEY, which has an automatic index': 'CREATE TABLE t (id INT PRIMARY KEY, x)',
  UNIQUE: 'CREATE TABLE t (x UNIQUE)',
  'an index': 'CREATE TABLE t (x); CREATE INDEX i ON t (x)',
  'a partial index': 'CREATE TABLE t (x); CREATE INDEX i ON t (x) WHERE x > 5',
  'an index over an expression': 'CREATE TABLE t (x); CREATE INDEX i ON t (abs(x))',
}

describe('VACUUM in place numbers rows anew exactly where that is foreseen: a table with', () => {
  it.each(Object.entries(tables))('%s', (_, sql) => {
    const database = new DatabaseSync(join(temporaryDirectory(), 'rows.db'))
    database.exec(sql)
    for (let i = 1; i < 10; i++) database.exec(`INSERT INTO t (x) VALUES (${i})`)
    database.exec('DELETE FROM t WHERE x % 2 = 0')
    const rowids = () => database.prepare('SELECT rowid, x FROM t ORDER BY rowid').all()
    const before = rowids()
    const foreseen = renumberedByVacuum(database, readSchema(database))
    database.exec('VACUUM')
    const renumbered = JSON.stringify(rowids()) !== JSON.stringify(before)
    database.close()
    expect(foreseen).toEqual(renumbered ? ['t'] : [])
  })
})
