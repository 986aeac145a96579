import { type Json, memberOf, stringOf } from './json.ts'
import type { IndexedRows } from './rows.ts'
import { type IndexFlaw, type Judged, strange } from './verdict.ts'

/** Judges a list of topics by the column of every table that has one. */
export function judgeTopicList(root: Json, rows: IndexedRows, column: string): Judged | null {
  const list = memberOf(root, 'topics')
  if (list?.kind !== 'array') return null
  const found = [...rows.values()].flatMap((table) =>
    table?.some((row) => row[column] !== undefined) ? table : [],
  )
  if (found.length === 0) return null
  const wanted = new Set(
    found.flatMap(({ [column]: topic }) => (topic == null || topic === '' ? [] : [String(topic)])),
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
  const common = kept.length - flaws.filter(({ kind }) => kind === 'missing').length
  const items: Json = { kind: 'array', items: kept, glue: list.glue }
  const members = root.kind === 'object' ? root.members.map((member) => ({ ...member, value: items })) : []
  return {
    entries: list.items.length,
    flaws,
    root: { kind: 'object', members, glue: root.kind === 'object' ? root.glue : undefined },
    refused: common === 0 && list.items.length > 0 ? strange : null,
    uncompared: found.filter((row) => row[column] === undefined).length,
  }
}
