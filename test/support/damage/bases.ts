import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { articles } from '../../../examples/sample-hub/content.ts'

const articleTable = `CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT, topic TEXT, author TEXT, body TEXT);`

/** A thousand and more rows under indexes of every simple kind. */
const entries = `
  CREATE TABLE entries (id INTEGER PRIMARY KEY, code TEXT, size INTEGER, share REAL, note TEXT);
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
  INSERT INTO entries SELECT i, printf('code-%05d', i * 7919 % 10007), i * 31 % 977, i / 7.0, 'note ' || i FROM n;`

const constrained = `
  CREATE TABLE keepers (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, born INTEGER);
  CREATE TABLE notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, keeper INTEGER NOT NULL REFERENCES keepers (id),
    grade INTEGER CHECK (grade BETWEEN 1 AND 5), text TEXT NOT NULL);
  CREATE INDEX notes_by_keeper ON notes (keeper);
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
  INSERT INTO keepers (name, born) SELECT 'Keeper ' || i, 1900 + i FROM n;
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
  INSERT INTO notes (keeper, grade, text) SELECT 1 + i % 60, 1 + i % 5, 'The lamp was lit at ' || i FROM n;`

const rules = `
  CREATE TABLE stock (
    id INTEGER PRIMARY KEY, name TEXT, price INTEGER, amount INTEGER,
    total INTEGER GENERATED ALWAYS AS (price * amount) STORED,
    label TEXT GENERATED ALWAYS AS (name || ' at ' || price) VIRTUAL);
  CREATE TABLE log (at INTEGER, what TEXT);
  CREATE VIEW dear AS SELECT name, total FROM stock WHERE price > 50;
  CREATE TRIGGER stock_log AFTER INSERT ON stock BEGIN INSERT INTO log VALUES (new.id, new.name); END;
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
  INSERT INTO stock (name, price, amount) SELECT 'thing ' || i, i % 97, i % 13 FROM n;`

const expressions = `${entries}
  CREATE INDEX small_entries ON entries (size) WHERE size < 100;
  CREATE INDEX entries_by_upper ON entries (upper(note));
  CREATE INDEX entries_by_rounded ON entries (round(share), code DESC);`

const manyTables = Array.from(
  { length: 150 },
  (_, i) =>
    `CREATE TABLE t${i} (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t${i} (a) VALUES ('row of ${i}');`,
).join('\n')

const blobs = `
  CREATE TABLE files (id INTEGER PRIMARY KEY, name TEXT, content BLOB);
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12)
  INSERT INTO files SELECT i, 'file ' || i, CAST((WITH RECURSIVE m (j) AS (SELECT 1 UNION ALL SELECT j + 1 FROM m WHERE j < 2500 + 400 * i)
    SELECT group_concat(j * 7919, '-') FROM m) AS BLOB) FROM n;`

/** What makes one base: its pragmas, its articles, and SQL before and after them. */
interface Recipe {
  readonly pragmas?: string
  /** Rows in the table of articles; it has none of them unless this says so. */
  readonly articles?: number
  readonly before?: string
  readonly after?: string
  /** SQL that is only in the WAL beside it. */
  readonly inWal?: string
}

const external = `
  CREATE VIRTUAL TABLE search USING fts5 (title, body, content='articles', content_rowid='id');
  CREATE TRIGGER search_add AFTER INSERT ON articles BEGIN
    INSERT INTO search (rowid, title, body) VALUES (new.id, new.title, new.body); END;
  INSERT INTO search (search) VALUES ('rebuild');`

