import { type Json, memberOf, stringOf } from './json.ts'
import type { IndexedRows } from './rows.ts'
import type { IndexFlaw, Judged } from './verdict.ts'

/** Judges a list of topics by the column of every table that has one. */
export function judgeTopicList(root: Json, rows: IndexedRows, column: string): Judged | null {
  const list = memberOf(root, 'topics')
  if (list?.kind !== 'array') return null
  const tables = [...rows.values()].filter((table) => table?.some((row) => row[column] !== undefined))
  if (tables.length === 0) return null
  const wanted = new Set(
    tables.flatMap((table) =>
      (table ?? []).flatMap((row) => {
        const topic = row[column]
        return topic === null || topic === undefined || topic === '' ? [] : [String(topic)]
      }),
    ),
  )
  const flaws: IndexFlaw[] = []
  const kept: Json[] = []
  const seen = new Set<string>()
  for (const item of list.items) {
    const topic = item.kind === 'string' ? item.value : ''
    if (!wanted.has(topic) || seen.has(topic)) flaws.push({ kind: 'extra', entry: topic, field: null })
    else kept.push(item)
    seen.add(topic)
  }
  for (const topic of wanted) {
    if (seen.has(topic)) continue
    flaws.push({ kind: 'missing', entry: topic, field: null })
    kept.push(stringOf(topic))
  }
  const items: Json = { kind: 'array', items: kept }
  return {
    entries: list.items.length,
    flaws,
    root: { kind: 'object', members: [{ name: 'topics', value: items }] },
    refused: null,
  }
}
