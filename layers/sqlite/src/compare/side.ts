import type { DatabaseSync } from 'node:sqlite'
import { contentOf } from '../digest/database.ts'
import { nativeSource } from '../digest/native-source.ts'
import { queryOf, tableItself, typesOf } from '../digest/rows.ts'
import type { RowSource } from '../digest/source.ts'
import { openHostile, scalar } from '../engine/connection.ts'
import { compareKeys, type Key, keyFor, type Row } from './keys.ts'

/** A scan from end to end needs few pages beside the one it is on, KiB. */
const cacheKiB = 8 * 1024

/** Trouble with one of two files, in its cause. */
export class SideError extends Error {
  override readonly name = 'SideError'
  readonly path: string

  constructor(path: string, cause: unknown) {
    super(`${path} cannot be read`, { cause })
    this.path = path
  }
}

/** Rows came out of the order of their keys: the tree they lie in is damaged. With SQLite's code for that. */
class DisorderError extends Error {
  override readonly name = 'DisorderError'
  /** SQLITE_CORRUPT. */
  readonly errcode = 11

  constructor(table: string) {
    super(`the rows of ${table} are not in the order of their keys`)
  }
}

/** One table of one of the files. */
export interface SideTable {
  readonly key: Key
  /** The next row in the order of the keys; null after the last one. @throws SideError */
  next(): Row | null
  /** How many rows there are. @throws SideError */
  count(): number
}

/** One of the two files that are compared. */
export interface Side {
  /** Names of the tables that count for the content digest. */
  readonly tables: ReadonlySet<string>
  /** @throws SideError */
  table(name: string): SideTable
  close(): void
}

/** @throws SideError that names the file for whatever is thrown */
function guard<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw new SideError(path, error)
  }
}

/** Opens a file at rest. @throws SideError */
export function openSide(path: string, heapLimit: number): Side {
  const guarded = <T>(action: () => T): T => guard(path, action)
  const database = guarded(() => openHostile(path, { readOnly: true, immutable: true, heapLimit, cacheKiB }))
  try {
    const source = nativeSource(database)
    const withoutRowid = guarded(() => source.tablesWithoutRowid())
    const counted = guarded(() => contentOf(source.schema())).filter(({ hasRows }) => hasRows)
    const tableOf = (name: string) => openTable({ database, source, path }, name, withoutRowid.has(name))
    return {
      tables: new Set(counted.map(({ object }) => object.name)),
      table: (name) => guarded(() => tableOf(name)),
      close: () => database.close(),
    }
  } catch (error) {
    database.close()
    throw error
  }
}

function openTable(
  { database, path, source }: { database: DatabaseSync; path: string; source: RowSource },
  name: string,
  withoutRowid: boolean,
): SideTable {
  const query = queryOf(source, name, { withoutRowid, sorted: true })
  const key = keyFor(query, withoutRowid)
  const rows = source.rows(query.sql)[Symbol.iterator]()
  let last: Row | null = null

  const read = (): Row | null => {
    const { done, value } = rows.next()
    if (done === true) return null
    const row = { values: value, types: typesOf(query, value) }
    const step = last === null ? 1 : compareKeys(key, row, key, last)
    if (step < 0 || (step === 0 && key.by !== 'position-less')) throw new DisorderError(name)
    last = row
    return row
  }
  return {
    key,
    next: () => guard(path, read),
    count: () =>
      guard(path, () =>
        scalar(database, `SELECT count(*) FROM ${tableItself(name, withoutRowid)}`, 'number'),
      ),
  }
}
