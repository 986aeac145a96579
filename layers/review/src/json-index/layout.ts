import { detached } from './first-flaws.ts'
import { digitsOf, type Json, type JsonText, memberOf, parseJson } from './json.ts'

/** Columns of a table that an index is judged by; those that the table lacks do without. */
export interface NeededTable {
  readonly table: string
  readonly columns: readonly string[]
}

/**
 * What a JSON search index is. A **catalogue** has an object of entries by id for each table, with their number:
 * `{metadata: {total_videos}, videos: {id: {title, …}}}`. A **topic index** has a list of entries for each topic:
 * `{topic: [{type, id, title, relevance}]}`. A **topic list** names the topics: `{topics: [topic]}`.
 */
export type JsonIndex =
  | { readonly layout: 'broken'; readonly reason: string }
  | Unknown
  | (Understood & { readonly layout: 'catalogue' | 'topic-index'; readonly needs: readonly NeededTable[] })
  | (Understood & { readonly layout: 'topic-list'; readonly column: string })

/** One of which nothing is known: of another layout, or, where it is beyond what is read, perhaps of a known one. */
interface Unknown {
  readonly layout: 'unknown'
  readonly reason: string
  readonly isBeyond: boolean
}

/** An index as it was read. */
interface Understood extends JsonText {
  readonly text: string
}

/** An index whose layout is understood. */
export type UnderstoodIndex = Exclude<JsonIndex, { readonly reason: string }>

/** What an index is and which tables it is judged by, without what it holds: that takes twenty times its size. */
export type IndexOutline =
  | { readonly layout: 'broken'; readonly reason: string }
  | Unknown
  | { readonly layout: 'catalogue' | 'topic-index'; readonly needs: readonly NeededTable[] }
  | { readonly layout: 'topic-list'; readonly column: string }

/** An index without what it holds. */
export function outlineOf(index: JsonIndex): IndexOutline {
  const { layout } = index
  switch (layout) {
    case 'broken':
    case 'unknown':
      return index
    case 'catalogue':
    case 'topic-index':
      return { layout, needs: index.needs.map(({ columns, table }) => ({ table: detached(table), columns })) }
    case 'topic-list':
      return { layout, column: index.column }
  }
}

/** Fields of a catalogue’s entries to the columns that they come from. */
export const catalogueFields: ReadonlyMap<string, string> = new Map([
  ['title', 'title'],
  ['duration', 'duration'],
  ['topics', 'topics'],
  ['complexity', 'complexity_level'],
  ['page_count', 'page_count'],
])

/** An index of more tables is none that anybody made on purpose. */
const mostTables = 100

/** The table that entries of a type are rows of: `video` of `videos`. */
export const tableOfType = (type: string): string => `${type}s`

/** What an index is, by its text. */
export function readJsonIndex(text: string): JsonIndex {
  if (text.startsWith('\ufeff')) return { layout: 'broken', reason: 'it begins with a byte order mark' }
  try {
    return recognise({ text, ...parseJson(text) })
  } catch (error) {
    if (error instanceof SyntaxError) return { layout: 'broken', reason: error.message }
    if (error instanceof RangeError) return { layout: 'unknown', reason: error.message, isBeyond: true }
    throw error
  }
}

/** The members of a catalogue that hold entries. */
export function collectionsOf(root: Json): { readonly name: string; readonly entries: Json }[] {
  const metadata = memberOf(root, 'metadata')
  if (root.kind !== 'object' || metadata?.kind !== 'object') return []
  const totals = new Set(metadata.members.map(({ name }) => name))
  return root.members.flatMap(({ name, value }) =>
    totals.has(`total_${name}`) ? [{ name, entries: value }] : [],
  )
}

function recognise(read: Understood): JsonIndex {
  const { root } = read
  if (root.kind !== 'object') return unknown('it is no object')
  if (root.members.length === 0) return unknown('it is empty')
  const names = root.members.map(({ name }) => name)
  if (new Set(names).size < names.length) return unknown('a name is there twice at its top')
  const [only] = root.members
  if (names.length === 1 && only !== undefined && isListOfTexts(only.value) && names[0] === 'topics') {
    return { ...read, layout: 'topic-list', column: 'topic' }
  }
  const collections = collectionsOf(root)
  if (collections.length > mostTables) return unknown(`it names more than ${mostTables} tables`)
  if (collections.length > 0 && collections.every(({ entries }) => hasTitledEntries(entries))) {
    const columns = ['id', ...new Set(catalogueFields.values())]
    return {
      ...read,
      layout: 'catalogue',
      needs: collections.map(({ name }) => ({ table: name, columns })),
    }
  }
  const types = typesOf(root)
  if (types === null || types.length === 0) return unknown('its layout is none that is understood')
  if (types.length > mostTables) return unknown(`it names more than ${mostTables} tables`)
  const columns = ['id', 'title', 'topics']
  return {
    ...read,
    layout: 'topic-index',
    needs: types.map((type) => ({ table: tableOfType(type), columns })),
  }
}

const unknown = (reason: string): JsonIndex => ({ layout: 'unknown', reason, isBeyond: false })

const isListOfTexts = (json: Json): boolean =>
  json.kind === 'array' && json.items.every(({ kind }) => kind === 'string')

const hasTitledEntries = (json: Json): boolean =>
  json.kind === 'object' && json.members.every(({ value }) => memberOf(value, 'title') !== undefined)

/** Types of the entries of a topic index, in their order; null where it is none. */
function typesOf(root: Json): string[] | null {
  const types = new Set<string>()
  for (const { value } of root.kind === 'object' ? root.members : []) {
    if (value.kind !== 'array') return null
    for (const item of value.items) {
      const type = memberOf(item, 'type')
      if (type?.kind !== 'string' || !/^[A-Za-z_]\w{0,99}$/.test(type.value)) return null
      if (idOf(item) === null || memberOf(item, 'title') === undefined) return null
      types.add(type.value)
    }
  }
  return [...types]
}

/** The id of an entry of a topic index; null where it has none. */
export function idOf(entry: Json): string | null {
  const id = memberOf(entry, 'id')
  if (id?.kind === 'string') return id.value
  return id?.kind === 'number' ? digitsOf(id) : null
}
