import { DatabaseSync } from 'node:sqlite'

/** One result of a search. */
export interface Hit {
  readonly title: string
  readonly snippet: string
}

/** The content of a hub's database, whatever its tables are called. */
export interface Library {
  /** @throws Error when the query cannot be understood */
  search(query: string, limit: number): Hit[]
  /** Some rows of a table; none where there is no such table. */
  rows(table: string): Record<string, unknown>[]
  isSound(): boolean
  /** Commits one row, and gives its id once it is durable. */
  record(): number
  /** Holds an exclusive transaction until it is called again. */
  lock(): () => void
  close(): void
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

const first = (row: Record<string, unknown> | undefined): unknown => Object.values(row ?? {})[0]

/** Opens a database and finds its full-text index by looking at the schema. */
export function openLibrary(path: string): Library {
  const database = new DatabaseSync(path, { timeout: 5000 })
  const index = String(
    first(
      database.prepare("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5%'").get(),
    ) ?? '',
  )
  if (index === '') throw new Error(`${path} has no FTS5 index to search`)
  const columns = database
    .prepare('SELECT name FROM pragma_table_info(?)')
    .all(index)
    .map((row) => String(first(row)))
  const title = columns.includes('title') ? 'title' : (columns[0] ?? 'rowid')
  const statement = `
    SELECT ${quote(title)}, snippet(${quote(index)}, -1, '[', ']', '…', 12)
    FROM ${quote(index)} WHERE ${quote(index)} MATCH ? ORDER BY rank LIMIT ?`

  return {
    search: (query, limit) =>
      database
        .prepare(statement)
        .all(query, limit)
        .map((row) => {
          const [name, snippet] = Object.values(row)
          return { title: String(name), snippet: String(snippet) }
        }),
    rows(table) {
      const known = database
        .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
        .get(table)
      return known === undefined ? [] : database.prepare(`SELECT * FROM ${quote(table)} LIMIT 10`).all()
    },
    isSound: () => first(database.prepare('SELECT 1').get()) === 1,
    record() {
      database.exec('CREATE TABLE IF NOT EXISTS visits (id INTEGER PRIMARY KEY, at TEXT NOT NULL)')
      const { lastInsertRowid } = database
        .prepare('INSERT INTO visits (at) VALUES (?)')
        .run(new Date().toISOString())
      return Number(lastInsertRowid)
    },
    lock() {
      const holder = new DatabaseSync(path, { timeout: 5000 })
      holder.exec('BEGIN EXCLUSIVE')
      return () => {
        holder.exec('ROLLBACK')
        holder.close()
      }
    },
    close: () => database.close(),
  }
}
