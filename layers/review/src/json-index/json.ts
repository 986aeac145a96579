/** A value of a JSON text that knows how it was written; what was made anew has no source. */
export type Json =
  | { readonly kind: 'object'; readonly members: readonly Member[]; readonly source?: string }
  | { readonly kind: 'array'; readonly items: readonly Json[]; readonly source?: string }
  | { readonly kind: 'string'; readonly value: string; readonly source?: string }
  /** `value` is as near as a double comes. */
  | { readonly kind: 'number'; readonly value: number; readonly source?: string }
  | { readonly kind: 'literal'; readonly value: boolean | null; readonly source?: string }

/** A name with its value, in the order of the text; a name may be there twice. */
export interface Member {
  readonly name: string
  readonly value: Json
}

/** A text as it was read, with what lies around its value. */
export interface JsonText {
  readonly root: Json
  readonly before: string
  readonly after: string
}

/** Deeper ones are none that anybody searches in. */
const maxDepth = 64

/**
 * Reads a text without losing how it is written: order, repeated names, `1.0`, escapes.
 *
 * @throws SyntaxError for what is no JSON (RFC 8259)
 * @throws RangeError for what is nested too deep
 */
export function parseJson(text: string): JsonText {
  // What comes after it may rely on every sign being where it belongs.
  JSON.parse(text)
  const reader = new Reader(text)
  reader.skip()
  const start = reader.at
  const root = reader.value(0)
  return { root, before: text.slice(0, start), after: text.slice(reader.at) }
}

/** A string as it may be written in a text. */
export const stringOf = (value: string): Json => ({ kind: 'string', value })

/** A plain value as a text would have it. */
export function jsonOf(value: unknown): Json {
  if (typeof value === 'string') return stringOf(value)
  if (typeof value === 'number') return { kind: 'number', value }
  if (Array.isArray(value)) return { kind: 'array', items: value.map(jsonOf) }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, inner]) => ({ name, value: jsonOf(inner) }))
    return { kind: 'object', members }
  }
  return { kind: 'literal', value: typeof value === 'boolean' ? value : null }
}

/** A value in the manner of another one: a whole number with a point where that has one, such as `0.0`. */
export function writtenLike(value: Json, other: Json): Json {
  const isWhole = value.kind === 'number' && Number.isSafeInteger(value.value)
  const hasPoint = other.kind === 'number' && /\.\d/.test(other.source ?? '')
  return isWhole && hasPoint ? { ...value, source: `${value.value}.0` } : value
}

/** The value of a name, of several the last one, as programs read it; undefined where there is none. */
export const memberOf = (json: Json, name: string): Json | undefined =>
  json.kind === 'object' ? json.members.findLast((member) => member.name === name)?.value : undefined

/** Whether two values say the same, however they are written; the order of names counts for nothing. */
export function isSameJson(a: Json, b: Json): boolean {
  if (a.kind === 'array' && b.kind === 'array') {
    return a.items.length === b.items.length && a.items.every((item, at) => isSameOrNone(item, b.items[at]))
  }
  if (a.kind === 'object' && b.kind === 'object') {
    return (
      a.members.length === b.members.length &&
      a.members.every(({ name, value }) => isSameOrNone(value, memberOf(b, name)))
    )
  }
  return 'value' in a && 'value' in b && a.value === b.value
}

const isSameOrNone = (a: Json, b: Json | undefined): boolean => b !== undefined && isSameJson(a, b)

/** Reads a text that is known to be JSON. */
class Reader {
  readonly #text: string
  at = 0

  constructor(text: string) {
    this.#text = text
  }

  skip(): void {
    while (/[\s]/.test(this.#text[this.at] ?? 'x')) this.at++
  }

  value(depth: number): Json {
    if (depth > maxDepth) throw new RangeError(`it is nested deeper than ${maxDepth} levels`)
    switch (this.#text[this.at]) {
      case '{':
        return this.#object(depth)
      case '[':
        return this.#array(depth)
      case '"':
        return this.#string()
      default:
        return this.#plain()
    }
  }

  #object(depth: number): Json {
    const start = this.at
    const members: Member[] = []
    while (this.#more('}')) {
      const name = this.#string().value
      this.skip()
      this.at++
      this.skip()
      members.push({ name, value: this.value(depth + 1) })
    }
    return { kind: 'object', members, source: this.#text.slice(start, this.at) }
  }

  #array(depth: number): Json {
    const start = this.at
    const items: Json[] = []
    while (this.#more(']')) items.push(this.value(depth + 1))
    return { kind: 'array', items, source: this.#text.slice(start, this.at) }
  }

  /** Steps over the opening sign or a comma to what follows; false at the end, which it steps over. */
  #more(end: string): boolean {
    this.skip()
    if (this.#text[this.at] !== end) this.at++
    this.skip()
    if (this.#text[this.at] !== end) return true
    this.at++
    return false
  }

  #string(): { kind: 'string'; value: string; source: string } {
    const start = this.at
    for (this.at++; this.#text[this.at] !== '"'; this.at++) if (this.#text[this.at] === '\\') this.at++
    this.at++
    const source = this.#text.slice(start, this.at)
    return { kind: 'string', value: String(JSON.parse(source)), source }
  }

  #plain(): Json {
    const start = this.at
    while (/[\w.+-]/.test(this.#text[this.at] ?? '')) this.at++
    const source = this.#text.slice(start, this.at)
    if (source === 'true' || source === 'false') return { kind: 'literal', value: source === 'true', source }
    return source === 'null'
      ? { kind: 'literal', value: null, source }
      : { kind: 'number', value: Number(source), source }
  }
}
