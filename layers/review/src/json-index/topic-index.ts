import { isSameJson, type Json, jsonOf, type Member, memberOf, stringOf, writtenLike } from './json.ts'
import { idOf, tableOfType } from './layout.ts'
import { byId, type IndexedRow, type IndexedRows, listIn, rowsWith } from './rows.ts'
import { type IndexFlaw, type Judged, type Known, mouldOf, strange } from './verdict.ts'

/** A row that ought to have an entry. */
interface Wanted {
  readonly type: string
  readonly id: string
  readonly row: IndexedRow
}

/** Judges a topic index: a list of entries for each topic. */
export function judgeTopicIndex(root: Json, rows: IndexedRows): Judged | null {
  if (root.kind !== 'object') return null
  const lists = root.members.map((member) => ({
    topic: member.name,
    items: member.value.kind === 'array' ? member.value.items : [],
    glue: member.value.kind === 'array' ? member.value.glue : undefined,
    member,
  }))
  const entries = lists.flatMap(({ items }) => items)
  const found = sourcesOf(entries, rows)
  if (found === null) return null
  const { sources, uncompared } = found
  const wanted = wantedBy(sources)
  const flaws: IndexFlaw[] = []
  const renewed: Member[] = []
  const mould = mouldOf(entries)
  let refused: string | null = null
  let common = 0

  const made = (topic: string, missing: readonly Wanted[]): Placed[] =>
    missing.flatMap(({ id, row, type }) => {
      flaws.push({ kind: 'missing', entry: `${topic}/${type}/${id}`, field: null })
      const entry = mould(known(type, row))
      if (entry === null) refused = 'its entries say more than the database does'
      return entry === null ? [] : [{ type, entry }]
    })

  for (const { glue, items, member, topic } of lists) {
    const { flaws: own, kept, seen } = judgeList(topic, items, sources)
    const missing = [...(wanted.get(topic) ?? [])].filter(([key]) => !seen.has(key)).map(([, one]) => one)
    flaws.push(...own)
    common += kept.length
    const list = place(kept, made(topic, missing))
    // A topic that nothing has any more is none; one that was empty before is somebody's own.
    if (list.length === 0 && items.length > 0) continue
    const isSame = own.length === 0 && missing.length === 0
    renewed.push(isSame ? member : { ...member, value: { kind: 'array', items: list, glue } })
  }
  const topics = new Set(lists.map(({ topic }) => topic))
  const manner = lists.find(({ glue }) => glue !== undefined)?.glue
  for (const [topic, ones] of wanted) {
    if (topics.has(topic)) continue
    const list = made(topic, [...ones.values()]).map(({ entry }) => entry)
    renewed.push({ name: topic, value: { kind: 'array', items: list, glue: manner } })
  }
  if (common === 0) refused = strange
  return {
    entries: entries.length,
    flaws,
    root: { kind: 'object', members: renewed, glue: root.glue },
    refused,
    uncompared,
  }
}

const typeOf = (entry: Json): string => {
  const type = memberOf(entry, 'type')
  return type?.kind === 'string' ? type.value : ''
}

const keyOf = (type: string, id: string): string => JSON.stringify([type, id])

/** A row with its topics, which are read once; null where they cannot be. */
interface Source {
  readonly row: IndexedRow
  readonly topics: readonly string[] | null
}

/** Rows by type and id. */
type Sources = ReadonlyMap<string, ReadonlyMap<string, Source>>

/** Rows by type and id, and how many do not say all; null where a table, or a column of it, is not there. */
function sourcesOf(
  entries: readonly Json[],
  rows: IndexedRows,
): { readonly sources: Sources; readonly uncompared: number } | null {
  let uncompared = 0
  const sources = new Map<string, ReadonlyMap<string, Source>>()
  for (const type of new Set(entries.map(typeOf))) {
    const found = rowsWith(rows, tableOfType(type), ['id', 'title', 'topics'])
    if (found === null) return null
    const { byId: rowsById, without } = byId(found)
    const own = new Map([...rowsById].map(([id, row]) => [id, { row, topics: listIn(row.topics) }]))
    sources.set(type, own)
    const unclear = [...own.values()].filter(({ row, topics }) => row.title === undefined || topics === null)
    uncompared += without + unclear.length
  }
  return { sources, uncompared }
}

/** What each topic ought to list, by key. */
function wantedBy(sources: Sources): ReadonlyMap<string, ReadonlyMap<string, Wanted>> {
  const wanted = new Map<string, Map<string, Wanted>>()
  for (const [type, rows] of sources) {
    for (const [id, { row, topics }] of rows) {
      for (const topic of topics ?? []) {
        const list = wanted.get(topic) ?? new Map<string, Wanted>()
        wanted.set(topic, list.set(keyOf(type, id), { type, id, row }))
      }
    }
  }
  return wanted
}

/** What the database tells of an entry. */
const known = (type: string, row: IndexedRow): Known =>
  new Map([
    ['type', stringOf(type)],
    ['id', jsonOf(row.id)],
    ['title', row.title === undefined ? null : jsonOf(row.title)],
  ])

function judgeList(
  topic: string,
  items: readonly Json[],
  sources: Sources,
): { readonly flaws: IndexFlaw[]; readonly kept: Json[]; readonly seen: ReadonlySet<string> } {
  const flaws: IndexFlaw[] = []
  const kept: Json[] = []
  const seen = new Set<string>()
  for (const item of items) {
    const type = typeOf(item)
    const id = idOf(item) ?? ''
    const source = sources.get(type)?.get(id)
    const entry = `${topic}/${type}/${id}`
    const key = keyOf(type, id)
    // Topics that cannot be read do not say that this is none of them.
    const isOfTopic = source !== undefined && (source.topics?.includes(topic) ?? true)
    if (!isOfTopic || seen.has(key)) {
      flaws.push({ kind: 'extra', entry, field: null })
      continue
    }
    seen.add(key)
    const renewed = retitled(item, source.row)
    if (renewed !== item) flaws.push({ kind: 'stale', entry, field: 'title' })
    kept.push(renewed)
  }
  return { flaws, kept, seen }
}

/** An entry with the title that the database has; the same one where that is its own, or cannot be read. */
function retitled(entry: Json, row: IndexedRow): Json {
  const title = memberOf(entry, 'title')
  if (entry.kind !== 'object' || title === undefined || row.title === undefined) return entry
  const now = writtenLike(jsonOf(row.title), title)
  if (isSameJson(now, title)) return entry
  const members = entry.members.map((member) =>
    member.name === 'title' ? { ...member, value: now } : member,
  )
  return { kind: 'object', members, glue: entry.glue, lead: entry.lead }
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