const recipes = {
  text: { articles: 60 },
  index: {
    before: `${entries}
      CREATE UNIQUE INDEX entries_by_code ON entries (code);
      CREATE INDEX entries_by_size ON entries (size);
      CREATE INDEX entries_by_share ON entries (share, size);
      CREATE INDEX entries_by_note ON entries (note COLLATE NOCASE);`,
  },
  fts5: {
    articles: 60,
    after: `CREATE VIRTUAL TABLE search USING fts5 (title, body);
      INSERT INTO search (rowid, title, body) SELECT id, title, body FROM articles;`,
  },
  'fts5-external': { articles: 60, after: external },
  'fts5-contentless': {
    articles: 60,
    after: `CREATE VIRTUAL TABLE search USING fts5 (title, body, content='');
      INSERT INTO search (rowid, title, body) SELECT id, title, body FROM articles;`,
  },
  fts4: {
    articles: 60,
    after: `CREATE VIRTUAL TABLE search USING fts4 (title, body);
      INSERT INTO search (docid, title, body) SELECT id, title, body FROM articles;`,
  },
  'without-rowid': {
    before: `CREATE TABLE readings (station TEXT, at INTEGER, value REAL, PRIMARY KEY (station, at)) WITHOUT ROWID;
      CREATE INDEX readings_by_value ON readings (value);
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
      INSERT INTO readings SELECT 'station ' || (i % 11), i, i / 3.0 FROM n;`,
  },
  wal: { pragmas: 'PRAGMA journal_mode = WAL', articles: 60 },
  'wal-beside': {
    pragmas: 'PRAGMA journal_mode = WAL',
    articles: 60,
    inWal: "INSERT INTO articles (title, body) VALUES ('In the WAL', 'only')",
  },
  'auto-vacuum': { pragmas: 'PRAGMA auto_vacuum = FULL', before: constrained },
  'auto-vacuum-incremental': {
    pragmas: 'PRAGMA auto_vacuum = INCREMENTAL',
    articles: 60,
    after: 'DELETE FROM articles WHERE id > 20;',
  },
  'page-512': { pragmas: 'PRAGMA page_size = 512', before: constrained },
  'page-65536': { pragmas: 'PRAGMA page_size = 65536', articles: 400 },
  'utf-16': { pragmas: "PRAGMA encoding = 'UTF-16le'", articles: 60 },
  overflow: { before: blobs },
  freelist: {
    articles: 90,
    before: 'CREATE TABLE kept (a TEXT);',
    after: "INSERT INTO kept VALUES ('this stays'); DELETE FROM articles WHERE id > 20;",
  },
  constrained: { before: constrained },
  rules: { before: rules },
  expressions: { before: expressions },
  'many-tables': { before: manyTables },
  bare: { before: 'PRAGMA user_version = 3; VACUUM;' },
  'schema-only': { before: `${articleTable} CREATE INDEX by_title ON articles (title);` },
} as const satisfies Record<string, Recipe>

/** Names of the sound databases that damage is done to. */
export type BaseName = keyof typeof recipes

export const baseNames: readonly BaseName[] = Object.keys(recipes).filter(isBaseName)

function isBaseName(name: string): name is BaseName {
  return name in recipes
}

/** Makes a sound database; another `seed` makes one of the same layout with other articles. */
export function makeBase(name: BaseName, path: string, seed = 7): void {
  const recipe: Recipe = recipes[name]
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA page_size = 4096; PRAGMA synchronous = OFF')
    database.exec(recipe.pragmas ?? '')
    database.exec(recipe.before ?? '')
    if (recipe.articles !== undefined) addArticles(database, recipe.articles, seed)
    database.exec(recipe.after ?? '')
    if (recipe.inWal !== undefined) {
      database.exec(`PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint = 0; ${recipe.inWal}`)
      for (const suffix of ['', '-wal']) copyFileSync(path + suffix, `${path}.kept${suffix}`)
    }
  } finally {
    database.close()
  }
  if (!existsSync(`${path}.kept`)) return
  for (const suffix of ['', '-wal']) {
    copyFileSync(`${path}.kept${suffix}`, path + suffix)
    rmSync(`${path}.kept${suffix}`)
  }
}

function addArticles(database: DatabaseSync, count: number, seed: number): void {
  database.exec(`BEGIN; ${articleTable}`)
  const add = database.prepare('INSERT INTO articles (title, topic, author, body) VALUES (?, ?, ?, ?)')
  for (const { author, body, title, topic } of articles(count, seed, 2)) add.run(title, topic, author, body)
  database.exec('COMMIT')
}
