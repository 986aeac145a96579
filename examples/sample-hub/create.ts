import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { articles } from './content.ts'

/** See {@link createSampleHub}. */
export interface SampleHubOptions {
  readonly directory: string
  /** @default 400 */
  readonly articles?: number
  /** Paragraphs of each article. @default 3 */
  readonly paragraphs?: number
  /** @default 'wal' */
  readonly journalMode?: 'wal' | 'delete'
  /** Share of articles that are deleted again, which leaves free pages behind. @default 0.3 */
  readonly deletedShare?: number
  readonly seed?: number
  /** The moment its log leads up to. @default now */
  readonly at?: Date
}

const schema = `
  CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    topic TEXT NOT NULL,
    author INTEGER NOT NULL REFERENCES authors (id),
    body TEXT NOT NULL,
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
  );
  CREATE INDEX articles_by_topic ON articles (topic);
  CREATE TABLE commands (name TEXT PRIMARY KEY, description TEXT NOT NULL) WITHOUT ROWID;
  CREATE VIRTUAL TABLE article_search USING fts5 (title, topic, body);
  CREATE TRIGGER articles_added AFTER INSERT ON articles BEGIN
    INSERT INTO article_search (rowid, title, topic, body) VALUES (new.id, new.title, new.topic, new.body);
  END;
  CREATE TRIGGER articles_removed AFTER DELETE ON articles BEGIN
    DELETE FROM article_search WHERE rowid = old.id;
  END;
`

const commands = [
  ['flash-period', 'Shows the period of the light in seconds'],
  ['fog-test', 'Sounds the fog signal for one minute'],
  ['night-page', 'Opens the page of the log book for tonight'],
] as const

/** Makes a hub: database with a search index, index files, configuration, logs, requirements. */
export function createSampleHub(options: SampleHubOptions): { readonly database: string } {
  const { directory } = options
  for (const folder of ['knowledge/search_index', 'logs'])
    mkdirSync(join(directory, folder), { recursive: true })
  const database = join(directory, 'knowledge/hub.db')
  fillDatabase(database, options)
  writeIndexFiles(directory)
  writeLog(directory, options.at ?? new Date())
  writeFileSync(join(directory, 'requirements.txt'), 'fastapi==0.111.0\nuvicorn==0.30.1\njinja2==3.1.4\n')
  return { database }
}

function fillDatabase(path: string, options: SampleHubOptions): void {
  const { articles: count = 400, deletedShare = 0.3, journalMode = 'wal', paragraphs = 3, seed = 7 } = options
  const database = new DatabaseSync(path)
  database.exec(`PRAGMA journal_mode = ${journalMode}`)
  database.exec(schema)
  const addAuthor = database.prepare('INSERT INTO authors (name) VALUES (?) ON CONFLICT DO NOTHING')
  const addArticle = database.prepare(
    'INSERT INTO articles (title, topic, author, body) SELECT ?, ?, id, ? FROM authors WHERE name = ?',
  )
  const addCommand = database.prepare('INSERT INTO commands (name, description) VALUES (?, ?)')
  database.exec('BEGIN')
  for (const { author, body, title, topic } of articles(count, seed, paragraphs)) {
    addAuthor.run(author)
    addArticle.run(title, topic, body, author)
  }
  for (const command of commands) addCommand.run(...command)
  database.exec('COMMIT')
  database.prepare('DELETE FROM articles WHERE id % 10 < ?').run(Math.round(deletedShare * 10))
  database.close()
}

function writeIndexFiles(directory: string): void {
  const knowledge = join(directory, 'knowledge')
  const json = (name: string, value: object): void =>
    writeFileSync(join(knowledge, name), `${JSON.stringify(value, null, 2)}\n`)
  json('search_index/topics.json', { topics: ['lamp', 'lens', 'fog signal', 'battery'] })
  json('search_index/main.json', { version: 1, built: '2026-01-01T00:00:00Z' })
  json('mcp_server_config.json', {
    server_info: { name: 'Lighthouse Handbook', version: '1.0.0' },
    database_config: { db_path: 'knowledge/hub.db', search_index_path: 'knowledge/search_index' },
    endpoints: { search: '/api/v1/search', commands: '/api/v1/commands' },
  })
}

/** Three days in the formats that such a log really mixes: console, file, and lines without a time. */
function writeLog(directory: string, at: Date): void {
  const lines: string[] = []
  for (let hour = 72; hour > 0; hour--) {
    const time = new Date(at.getTime() - hour * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
    lines.push(
      `\x1b[32mINFO:     ${time} - handbook.server - search query='what does ERROR 7 mean' results=3\x1b[0m`,
    )
    lines.push('INFO:     127.0.0.1:50122 - "GET /health HTTP/1.1" 200 OK')
    if (hour % 20 === 0)
      lines.push(`${time},120 - handbook.search - ERROR - search failed: database is locked`)
  }
  writeFileSync(join(directory, 'logs/server.log'), `${lines.join('\n')}\n`)
}
