import { isSameJson, type Json, jsonOf, type Member, writtenLike } from './json.ts'
import { catalogueFields, collectionsOf } from './layout.ts'
import { type IndexedRow, type IndexedRows, indexedValue, rowId, rowsWith } from './rows.ts'
import { type IndexFlaw, type Judged, mouldOf, strange } from './verdict.ts'

/** Judges a catalogue: entries by id for each table, and how many there are. */
export function judgeCatalogue(root: Json, rows: IndexedRows): Judged | null {
  if (root.kind !== 'object') return null
  const judged = new Map<string, JudgedCollection>()
  for (const { entries, name } of collectionsOf(root)) {
    const source = rowsWith(rows, name, ['id', 'title'])
    if (entries.kind !== 'object' || source === null) return null
    judged.set(name, judgeCollection(name, entries.members, source))
  }
  const metadata = root.members.find(({ name }) => name === 'metadata')?.value
  const totals = metadata?.kind === 'object' ? judgeTotals(metadata.members, judged) : null
  const members = root.members.map(({ name, value }) => ({
    name,
    value: (name === 'metadata' ? totals?.members : judged.get(name)?.renewed) ?? value,
  }))
  const all = [...judged.values()]
  return {
    entries: all.reduce((sum, { entries }) => sum + entries, 0),
    flaws: [...(totals?.flaws ?? []), ...all.flatMap(({ flaws }) => flaws)],
    root: { kind: 'object', members },
    refused: all.find(({ refused }) => refused !== null)?.refused ?? null,
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
}

function judgeCollection(
  name: string,
  members: readonly Member[],
  rows: readonly IndexedRow[],
): JudgedCollection {
  const byId = new Map(rows.map((row) => [rowId(row), row]))
  const flaws: IndexFlaw[] = []
  const renewed: Member[] = []
  const seen = new Set<string>()
  // Of entries with one id programs read the last one.
  const last = new Map(members.map(({ name: id }, at) => [id, at]))
  for (const [at, member] of members.entries()) {
    const row = byId.get(member.name)
    const entry = `${name}/${member.name}`
    if (row === undefined || last.get(member.name) !== at) {
      flaws.push({ kind: 'extra', entry, field: null })
      continue
    }
    seen.add(member.name)
    const { fields, value } = renewEntry(member.value, row)
    flaws.push(...fields.map((field) => ({ kind: 'stale' as const, entry, field })))
    renewed.push({ name: member.name, value })
  }
  let refused = seen.size === 0 && members.length > 0 && byId.size > 0 ? strange : null
  const mould = mouldOf(members.map(({ value }) => value))
  for (const [id, row] of byId) {
    if (seen.has(id)) continue
    flaws.push({ kind: 'missing', entry: `${name}/${id}`, field: null })
    const value = mould(knownOf(row))
    if (value === null) refused ??= `entries of ${name} say more than the database does`
    else renewed.push({ name: id, value })
  }
  return {
    entries: members.length,
    rows: byId.size,
    flaws,
    renewed: flaws.length === 0 ? null : { kind: 'object', members: renewed },
    refused,
  }
}

/** What the database tells of an entry. */
const knownOf = (row: IndexedRow): Map<string, Json> =>
  new Map(
    [...catalogueFields].flatMap(([field, column]) => {
      const value = indexedValue(field, row, column)
      return value === undefined ? [] : [[field, value] as const]
    }),
  )

/** An entry with what the database says in place of what differs. */
function renewEntry(
  entry: Json,
  row: IndexedRow,
): { readonly fields: readonly string[]; readonly value: Json } {
  if (entry.kind !== 'object') return { fields: [], value: entry }
  const fields: string[] = []
  const members = entry.members.map(({ name, value }) => {
    const column = catalogueFields.get(name)
    const now = column === undefined ? undefined : indexedValue(name, row, column)
    if (now === undefined || isSameJson(now, value)) return { name, value }
    fields.push(name)
    return { name, value: writtenLike(now, value) }
  })
  return fields.length === 0 ? { fields, value: entry } : { fields, value: { kind: 'object', members } }
}

function judgeTotals(
  members: readonly Member[],
  judged: ReadonlyMap<string, JudgedCollection>,
): { readonly flaws: readonly IndexFlaw[]; readonly members: Json } | null {
  const flaws: IndexFlaw[] = []
  const renewed = members.map(({ name, value }) => {
    const rows = judged.get(name.replace(/^total_/, ''))?.rows
    const total = rows === undefined || !name.startsWith('total_') ? value : jsonOf(rows)
    if (isSameJson(total, value)) return { name, value }
    flaws.push({ kind: 'stale', entry: 'metadata', field: name })
    return { name, value: total }
  })
  return flaws.length === 0 ? null : { flaws, members: { kind: 'object', members: renewed } }
}
