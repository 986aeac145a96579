import { minutes, seconds } from '@hubkeeper/core'
import { type Damage, fault, lacks, unreadable } from '../damage.ts'
import { sql } from '../edits.ts'

/** Rows of the schema that no statement would be let in with. */
const object = (type: string, name: string, text: string, table = name): string =>
  `INSERT INTO sqlite_schema VALUES ('${type}', '${name}', '${table}', 0, '${text.replaceAll("'", "''")}')`

/** What a view of views comes to: 2 to the power of 40 rows. */
const viewBomb = [
  'CREATE VIEW v0 AS SELECT 1 AS a UNION ALL SELECT 2',
  ...Array.from({ length: 40 }, (_, i) => `CREATE VIEW v${i + 1} AS SELECT x.a FROM v${i} AS x, v${i} AS y`),
].join(';')

const endless = `CREATE VIEW endless AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n`

const column = (text: string): string => `CREATE TABLE trap (id INTEGER PRIMARY KEY, a TEXT, ${text})`

/** A table whose rows were written before its schema became a trap. */
const trap = (text: string): string[] => [
  `CREATE TABLE trap (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO trap VALUES (1, 'x')`,
  `UPDATE sqlite_schema SET sql = '${column(text).replaceAll("'", "''")}' WHERE name = 'trap'`,
]

/** An index of a row that was made of its text, and then is one of an expression. */
const indexTrap = (expression: string): string[] => [
  `CREATE TABLE trap (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO trap VALUES (1, printf('%.*c', 2000, 'x'));
   CREATE INDEX trapped ON trap (a)`,
  `UPDATE sqlite_schema SET sql = 'CREATE INDEX trapped ON trap (${expression.replaceAll("'", "''")})' WHERE name = 'trapped'`,
]

/** A search that compares three megabytes at each of three million places. */
const endlessSearch = 'instr(hex(zeroblob(3000000)), hex(zeroblob(1500000)) || id)'

