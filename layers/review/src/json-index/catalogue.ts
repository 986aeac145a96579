import { isSameJson, type Json, jsonOf, type Member, writtenLike } from './json.ts'
import { catalogueFields, collectionsOf } from './layout.ts'
import { byId, type IndexedRow, type IndexedRows, indexedValue, rowsWith } from './rows.ts'
import { type IndexFlaw, type Judged, type Known, mouldOf, strange } from './verdict.ts'

/** Judges a catalogue: entries by id for each table, and how many there are. */
export function judgeCatalogue(root: Json, rows: IndexedRows): Judged | null {
  if (root.kind !== 'object') return null
  const judged = new Map<string, JudgedCollection>()
  for (const { entries, name } of collectionsOf(root)) {
    const source = rowsWith(rows, name, ['id', 'title'])
    if (entries.kind !== 'object' || source === null) return null
    judged.set(name, judgeCollection(name, entries, source))
  }
  const metadata = root.members.find(({ name }) => name === 'metadata')?.value
  const totals = metadata?.kind === 'object' ? judgeTotals(metadata, judged) : null
  const members = root.members.map((member) => ({
    ...member,
    value: (member.name === 'metadata' ? totals?.members : judged.get(member.name)?.renewed) ?? member.value,
  }))
  const all = [...judged.values()]
  return {
    entries: all.reduce((sum, { entries }) => sum + entries, 0),
    flaws: [...(totals?.flaws ?? []), ...all.flatMap(({ flaws }) => flaws)],
    root: { kind: 'object', members, glue: root.glue },
    refused: all.find(({ refused }) => refused !== null)?.refused ?? null,
    uncompared: all.reduce((sum, { uncompared }) => sum + uncompared, 0),
  }
}

interface JudgedCollection {
  readonly entries: number
  /** Rows of the table. */
  readonly rows: number
  readonly flaws: readonly IndexFlaw[]
  /** Null where nothing is to be changed. */
  readonly renewed: Json | null
  readonly refused: string | null
  readonly uncompared: number
}

function judgeCollection(
  name: string,
  { glue, members }: Extract<Json, { kind: 'object' }>,
  rows: readonly IndexedRow[],
): JudgedCollection {
  const { byId: found, without } = byId(rows)
  const columns = new Set(rows.flatMap((row) => Object.keys(row)))
  let uncompared = without
  const flaws: IndexFlaw[] = []
  const renewed: Member[] = []
  const seen = new Set<string>()
  // Of entries with one id programs read the last one.
  const last = new Map(members.map(({ name: id }, at) => [id, at]))
  for (const [at, member] of members.entries()) {
    const row = found.get(member.name)
    const entry = `${name}/${member.name}`
    if (row === undefined || last.get(member.name) !== at) {
      flaws.push({ kind: 'extra', entry, field: null })
      continue
    }
    seen.add(member.name)
    const { fields, isWhole, value } = renewEntry(member.value, row, columns)
    if (!isWhole) uncompared += 1
    flaws.push(...fields.map((field) => ({ kind: 'stale' as const, entry, field })))
    renewed.push({ ...member, value })
  }
  let refused = seen.size === 0 && members.length > 0 ? strange : null
  const mould = mouldOf(members.map(({ value }) => value))
  for (const [id, row] of found) {
    if (seen.has(id)) continue
    flaws.push({ kind: 'missing', entry: `${name}/${id}`, field: null })
    const value = mould(knownOf(row, columns))
    if (value === null) refused ??= `entries of ${name} say more than the database does`
    else renewed.push({ name: id, value })
  }
  return {
    entries: members.length,
    rows: found.size,
    flaws,
    renewed: flaws.length === 0 ? null : { kind: 'object', members: renewed, glue },
    refused,
    uncompared,
  }
}

/** What the database tells of an entry, by the columns that its table has. */
const knownOf = (row: IndexedRow, columns: ReadonlySet<string>): Known =>
  new Map(
    [...catalogueFields].flatMap(([field, column]) =>
      columns.has(column) ? [[field, indexedValue(field, row, column) ?? null] as const] : [],
    ),
  )

/** An entry with what the database says in place of what differs; not whole where that cannot be read. */
function renewEntry(
  entry: Json,
  row: IndexedRow,
  columns: ReadonlySet<string>,
): { readonly fields: readonly string[]; readonly isWhole: boolean; readonly value: Json } {
  if (entry.kind !== 'object') return { fields: [], isWhole: false, value: entry }
  const known = knownOf(row, columns)
  const fields: string[] = []
  let isWhole = true
  const members = entry.members.map((member) => {
    const own = known.get(member.name)
    if (own === undefined) return member
    if (own === null || !isComparable(own, member.value)) {
      isWhole = false
      return member
    }
    const now = writtenLike(own, member.value)
    if (isSameJson(now, member.value) || (isNothing(now) && isNothing(member.value))) return member
    fields.push(member.name)
    return { ...member, value: now }
  })
  const value: Json = fields.length === 0 ? entry : { kind: 'object', members, glue: entry.glue }
  return { fields, isWhole, value }
}

/** A list that is written as a text, or an object, is written in a way that is not known here. */
const isComparable = (own: Json, written: Json): boolean =>
  written.kind !== 'object' && ((own.kind === 'array') === (written.kind === 'array') || isNothing(written))

/** No topics are an empty list, or none at all. */
const isNothing = (json: Json): boolean =>
  (json.kind === 'array' && json.items.length === 0) || (json.kind === 'literal' && json.value === null)

function judgeTotals(
  { glue, members }: Extract<Json, { kind: 'object' }>,
  judged: ReadonlyMap<string, JudgedCollection>,
): { readonly flaws: readonly IndexFlaw[]; readonly members: Json } | null {
  const flaws: IndexFlaw[] = []
  const renewed = members.map((member) => {
    const { name, value } = member
    const rows = judged.get(name.replace(/^total_/, ''))?.rows
    const total = rows === undefined || !name.startsWith('total_') ? value : writtenLike(jsonOf(rows), value)
    if (isSameJson(total, value)) return member
    flaws.push({ kind: 'stale', entry: 'metadata', field: name })
    return { ...member, value: total }
  })
  return flaws.length === 0 ? null : { flaws, members: { kind: 'object', members: renewed, glue } }
}
