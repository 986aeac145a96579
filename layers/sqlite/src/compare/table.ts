import type { TableComparison } from '@hubkeeper/core'
import { compareKeys, isSameKey, type Row } from './keys.ts'
import type { Side, SideTable } from './side.ts'
import { sameValue } from './values.ts'

/** What became of the rows of one table, which is in at least one of the files. @throws SideError */
export function compareTable(name: string, before: Side, after: Side): TableComparison {
  const old = before.tables.has(name) ? before.table(name) : null
  const now = after.tables.has(name) ? after.table(name) : null
  if (old !== null && now !== null && isSameKey(old.key, now.key)) return { name, ...merge(old, now) }
  const rowsBefore = old === null ? null : old.count()
  const rowsAfter = now === null ? null : now.count()
  return {
    name,
    rowsBefore,
    rowsAfter,
    added: rowsAfter ?? 0,
    changed: 0,
    lost: rowsBefore ?? 0,
    by: (now ?? old)?.key.by ?? 'rowid',
  }
}

/** Goes through both tables in the order of their keys, one row of each in memory at a time. */
function merge(old: SideTable, now: SideTable): Omit<TableComparison, 'name'> {
  let [added, changed, common, lost] = [0, 0, 0, 0]
  let a = old.next()
  let b = now.next()
  while (a !== null && b !== null) {
    const order = compareKeys(old.key, a, now.key, b)
    if (order < 0) {
      lost += 1
      a = old.next()
    } else if (order > 0) {
      added += 1
      b = now.next()
    } else {
      common += 1
      if (!isSameRow(old, a, now, b)) changed += 1
      a = old.next()
      b = now.next()
    }
  }
  for (; a !== null; a = old.next()) lost += 1
  for (; b !== null; b = now.next()) added += 1
  return { rowsBefore: common + lost, rowsAfter: common + added, added, changed, lost, by: old.key.by }
}

/** Whether the digest's encoder would write both rows alike: as many values, of the same types, each the same. */
function isSameRow(old: SideTable, a: Row, now: SideTable, b: Row): boolean {
  if (a.types !== b.types) return false
  for (let i = 0; i < a.types.length; i++) {
    if (!sameValue(a.values[old.key.first + i], b.values[now.key.first + i])) return false
  }
  return true
}
