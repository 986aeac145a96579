import { type Damage, fault, unreadable } from '../damage.ts'
import { sql } from '../edits.ts'

const schema = (set: string, where: string): string => `UPDATE sqlite_schema SET ${set} WHERE ${where}`

const rootOf = (name: string): string => `(SELECT rootpage FROM sqlite_schema WHERE name = '${name}')`

/** Damage to the table that says what there is, by writing it as SQLite lets those who ask for it. */
export const schemaDamage: readonly Damage[] = [
  sql(
    'schema: a table that begins at page 0',
    ['constrained', 'index'],
    schema('rootpage = 0', "name IN ('notes', 'entries')"),
    [unreadable('corrupt'), fault(['integrity', 'digest'], ['foreign-keys', 'search-indexes'])],
  ),
  sql(
    'schema: a table that begins nowhere',
    ['constrained', 'index'],
    ({ integer }) => schema(`rootpage = ${5000 + integer(1000)}`, "name IN ('notes', 'entries')"),
    [unreadable('corrupt'), fault(['integrity', 'digest'], ['foreign-keys', 'search-indexes'])],
  ),
  sql(
    'schema: an index that begins nowhere',
    ['index'],
    schema('rootpage = 100000', "name = 'entries_by_size'"),
    [unreadable('corrupt'), fault(['integrity'], ['digest'])],
  ),
  sql(
    'schema: two tables at one page',
    ['constrained', 'auto-vacuum'],
    schema(`rootpage = ${rootOf('notes')}`, "name = 'keepers'"),
    fault(['integrity', 'digest'], ['foreign-keys']),
  ),
  sql(
    'schema: two tables in each other’s place',
    ['constrained'],
    schema(
      `rootpage = CASE name WHEN 'keepers' THEN ${rootOf('notes')} ELSE ${rootOf('keepers')} END`,
      "name IN ('keepers', 'notes')",
    ),
    fault(['integrity', 'digest'], ['foreign-keys']),
  ),
  sql(
    'schema: a table that begins in an index',
    ['index'],
    schema(`rootpage = ${rootOf('entries_by_size')}`, "name = 'entries'"),
    [fault(['integrity', 'digest']), unreadable('corrupt')],
  ),
  sql(
    'schema: a page that does not fit into a number',
    ['constrained'],
    schema("rootpage = 'four'", "name = 'notes'"),
    unreadable('corrupt'),
  ),
  sql(
    'schema: SQL that is none',
    ['constrained', 'fts5'],
    schema("sql = 'CREATE TABLE ((('", "type = 'table'"),
    unreadable('corrupt'),
  ),
  sql(
    'schema: SQL of another kind',
    ['constrained'],
    schema("sql = 'DELETE FROM keepers'", "name = 'notes'"),
    unreadable('corrupt'),
  ),
  sql('schema: SQL as a blob', ['constrained'], schema('sql = CAST(sql AS BLOB)', "name = 'notes'"), [
    unreadable('corrupt', 'other'),
    fault(['digest'], ['structure', 'integrity', 'search-indexes']),
  ]),
  sql('schema: no SQL', ['constrained'], schema('sql = NULL', "name = 'notes'"), unreadable('corrupt')),
  sql('schema: no name', ['constrained'], schema('name = NULL', "name = 'notes'"), [
    unreadable('corrupt', 'other'),
    fault(['digest', 'structure'], ['integrity', 'search-indexes']),
  ]),
  sql(
    'schema: a name that its SQL does not say',
    ['constrained'],
    schema("name = 'nodes', tbl_name = 'nodes'", "name = 'notes'"),
    [unreadable('corrupt', 'other'), fault(['digest'], ['integrity'])],
  ),
  sql(
    'schema: a name twice',
    ['many-tables'],
    schema("name = 't0', tbl_name = 't0', sql = replace(sql, 't1 ', 't0 ')", "name = 't1'"),
    unreadable('corrupt'),
  ),
  sql('schema: a table as a view', ['constrained'], schema("type = 'view'", "name = 'notes'"), [
    unreadable('corrupt'),
    fault(['digest'], ['integrity', 'foreign-keys']),
  ]),
  sql('schema: an index as a table', ['index'], schema("type = 'table'", "name = 'entries_by_size'"), [
    unreadable('corrupt'),
    fault(['digest'], ['integrity', 'foreign-keys']),
  ]),
  sql(
    'schema: the row of a table gone',
    ['many-tables'],
    "DELETE FROM sqlite_schema WHERE name = 't7'",
    fault(['integrity', 'digest']),
  ),
  sql(
    // SQLite leaves out the search for lost pages where a view or a virtual table is the first it looks at.
    'schema: the row of a table gone, beside a view',
    ['rules'],
    "DELETE FROM sqlite_schema WHERE name = 'log'",
    fault(['digest'], ['integrity']),
  ),
  sql(
    'schema: the row of an index gone',
    ['index', 'expressions'],
    "DELETE FROM sqlite_schema WHERE name IN ('entries_by_size', 'small_entries')",
    fault(['integrity', 'digest']),
  ),
  sql(
    'schema: the index of a constraint gone',
    ['constrained'],
    "DELETE FROM sqlite_schema WHERE name LIKE 'sqlite_autoindex%'",
    [unreadable('corrupt'), fault(['integrity'], ['digest'])],
  ),
  sql(
    'schema: the row of an index without its table',
    ['index'],
    "DELETE FROM sqlite_schema WHERE name = 'entries'",
    unreadable('corrupt'),
  ),
  sql(
    'schema: an index of another column',
    ['index'],
    schema("sql = 'CREATE INDEX entries_by_size ON entries (share)'", "name = 'entries_by_size'"),
    fault(['integrity', 'digest']),
  ),
  sql(
    'schema: a column gone from the SQL',
    ['text', 'utf-16'],
    schema("sql = replace(sql, ', body TEXT', '')", "name = 'articles'"),
    fault(['digest']),
  ),
  sql(
    'schema: a column more in the SQL',
    ['text', 'utf-16'],
    schema("sql = replace(sql, ', body TEXT', ', body TEXT, extra TEXT')", "name = 'articles'"),
    fault(['digest']),
  ),
  sql(
    'schema: a table with rowids that has none',
    ['text'],
    schema("sql = sql || ' WITHOUT ROWID'", "name = 'articles'"),
    [fault(['integrity', 'digest'], ['structure', 'search-indexes', 'foreign-keys']), unreadable('corrupt')],
  ),
  sql(
    'schema: a table without rowids that has some',
    ['without-rowid'],
    schema("sql = replace(sql, ' WITHOUT ROWID', '')", "name = 'readings'"),
    [fault(['integrity', 'digest']), unreadable('corrupt')],
  ),
  sql(
    'schema: a view of itself',
    ['rules'],
    schema("sql = 'CREATE VIEW dear AS SELECT * FROM dear'", "name = 'dear'"),
    fault(['digest']),
  ),
  sql(
    'schema: another trigger',
    ['rules'],
    schema("sql = replace(sql, 'new.name', 'NULL')", "name = 'stock_log'"),
    fault(['digest']),
  ),
  sql('schema: a trigger gone', ['rules'], 'DROP TRIGGER stock_log', fault(['digest'])),
  sql(
    'schema: another expression of a generated column',
    ['rules'],
    schema("sql = replace(sql, 'price * amount', 'price + amount')", "name = 'stock'"),
    fault(['digest'], ['integrity']),
  ),
  sql(
    'schema: all of it gone',
    ['text', 'constrained'],
    'DELETE FROM sqlite_schema',
    fault(['integrity', 'digest']),
  ),
]
