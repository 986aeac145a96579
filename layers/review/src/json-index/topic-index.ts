import { isSameJson, type Json, jsonOf, type Member, memberOf, stringOf } from './json.ts'
import { idOf, tableOfType } from './layout.ts'
import { type IndexedRow, type IndexedRows, listIn, rowId, rowsWith } from './rows.ts'
import { type IndexFlaw, type Judged, mouldOf, strange } from './verdict.ts'

/** A row that ought to have an entry. */
interface Wanted {
  readonly type: string
  readonly row: IndexedRow
}

/** Judges a topic index: a list of entries for each topic. */
export function judgeTopicIndex(root: Json, rows: IndexedRows): Judged | null {
  if (root.kind !== 'object') return null
  const lists = root.members.map(({ name, value }) => ({
    topic: name,
    items: value.kind === 'array' ? value.items : [],
    value,
  }))
  const entries = lists.flatMap(({ items }) => items)
  const sources = sourcesOf(entries, rows)
  if (sources === null) return null
  const wanted = wantedBy(sources)
  const flaws: IndexFlaw[] = []
  const renewed: Member[] = []
  const mould = mouldOf(entries)
  let refused: string | null = null
  let common = 0

  const made = (topic: string, missing: readonly Wanted[]): Placed[] =>
    missing.flatMap(({ row, type }) => {
      flaws.push({ kind: 'missing', entry: `${topic}/${type}/${rowId(row)}`, field: null })
      const entry = mould(known(type, row))
      if (entry === null) refused = 'its entries say more than the database does'
      return entry === null ? [] : [{ type, entry }]
    })

  for (const { items, topic, value } of lists) {
    const { flaws: found, kept, seen } = judgeList(topic, items, sources)
    const missing = [...(wanted.get(topic) ?? [])].filter(([key]) => !seen.has(key)).map(([, one]) => one)
    flaws.push(...found)
    common += kept.length
    const list = place(kept, made(topic, missing))
    // A topic that nothing has any more is none; one that was empty before is somebody's own.
    if (list.length === 0 && items.length > 0) continue
    const isSame = found.length === 0 && missing.length === 0
    renewed.push({ name: topic, value: isSame ? value : { kind: 'array', items: list } })
  }
  const topics = new Set(lists.map(({ topic }) => topic))
  for (const [topic, ones] of wanted) {
    if (topics.has(topic)) continue
    const list = made(topic, [...ones.values()]).map(({ entry }) => entry)
    renewed.push({ name: topic, value: { kind: 'array', items: list } })
  }
  if (common === 0 && wanted.size > 0) refused = strange
  return { entries: entries.length, flaws, root: { kind: 'object', members: renewed }, refused }
}

const typeOf = (entry: Json): string => {
  const type = memberOf(entry, 'type')
  return type?.kind === 'string' ? type.value : ''
}

const keyOf = (type: string, id: string): string => JSON.stringify([type, id])

/** Rows by type and id; null where a table is not there, or does not say what its topics are. */
function sourcesOf(
  entries: readonly Json[],
  rows: IndexedRows,
): ReadonlyMap<string, ReadonlyMap<string, IndexedRow>> | null {
  const sources = new Map<string, ReadonlyMap<string, IndexedRow>>()
  for (const type of new Set(entries.map(typeOf))) {
    const found = rowsWith(rows, tableOfType(type), ['id', 'title', 'topics'])
    if (found === null) return null
    sources.set(type, new Map(found.map((row) => [rowId(row), row])))
  }
  return sources
}

/** What each topic ought to list, by key. */
function wantedBy(
  sources: ReadonlyMap<string, ReadonlyMap<string, IndexedRow>>,
): ReadonlyMap<string, ReadonlyMap<string, Wanted>> {
  const wanted = new Map<string, Map<string, Wanted>>()
  for (const [type, rows] of sources) {
    for (const [id, row] of rows) {
      for (const topic of listIn(row.topics) ?? []) {
        const list = wanted.get(topic) ?? new Map<string, Wanted>()
        wanted.set(topic, list.set(keyOf(type, id), { type, row }))
      }
    }
  }
  return wanted
}

/** What the database tells of an entry. */
const known = (type: string, row: IndexedRow): Map<string, Json> =>
  new Map<string, Json>([
    ['type', stringOf(type)],
    ['id', jsonOf(row.id)],
    ['title', jsonOf(row.title)],
  ])

function judgeList(
  topic: string,
  items: readonly Json[],
  sources: ReadonlyMap<string, ReadonlyMap<string, IndexedRow>>,
): { readonly flaws: IndexFlaw[]; readonly kept: Json[]; readonly seen: ReadonlySet<string> } {
  const flaws: IndexFlaw[] = []
  const kept: Json[] = []
  const seen = new Set<string>()
  for (const item of items) {
    const type = typeOf(item)
    const id = idOf(item) ?? ''
    const row = sources.get(type)?.get(id)
    const entry = `${topic}/${type}/${id}`
    const key = keyOf(type, id)
    // Topics that cannot be read do not say that this is none of them.
    const topics = row === undefined ? [] : (listIn(row.topics) ?? [topic])
    if (row === undefined || !topics.includes(topic) || seen.has(key)) {
      flaws.push({ kind: 'extra', entry, field: null })
      continue
    }
    seen.add(key)
    const renewed = retitled(item, row)
    if (renewed !== item) flaws.push({ kind: 'stale', entry, field: 'title' })
    kept.push(renewed)
  }
  return { flaws, kept, seen }
}

/** An entry with the title that the database has; the same one where that is its own. */
function retitled(entry: Json, row: IndexedRow): Json {
  const title = memberOf(entry, 'title')
  if (entry.kind !== 'object' || title === undefined) return entry
  const now = jsonOf(row.title)
  if (isSameJson(now, title)) return entry
  const members = entry.members.map(({ name, value }) => ({ name, value: name === 'title' ? now : value }))
  return { kind: 'object', members }
}

interface Placed {
  readonly type: string
  readonly entry: Json
}

/** New entries behind the last one of their type, or at the end. */
function place(kept: readonly Json[], made: readonly Placed[]): Json[] {
  if (made.length === 0) return [...kept]
  const last = new Map(kept.map((entry, at) => [typeOf(entry), at]))
  const behind = (at: number): Json[] =>
    made.filter(({ type }) => last.get(type) === at).map(({ entry }) => entry)
  const lasts = new Set(last.values())
  return [
    ...kept.flatMap((entry, at) => (lasts.has(at) ? [entry, ...behind(at)] : [entry])),
    ...made.filter(({ type }) => !last.has(type)).map(({ entry }) => entry),
  ]
}
