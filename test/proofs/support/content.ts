import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { digestDatabase } from '../../../layers/sqlite/src/digest/database.ts'
import { nativeSource } from '../../../layers/sqlite/src/digest/native-source.ts'

/** A directory in memory where there is one; whoever asks removes it. */
export function fastDirectory(): string {
  const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  return mkdtempSync(join(base, 'hubkeeper-proof-'))
}

/** What a sound database of the model holds. */
export interface Content {
  /** The content digest. */
  readonly digest: string
  /** The rows' ids. */
  readonly rows: ReadonlySet<number>
}

/** What an open database holds. @throws Error when it is not sound */
function contentIn(database: DatabaseSync): Content {
  const digest = digestIn(database)
  const rows = database
    .prepare('SELECT id FROM entries')
    .all()
    .map(({ id }) => Number(id))
  return { digest, rows: new Set(rows) }
}

/** What a file holds. @throws Error when it is not sound */
function contentOfFile(path: string): Content {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return contentIn(database)
  } finally {
    database.close()
  }
}

/** SHA-256, hex. */
export const sha256Of = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex')

/** Reads what stored bytes hold, each version once. */
export function contentReader(directory: string): (body: Uint8Array) => Content {
  const known = new Map<string, Content>()
  const path = join(directory, 'look.db')
  return (body) => {
    const key = sha256Of(body)
    const seen = known.get(key)
    if (seen !== undefined) return seen
    writeFileSync(path, body)
    const content = contentOfFile(path)
    rmSync(path)
    known.set(key, content)
    return content
  }
}

/** Reads what a file holds that may be open, each state of it and of its log once. */
export function fileReader(path: string): () => Content {
  const known = new Map<string, Content>()
  return () => {
    const parts = [path, `${path}-wal`].map((part) =>
      existsSync(part) ? readFileSync(part) : Buffer.alloc(0),
    )
    const key = parts.map(sha256Of).join()
    const content = known.get(key) ?? contentOfFile(path)
    known.set(key, content)
    return content
  }
}

const schema = `
  PRAGMA page_size = 1024;
  CREATE TABLE entries (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
  CREATE INDEX entries_by_text ON entries (text);
`

/** Makes a small database with a few rows and some free pages. */
export function makeDatabase(path: string, journalMode: 'wal' | 'delete'): void {
  const database = new DatabaseSync(path)
  database.exec(schema)
  database.exec(`PRAGMA journal_mode = ${journalMode}`)
  for (let id = 1; id <= 3; id++) insertEntry(database, id)
  database.exec('INSERT INTO entries VALUES (0, hex(zeroblob(4000))); DELETE FROM entries WHERE id = 0')
  database.close()
}

/** What the hub writes. */
export function insertEntry(database: DatabaseSync, id: number): void {
  database.prepare('INSERT INTO entries VALUES (?, ?)').run(id, `entry ${id} ${'.'.repeat((id * 37) % 300)}`)
}

/** The content digest of a file of any schema. @throws Error when it is not sound */
export function digestOfFile(path: string): string {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
  try {
    return digestIn(database)
  } finally {
    database.close()
  }
}

function digestIn(database: DatabaseSync): string {
  const problems = database
    .prepare('PRAGMA integrity_check')
    .all()
    .map((row) => Object.values(row)[0])
  if (problems.join() !== 'ok') throw new Error(`the database is not sound: ${problems.join('; ')}`)
  return digestDatabase(nativeSource(database)).value
}
