import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SearchSource } from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRows } from '../../layers/sqlite/src/engine/read-rows.ts'
import { mendRows } from '../../layers/sqlite/src/search/mend.ts'
import { compareOwn } from '../../layers/sqlite/src/search/own.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const heapLimit = 200 * 1024 ** 2
const byRowid: SearchSource = { index: 'found', table: 'page', columns: { title: 'name', body: 'body' } }
const byKey: SearchSource = { ...byRowid, index: 'keyed', key: 'slug' }

function hub(module = 'fts5'): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  const keyed = module === 'fts5' ? 'slug UNINDEXED, title, body' : 'slug, title, body'
  database.exec(`
    CREATE TABLE page (id INTEGER PRIMARY KEY, slug TEXT, name TEXT, body);
    CREATE VIRTUAL TABLE found USING ${module} (title, body);
    CREATE VIRTUAL TABLE keyed USING ${module} (${keyed});`)
  return database
}

function fill(database: DatabaseSync): void {
  database.exec(`
    INSERT INTO page VALUES (1, 'a', 'One', 'lamp'), (2, 'b', 'Two', NULL), (3, 'c', 'Three', 42), (7, 'd', NULL, '');
    INSERT INTO found (rowid, title, body) SELECT id, name, body FROM page;
    INSERT INTO keyed (slug, title, body) SELECT slug, name, body FROM page ORDER BY id DESC`)
}

const differences = (database: DatabaseSync, source: SearchSource): number => {
  const { different, extra, missing } = compareOwn(database, source, 10)
  return different.rows + extra.rows + missing.rows
}

describe.each(['fts5', 'fts4', 'fts3'])('rows of a full-text table (%s)', (module) => {
  it.each([byRowid, byKey])('in $index become those of the source; the others stay', (source) => {
    const database = hub(module)
    fill(database)
    database.exec(`
      UPDATE page SET body = 'lantern' WHERE id = 1;
      DELETE FROM page WHERE id = 2;
      INSERT INTO page VALUES (9, 'e', 'Nine', 'fog')`)
    if (source.key !== undefined) database.exec("INSERT INTO keyed (slug, title) VALUES ('c', 'twice')")
    expect(differences(database, source)).toBeGreaterThan(2)
    const rowOf42 = () => database.prepare(`SELECT rowid FROM ${source.index} WHERE body = 42`).get()
    const kept = rowOf42()
    expect(mendRows(database, source)).toBe(null)
    expect(differences(database, source)).toBe(0)
    expect(rowOf42()).toEqual(kept)
    const search = database.prepare(`SELECT count(*) AS n FROM ${source.index} WHERE ${source.index} MATCH ?`)
    expect([search.get('lantern'), search.get('lamp'), search.get('fog')]).toEqual([
      { n: 1 },
      { n: 0 },
      { n: 1 },
    ])
    database.exec(`INSERT INTO ${source.index} (${source.index}) VALUES ('integrity-check')`)
  })
})

describe('an index is left as it is', () => {
  it('when a column of it comes from nowhere', () => {
    const database = hub()
    fill(database)
    database.exec("UPDATE found SET title = 'other' WHERE rowid = 1")
    expect(mendRows(database, { ...byRowid, columns: { body: 'body' } })).toBe(
      'what its column title is made from is not known',
    )
    expect(differences(database, byRowid)).toBe(1)
  })

  it.each(['fts5 (body, locale=1)', 'fts4 (body, languageid="language")'])(
    'when its rows have languages: %s',
    (module) => {
      const database = hub()
      database.exec(
        `INSERT INTO page VALUES (1, 'a', 'One', 'lamp'); CREATE VIRTUAL TABLE spoken USING ${module}`,
      )
      const source = { index: 'spoken', table: 'page', columns: { body: 'body' } }
      expect(mendRows(database, source)).toBe('its rows have languages, of which their source says nothing')
    },
  )

  it('when its source is a view', () => {
    const database = hub()
    database.exec('CREATE VIEW shown AS SELECT slug, name AS title, body FROM page')
    const source = { index: 'keyed', table: 'shown', columns: { title: 'title', body: 'body' }, key: 'slug' }
    expect(mendRows(database, source)).toBe('shown has no rowid by which its rows could be found')
  })

  it('when the key says the same of two rows', () => {
    const database = hub()
    fill(database)
    database.exec("UPDATE page SET slug = 'a'")
    expect(mendRows(database, byKey)).toBe('slug says the same of two rows of page')
  })
})

it('whatever an index and its source hold, they say the same afterwards', () => {
  const text = fc.option(fc.oneof(fc.string({ maxLength: 4 }), fc.integer()))
  const rows = fc.uniqueArray(fc.tuple(fc.integer({ min: -3, max: 9 }), text, text), {
    selector: ([id]) => id,
  })
  fc.assert(
    fc.property(rows, rows, (pages, found) => {
      const database = hub()
      const page = database.prepare('INSERT INTO page (id, slug, name, body) VALUES (?1, ?1, ?2, ?3)')
      const index = database.prepare('INSERT INTO found (rowid, title, body) VALUES (?, ?, ?)')
      const keyed = database.prepare('INSERT INTO keyed (slug, title, body) VALUES (?, ?, ?)')
      for (const row of pages) page.run(...row)
      for (const row of found) index.run(...row)
      for (const row of found) keyed.run(...row)
      for (const source of [byRowid, byKey]) {
        expect(mendRows(database, source)).toBe(null)
        expect(differences(database, source)).toBe(0)
      }
      database.close()
    }),
    { numRuns: 50 },
  )
})

describe('rows of small tables', () => {
  it('come with the columns there are, as JSON can carry them', () => {
    const path = join(temporaryDirectory(), 'hub.db')
    const database = new DatabaseSync(path)
    database.exec(`
      CREATE TABLE video (id TEXT PRIMARY KEY, title, size, raw);
      INSERT INTO video VALUES ('a', 'One', 9007199254740993, x'00'), ('b', NULL, 1.5, 'text'),
        ('c', printf('%.20000c', 'x'), 9e999, NULL)`)
    database.close()
    const request = { table: 'VIDEO', columns: ['id', 'title', 'Size', 'raw', 'absent'], distinct: false }
    const read = (maxRows: number) =>
      readRows(path, [request, { ...request, table: 'pdf' }], maxRows, heapLimit)
    expect(read(3)).toEqual({
      state: 'done',
      value: [
        {
          table: 'VIDEO',
          tooMany: false,
          rows: [
            { id: 'a', title: 'One', Size: '9007199254740993' },
            { id: 'b', title: null, Size: 1.5, raw: 'text' },
            { id: 'c', raw: null },
          ],
        },
        { table: 'pdf', tooMany: false, rows: null },
      ],
    })
    expect(read(2)).toMatchObject({ value: [{ rows: null, tooMany: true }, {}] })
    const distinct = readRows(path, [{ table: 'video', columns: ['absent'], distinct: true }], 1, heapLimit)
    expect(distinct).toMatchObject({ value: [{ rows: [{}] }] })
  })
})