/** What somebody made who wants the one who looks to stumble: nothing of it may be run. */
export const hostileDamage: readonly Damage[] = [
  sql('hostile: views of views of views', ['text', 'bare'], viewBomb, fault(['digest'])),
  sql('hostile: a view without end', ['text', 'bare'], endless, fault(['digest'])),
  sql(
    'hostile: triggers on everything',
    ['text', 'fts5'],
    ['INSERT', 'UPDATE', 'DELETE']
      .map((event) => `CREATE TRIGGER on_${event} AFTER ${event} ON articles BEGIN DELETE FROM articles; END`)
      .join(';'),
    fault(['digest']),
  ),
  {
    ...sql(
      'hostile: a trigger on the data of an index',
      ['fts5', 'fts5-external'],
      object(
        'trigger',
        'trapped',
        'CREATE TRIGGER trapped AFTER INSERT ON search_data BEGIN DELETE FROM articles; END',
        'search_data',
      ),
      [fault([], ['digest', 'search-indexes', 'integrity']), unreadable('corrupt')],
    ),
    secondIsMilder: true,
  },
  {
    ...sql(
      'hostile: ten thousand tables',
      ['bare'],
      `BEGIN; ${Array.from({ length: 10_000 }, (_, i) => `CREATE TABLE t${i} (a)`).join(';')}; COMMIT`,
      fault(['digest']),
    ),
    timeLimit: minutes(2),
  },
  sql(
    'hostile: two thousand columns',
    ['bare', 'text'],
    `CREATE TABLE wide (${Array.from({ length: 2000 }, (_, i) => `c${i}`).join(', ')}); INSERT INTO wide (c1999) VALUES (1)`,
    fault(['digest']),
  ),
  sql(
    'hostile: names that are SQL',
    ['text', 'bare'],
    `CREATE TABLE "a""; DROP TABLE articles; --" ("x'; --" TEXT); INSERT INTO "a""; DROP TABLE articles; --" VALUES ('y')`,
    fault(['digest']),
  ),
  sql(
    'hostile: a table of a module of ours',
    ['text', 'bare'],
    object('table', 'dbstat', 'CREATE TABLE dbstat (a)'),
    [fault(['digest'], ['integrity']), unreadable('corrupt')],
  ),
  sql(
    'hostile: a view in place of what we ask',
    ['text', 'bare'],
    'CREATE VIEW pragma_table_list AS SELECT NULL AS schema, NULL AS name, NULL AS type, NULL AS wr; CREATE VIEW pragma_table_xinfo AS SELECT 1',
    fault(['digest'], ['integrity', 'structure', 'search-indexes', 'foreign-keys']),
  ),
  sql(
    'hostile: a generated column of a gigabyte',
    ['text'],
    trap('b GENERATED ALWAYS AS (hex(zeroblob(400000000))) VIRTUAL'),
    fault(['digest']),
  ),
  sql(
    'hostile: a check of a gigabyte, which is never asked',
    ['text'],
    trap('CHECK (length(hex(zeroblob(400000000))) > 0)'),
    fault(['digest']),
  ),
  {
    ...sql('hostile: an index of gigabytes', ['text'], indexTrap('length(hex(zeroblob(400000000 + id)))'), {
      verdict: 'stopped',
      by: 'memory-limit',
      at: 'integrity',
    }),
  },
  {
    ...sql('hostile: an index that takes for ever', ['text'], indexTrap(endlessSearch), {
      verdict: 'stopped',
      by: 'time-limit',
      at: 'integrity',
    }),
    timeLimit: seconds(4),
  },
  sql(
    'hostile: a check that loads an extension',
    ['text'],
    trap("CHECK (load_extension('/tmp/extension.so') IS NULL)"),
    fault(['digest']),
  ),
  sql(
    'hostile: a view that loads an extension',
    ['text', 'bare'],
    "CREATE VIEW loaded AS SELECT load_extension('/tmp/extension.so')",
    fault(['digest']),
  ),
  sql(
    'hostile: a view that writes a file',
    ['text', 'bare'],
    "CREATE VIEW written AS SELECT writefile('/tmp/written', 'x')",
    fault(['digest']),
  ),
  sql(
    'hostile: values that were never written, of a large default',
    ['text'],
    [
      "CREATE TABLE trap (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO trap VALUES (1, 'x')",
      "UPDATE sqlite_schema SET sql = 'CREATE TABLE trap (id INTEGER PRIMARY KEY, a TEXT, b DEFAULT (x''' || hex(zeroblob(400000)) || '''))' WHERE name = 'trap'",
    ],
    fault(['digest']),
  ),
  sql(
    'hostile: a megabyte of schema',
    ['text', 'bare'],
    `CREATE TABLE long (a /* ${'comment '.repeat(120_000)} */)`,
    fault(['digest']),
  ),
  sql(
    'hostile: an expression as deep as may be',
    ['bare', 'text'],
    `CREATE TABLE deep (a, CHECK (${'('.repeat(90)}a${')'.repeat(90)} IS a)); INSERT INTO deep VALUES (1)`,
    fault(['digest']),
  ),
  sql(
    'lacks: a module',
    ['text', 'bare'],
    object('table', 'v', 'CREATE VIRTUAL TABLE v USING vec0 (x)'),
    lacks('vec0', ['digest'], ['integrity']),
  ),
  sql(
    'lacks: a collation of a column',
    ['index'],
    "UPDATE sqlite_schema SET sql = replace(sql, 'code TEXT', 'code TEXT COLLATE klingon') WHERE name = 'entries'",
    lacks('klingon', ['digest'], ['integrity', 'search-indexes', 'foreign-keys']),
  ),
  sql(
    'lacks: a collation of an index',
    ['index'],
    "UPDATE sqlite_schema SET sql = replace(sql, 'NOCASE', 'klingon') WHERE name = 'entries_by_note'",
    lacks('klingon', ['digest'], ['integrity', 'search-indexes', 'foreign-keys']),
  ),
  sql(
    'lacks: a tokenizer',
    ['fts5', 'fts5-external'],
    "UPDATE sqlite_schema SET sql = replace(sql, 'title, body', 'title, body, tokenize=''klingon''') WHERE name = 'search'",
    lacks('klingon', ['digest'], ['integrity', 'search-indexes']),
  ),
  sql(
    'lacks: a function of an index',
    ['expressions'],
    "UPDATE sqlite_schema SET sql = replace(sql, 'upper(', 'klingon(') WHERE name = 'entries_by_upper'",
    lacks('klingon', ['digest', 'integrity']),
  ),
  sql(
    'lacks: a function of a check, which is never asked',
    ['text'],
    trap('CHECK (klingon(a) > 0)'),
    fault(['digest']),
  ),
]
