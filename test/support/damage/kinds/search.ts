import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { makeBase } from '../bases.ts'
import { type Damage, fault, sound } from '../damage.ts'
import { sql } from '../edits.ts'

const broken = fault(['search-indexes'])
/** What cannot even be opened ends `integrity_check` as well. */
const unusable = fault(['integrity', 'search-indexes'])
const unusableContent = fault(['integrity', 'search-indexes', 'digest'])
/** What an index in a table of its own says is content as well. */
const brokenContent = fault(['search-indexes', 'digest'])

/** Damage to full-text indexes, of which the tables and their indexes know nothing. */
export const searchDamage: readonly Damage[] = [
  sql('fts5: no data', ['fts5', 'fts5-external'], 'DELETE FROM search_data WHERE id > 10', broken),
  sql(
    'fts5: data of zeros',
    ['fts5', 'fts5-external'],
    'UPDATE search_data SET block = zeroblob(length(block)) WHERE id > 10',
    broken,
  ),
  sql(
    'fts5: data of noise',
    ['fts5', 'fts5-external'],
    ({ bytes }) => `UPDATE search_data SET block = x'${bytes(200).toString('hex')}' WHERE id > 10`,
    broken,
  ),
  sql(
    'fts5: its structure of noise',
    ['fts5', 'fts5-external'],
    ({ bytes }) => `UPDATE search_data SET block = x'${bytes(40).toString('hex')}' WHERE id = 10`,
    broken,
  ),
  sql('fts5: no structure', ['fts5', 'fts5-external'], 'DELETE FROM search_data WHERE id = 10', broken),
  sql('fts5: no averages', ['fts5'], 'DELETE FROM search_data WHERE id = 1', broken),
  {
    name: 'fts5: data of other rows',
    bases: ['fts5', 'fts5-external'],
    apply({ base, path }) {
      const other = `${path}.other`
      makeBase(base, other, 99)
      const database = new DatabaseSync(path, { defensive: false })
      database.exec(`ATTACH '${other}' AS other; DELETE FROM search_data;
        INSERT INTO search_data SELECT * FROM other.search_data;
        DELETE FROM search_idx; INSERT INTO search_idx SELECT * FROM other.search_idx;
        DELETE FROM search_docsize; INSERT INTO search_docsize SELECT * FROM other.search_docsize;`)
      database.close()
      rmSync(other)
    },
    expected: broken,
  },
  sql('fts5: a row of content gone', ['fts5'], 'DELETE FROM search_content WHERE id = 9', brokenContent),
  sql(
    'fts5: a row of content changed',
    ['fts5'],
    "UPDATE search_content SET c1 = 'other' WHERE id = 9",
    brokenContent,
  ),
  sql(
    'fts5: a row of content more',
    ['fts5'],
    "INSERT INTO search_content VALUES (1000, 'a', 'b')",
    brokenContent,
  ),
  sql('fts5: no sizes', ['fts5', 'fts5-external'], 'DELETE FROM search_docsize WHERE id = 9', broken),
  sql(
    'fts5: a version that is to come',
    ['fts5', 'fts5-external'],
    "UPDATE search_config SET v = 99 WHERE k = 'version'",
    unusable,
  ),
  sql('fts5: the table of its data gone', ['fts5', 'fts5-external'], 'DROP TABLE search_data', broken),
  sql(
    'fts5: the table of its settings gone',
    ['fts5', 'fts5-external'],
    'DROP TABLE search_config',
    unusable,
  ),
  sql('fts5: the table of its content gone', ['fts5'], 'DROP TABLE search_content', unusableContent),
  sql(
    'external: a row of content gone',
    ['fts5-external'],
    'DELETE FROM articles WHERE id = 9',
    brokenContent,
  ),
  sql(
    'external: a row of content changed',
    ['fts5-external'],
    "UPDATE articles SET body = 'other' WHERE id = 9",
    brokenContent,
  ),
  sql(
    'external: a row of content that was not indexed',
    ['fts5-external'],
    "DROP TRIGGER search_add; INSERT INTO articles (title, body) VALUES ('new', 'words')",
    brokenContent,
  ),
  sql('external: the table of the content gone', ['fts5-external'], 'DROP TABLE articles', brokenContent),
  sql(
    'external: never built',
    ['fts5-external'],
    "INSERT INTO search (search) VALUES ('delete-all')",
    broken,
  ),
  sql(
    'external: an index of a row taken away',
    ['fts5-external'],
    "INSERT INTO search (search, rowid, title, body) SELECT 'delete', id, title, body FROM articles WHERE id = 9",
    broken,
  ),
  sql(
    'contentless: data of noise',
    ['fts5-contentless'],
    ({ bytes }) => `UPDATE search_data SET block = x'${bytes(200).toString('hex')}' WHERE id > 10`,
    brokenContent,
  ),
  sql('contentless: no data', ['fts5-contentless'], 'DELETE FROM search_data WHERE id > 10', brokenContent),
  sql('fts4: no segments', ['fts4'], 'DELETE FROM search_segdir', broken),
  sql(
    'fts4: segments of noise',
    ['fts4'],
    ({ bytes }) => `UPDATE search_segments SET block = x'${bytes(60).toString('hex')}'`,
    broken,
  ),
  sql(
    // The check of FTS4 walks its leaves one after the other, and never from the root down.
    'fts4: a root of noise',
    ['fts4'],
    ({ bytes }) => `UPDATE search_segdir SET root = x'05${bytes(60).toString('hex')}'`,
    fault([], ['search-indexes']),
  ),
  sql('fts4: a row of content gone', ['fts4'], 'DELETE FROM search_content WHERE docid = 9', brokenContent),
  sql(
    'fts4: a row of content changed',
    ['fts4'],
    "UPDATE search_content SET c1body = 'other' WHERE docid = 9",
    brokenContent,
  ),
  sql('fts4: the table of its segments gone', ['fts4'], 'DROP TABLE search_segdir', broken),
  sql(
    'fts5: merged into one segment',
    ['fts5', 'fts5-external'],
    "INSERT INTO search (search) VALUES ('optimize')",
    sound,
  ),
]
