import { unquote } from '../schema/virtual-table.ts'

/** A column that a condition of a statement compares with something. */
export interface Comparison {
  /** What stands before its dot: a table, or its alias. */
  readonly qualifier: string | null
  readonly column: string
  readonly kind: 'equal' | 'range'
}

const token =
  /\s+|--[^\n]*\n?|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*"|'(?:[^']|'')*'|`(?:[^`]|``)*`|\[[^\]]*\]|[\p{L}\p{N}_$]+|<=|>=|<>|!=|==|\|\||->>?|./gsu

const isBlank = (text: string): boolean => /^(\s|--|\/\*)/.test(text)

const equal = new Set(['=', '==', 'is', 'in'])
const range = new Set(['<', '>', '<=', '>=', 'between'])
/** What a condition begins with, and what ends the one before. */
const begins = new Set(['where', 'on', 'and'])
const ends = new Set([
  'and',
  'group',
  'order',
  'limit',
  'having',
  'window',
  'union',
  'except',
  'intersect',
  ')',
  ';',
])
const joins = new Set(['join', 'left', 'right', 'inner', 'cross', 'full', 'natural'])

/** The words of a statement, without space and comments; and the same in lower case. */
function wordsOf(sql: string): { words: string[]; low: string[] } {
  const words = (sql.match(token) ?? []).filter((text) => !isBlank(text))
  return { words, low: words.map((word) => word.toLowerCase()) }
}

/**
 * Columns that stand alone on one side of a comparison, for equality or a range; none within functions,
 * calculations or texts. Whether an index on them helps is not told by that.
 */
export function comparisonsIn(sql: string): Comparison[] {
  const { low, words } = wordsOf(sql)
  const found: Comparison[] = []
  words.forEach((_, i) => {
    const left = nameAt(words, i)
    if (left === null || !begins.has(low[beforeParentheses(low, i) ?? -1] ?? '')) return
    const operator = low[left.next] ?? ''
    const kind = equal.has(operator) ? 'equal' : range.has(operator) ? 'range' : null
    if (kind === null || (operator === 'is' && low[left.next + 1] === 'not')) return
    found.push({ ...left.name, kind })
    // The other side may be a column of another table: of a join it is that one which is scanned.
    const right = ['=', '=='].includes(operator) ? nameAt(words, left.next + 1) : null
    const after = right === null ? '' : (low[right.next] ?? ';')
    if (right !== null && (ends.has(after) || joins.has(after))) found.push({ ...right.name, kind })
  })
  return found
}

/** Columns that a statement with a limit sorts by, up to the first that is no column alone. */
export function orderIn(sql: string): Omit<Comparison, 'kind'>[] {
  const { low, words } = wordsOf(sql)
  const begin = low.findLastIndex((word, i) => word === 'order' && low[i + 1] === 'by')
  // Without a limit all rows are read: an index would only spare the sorting.
  if (begin === -1 || !low.includes('limit', begin)) return []
  const found: Omit<Comparison, 'kind'>[] = []
  for (let i = begin + 2; ; ) {
    const column = nameAt(words, i)
    if (column === null) return found
    let after = column.next
    if (low[after] === 'asc' || low[after] === 'desc') after += 1
    if (low[after] !== ',' && low[after] !== 'limit') return found
    found.push(column.name)
    if (low[after] === 'limit') return found
    i = after + 1
  }
}

/** Where the word is that stands before a place and the parentheses open right before it. */
function beforeParentheses(low: readonly string[], place: number): number | null {
  let i = place - 1
  while (i >= 0 && low[i] === '(') i -= 1
  return i >= 0 ? i : null
}

/** The name of a column at a place, and the place after it; null where there is none. */
function nameAt(
  words: readonly string[],
  i: number,
): { name: Omit<Comparison, 'kind'>; next: number } | null {
  const [first, dot, second] = [words[i], words[i + 1], words[i + 2]]
  if (first === undefined || !isName(first)) return null
  if (dot !== '.') return { name: { qualifier: null, column: unquote(first) }, next: i + 1 }
  if (second === undefined || !isName(second)) return null
  return { name: { qualifier: unquote(first), column: unquote(second) }, next: i + 3 }
}

/** A string is none, nor a number. */
const isName = (text: string): boolean => /^["`[]|^[\p{L}_]/u.test(text)
