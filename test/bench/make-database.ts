import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { articles } from '../../examples/sample-hub/content.ts'

/** Makes a database with a full-text index of about so many bytes, with free pages in it. */
export function makeDatabase(path: string, bytes: number): void {
  if (existsSync(path)) return
  const database = new DatabaseSync(path)
  database.exec(`
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
    CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT, topic TEXT, body TEXT);
    CREATE INDEX articles_by_topic ON articles (topic, title);
    CREATE VIRTUAL TABLE search USING fts5 (title, body);
    BEGIN;
  `)
  const add = database.prepare('INSERT INTO articles (title, topic, body) VALUES (?, ?, ?)')
  const index = database.prepare('INSERT INTO search (rowid, title, body) VALUES (?, ?, ?)')
  const size = database.prepare(
    'SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size',
  )
  for (const { body, title, topic } of articles(10_000_000, 11, 8)) {
    const { lastInsertRowid } = add.run(title, topic, body)
    index.run(lastInsertRowid, title, body)
    if (Number(lastInsertRowid) % 1000 === 0 && Number(size.get()?.bytes) > bytes) break
  }
  database.exec('COMMIT; DELETE FROM articles WHERE id % 8 = 0; DELETE FROM search WHERE rowid % 8 = 0')
  database.close()
}
