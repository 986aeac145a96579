/** What the names of all canary tables begin with. */
export const canaryPrefix = 'hubkeeper_canary_'

/** The last time in the older state: earlier than any backup, for what is yet to come tells nothing. */
const lastVisit = '2020-01-01 00:00:00'

const numbers = (count: number): string =>
  `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`

/** Forty words for row `i`, other ones for each row. */
const text = Array.from({ length: 40 }, (_, k) => `'word' || (i * ${2 * k + 3} % ${977 + k})`).join(
  " || ' ' || ",
)

/** Tables for every fault of the catalogue, in an older state. */
export const canaryTables = `
  CREATE TABLE ${canaryPrefix}entries (id INTEGER PRIMARY KEY, word TEXT NOT NULL, note TEXT);
  CREATE INDEX ${canaryPrefix}entries_by_word ON ${canaryPrefix}entries (word);
  ${numbers(400)} INSERT INTO ${canaryPrefix}entries
    SELECT i, printf('word-%05d', i * 7919 % 10007), 'note ' || i FROM n;

  CREATE TABLE ${canaryPrefix}keepers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  CREATE TABLE ${canaryPrefix}duties (
    id INTEGER PRIMARY KEY, keeper INTEGER NOT NULL REFERENCES ${canaryPrefix}keepers (id), what TEXT);
  ${numbers(20)} INSERT INTO ${canaryPrefix}keepers SELECT i, 'Keeper ' || i FROM n;
  ${numbers(100)} INSERT INTO ${canaryPrefix}duties SELECT i, 1 + i % 20, 'duty ' || i FROM n;

  CREATE VIRTUAL TABLE ${canaryPrefix}pages USING fts5 (title, body);
  ${numbers(200)} INSERT INTO ${canaryPrefix}pages (rowid, title, body) SELECT i, 'Page ' || i, ${text} FROM n;

  CREATE TABLE ${canaryPrefix}articles (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
  ${numbers(200)} INSERT INTO ${canaryPrefix}articles SELECT i, 'Article ' || i, ${text} FROM n;
  CREATE VIRTUAL TABLE ${canaryPrefix}search
    USING fts5 (title, body, content='${canaryPrefix}articles', content_rowid='id');
  INSERT INTO ${canaryPrefix}search (${canaryPrefix}search) VALUES ('rebuild');

  CREATE TABLE ${canaryPrefix}visits (id INTEGER PRIMARY KEY, who TEXT, created_at TEXT NOT NULL);
  ${numbers(100)} INSERT INTO ${canaryPrefix}visits
    SELECT i, 'visitor ' || i, datetime('${lastVisit}', (i - 100) || ' hours') FROM n;`

/** What was written last: too few rows for their number to tell, so that only content and times do. */
export const lastWrites = `
  ${numbers(5)} INSERT INTO ${canaryPrefix}visits (who, created_at)
    SELECT 'visitor of late', datetime('${lastVisit}', (7 * 24 + i) || ' hours') FROM n;`
