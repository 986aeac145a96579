import type { DatabaseSync } from 'node:sqlite'
import type { ForeignKeyViolation } from '@hubkeeper/core'
import * as z from 'zod'

const violation = z.object({ table: z.string(), parent: z.string() })

/** Rows without a parent, counted by table and parent: there may be millions. */
export function checkForeignKeys(database: DatabaseSync): ForeignKeyViolation[] {
  const counts = new Map<string, ForeignKeyViolation>()
  for (const row of database.prepare('PRAGMA foreign_key_check').iterate()) {
    const { parent, table } = violation.parse(row)
    const key = JSON.stringify([table, parent])
    counts.set(key, { table, parent, rows: (counts.get(key)?.rows ?? 0) + 1 })
  }
  return [...counts.values()]
}
