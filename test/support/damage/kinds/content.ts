import { type Damage, fault, sound } from '../damage.ts'
import { sql } from '../edits.ts'

const set = (name: string, text: string): string =>
  `UPDATE sqlite_schema SET sql = '${text.replaceAll("'", "''")}' WHERE name = '${name}'`

/** Does something while the schema says otherwise of one object, and then says again what it said. */
const under = (name: string, otherwise: string, statement: string, original: string): string[] => [
  set(name, otherwise),
  statement,
  set(name, original),
]

const bySize = 'CREATE INDEX entries_by_size ON entries (size)'
/** Changes rows of which the index by size is told nothing. */
const untold = (statement: string): string[] =>
  under('entries_by_size', `${bySize} WHERE size < 0`, statement, bySize)

const byCode = 'CREATE UNIQUE INDEX entries_by_code ON entries (code)'
const byNote = 'CREATE INDEX entries_by_note ON entries (note COLLATE NOCASE)'
const notes = `CREATE TABLE notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, keeper INTEGER NOT NULL REFERENCES keepers (id),
    grade INTEGER CHECK (grade BETWEEN 1 AND 5), text TEXT NOT NULL)`

/** Rows that break what the schema promises of them, and rows that are gone. */
export const contentDamage: readonly Damage[] = [
  sql(
    'index: rows missing',
    ['index'],
    under('entries_by_size', `${bySize} WHERE size > 100`, 'REINDEX entries_by_size', bySize),
    fault(['integrity']),
  ),
  sql(
    'index: rows too many',
    ['index'],
    untold('DELETE FROM entries WHERE id % 100 = 3 AND size >= 0'),
    fault(['integrity', 'digest']),
  ),
  sql(
    'index: in another order',
    ['index'],
    under(
      'entries_by_size',
      'CREATE INDEX entries_by_size ON entries (size DESC)',
      'REINDEX entries_by_size',
      bySize,
    ),
    fault(['integrity']),
  ),
  sql(
    'index: in the order of another collation',
    ['index'],
    [
      'UPDATE entries SET note = upper(note) WHERE id % 2 = 0',
      ...under('entries_by_note', byNote.replace(' COLLATE NOCASE', ''), 'REINDEX entries_by_note', byNote),
    ],
    fault(['integrity', 'digest']),
  ),
  sql(
    'index: of values that the table has no more',
    ['index'],
    untold('UPDATE entries SET size = size + 1 WHERE id = 77'),
    fault(['integrity', 'digest']),
  ),
  sql(
    'index: an expression that is another one by now',
    ['expressions'],
    set('entries_by_upper', 'CREATE INDEX entries_by_upper ON entries (lower(note))'),
    fault(['integrity', 'digest']),
  ),
  sql(
    'index: partial, of other rows',
    ['expressions'],
    set('small_entries', 'CREATE INDEX small_entries ON entries (size) WHERE size < 200'),
    fault(['integrity', 'digest']),
  ),
  sql(
    'unique: twice the same',
    ['index'],
    under(
      'entries_by_code',
      byCode.replace('UNIQUE ', ''),
      'UPDATE entries SET code = (SELECT code FROM entries WHERE id = 5) WHERE id = 6',
      byCode,
    ),
    fault(['integrity', 'digest']),
  ),
  sql(
    'not null: nothing there',
    ['constrained', 'page-512'],
    under(
      'notes',
      notes.replace('text TEXT NOT NULL', 'text TEXT'),
      'UPDATE notes SET text = NULL WHERE id = 9',
      notes,
    ),
    fault(['integrity', 'digest']),
  ),
  sql(
    // A connection that may only read does not know the CHECKs of a schema: the second engine does.
    'check: broken',
    ['constrained', 'auto-vacuum', 'page-512'],
    'UPDATE notes SET grade = 6 WHERE id = 9',
    fault(['digest'], ['integrity']),
  ),
  sql(
    'foreign keys: parents gone',
    ['constrained', 'auto-vacuum', 'page-512'],
    ({ integer }) => `DELETE FROM keepers WHERE id = ${1 + integer(60)}`,
    fault(['foreign-keys', 'digest']),
  ),
  sql(
    'foreign keys: all parents gone',
    ['constrained', 'auto-vacuum'],
    'DELETE FROM keepers',
    fault(['foreign-keys', 'digest']),
  ),
  sql(
    'foreign keys: the table of the parents gone',
    ['constrained'],
    'DROP TABLE keepers',
    fault(['foreign-keys', 'digest']),
  ),
  sql(
    'foreign keys: a child without a parent',
    ['constrained', 'page-512'],
    ({ integer }) => `UPDATE notes SET keeper = 1000 WHERE id = ${1 + integer(600)}`,
    fault(['foreign-keys', 'digest']),
  ),
  sql('sequence: gone', ['constrained', 'auto-vacuum'], 'DELETE FROM sqlite_sequence', fault(['digest'])),
  sql(
    'sequence: behind its table',
    ['constrained'],
    "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'notes'",
    fault(['digest']),
  ),
  sql('content: a table emptied', ['text', 'utf-16', 'wal'], 'DELETE FROM articles', fault(['digest'])),
  sql(
    'content: a table halved',
    ['text', 'page-65536'],
    'DELETE FROM articles WHERE id % 2 = 0',
    fault(['digest']),
  ),
  sql(
    'content: a row gone',
    ['text', 'wal'],
    ({ integer }) => `DELETE FROM articles WHERE id = ${1 + integer(60)}`,
    fault(['digest']),
  ),
  sql(
    'content: a row twice',
    ['text'],
    'INSERT INTO articles (title, topic, author, body) SELECT title, topic, author, body FROM articles WHERE id = 7',
    fault(['digest']),
  ),
  sql(
    'content: a table gone',
    ['rules', 'many-tables'],
    'DROP TABLE IF EXISTS log; DROP TABLE IF EXISTS t9',
    fault(['digest']),
  ),
  sql('content: all tables gone', ['text', 'schema-only'], 'DROP TABLE articles', fault(['digest'])),
  sql(
    'content: a column gone',
    ['text', 'schema-only'],
    'ALTER TABLE articles DROP COLUMN author',
    fault(['digest']),
  ),
  sql(
    'content: a column of another name',
    ['text'],
    'ALTER TABLE articles RENAME COLUMN author TO writer',
    fault(['digest']),
  ),
  sql('content: an index gone', ['index'], 'DROP INDEX entries_by_share', fault(['digest'])),
  sql(
    'statistics: of noise',
    ['index', 'expressions'],
    [
      'ANALYZE',
      "UPDATE sqlite_stat1 SET stat = '0 0 -1 99999999999999999999 sz=-1 unordered x'; INSERT INTO sqlite_stat1 VALUES ('entries', 'no_such', 'x'), (NULL, zeroblob(100000), NULL)",
    ],
    sound,
  ),
  sql('harmless: written anew', ['text', 'index', 'freelist', 'constrained'], 'VACUUM', sound),
  sql('harmless: its indexes built anew', ['index', 'expressions'], 'REINDEX', sound),
  sql('harmless: in WAL mode', ['text', 'fts5'], 'PRAGMA journal_mode = WAL', sound),
]
