/**
 * A value of a JSON text that knows how it was written; what was made anew has no source. `lead` is what stands before
 * it in its list: space, and a comma but for the first one.
 */
export type Json = { readonly source?: string; readonly lead?: string | undefined } & (
  | { readonly kind: 'object'; readonly members: readonly Member[]; readonly glue?: Glue | undefined }
  | { readonly kind: 'array'; readonly items: readonly Json[]; readonly glue?: Glue | undefined }
  | { readonly kind: 'string'; readonly value: string }
  /** `value` is as near as a double comes. */
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'literal'; readonly value: boolean | null }
)

/** A name with its value, in the order of the text; a name may be there twice. */
export interface Member {
  readonly name: string
  readonly value: Json
  /** How it was written: what stands before it, the name with its escapes, and the colon with its space. */
  readonly written?: Written
}

interface Written {
  readonly lead: string
  readonly name: string
  readonly colon: string
}

/** What stands around and between the parts of an object or a list that has any. */
export interface Glue {
  readonly first: string
  /** With a comma; null where there was but one part. */
  readonly between: string | null
  readonly colon: string | null
  readonly last: string
}

/** A text as it was read, with what lies around its value. */
export interface JsonText {
  readonly root: Json
  readonly before: string
  readonly after: string
}

/** Deeper ones are none that anybody searches in. */
const maxDepth = 64

/** Each of them takes a few hundred bytes of memory while a text is understood. */
const maxValues = 1_000_000

/**
 * Reads a text without losing how it is written: order, repeated names, `1.0`, escapes.
 *
 * @throws SyntaxError for what is no JSON (RFC 8259)
 * @throws RangeError for what is nested too deep, or holds too many values
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

/**
 * A value in the manner of another one: a whole number with a point where that has one, such as `0.0`; digits as a
 * number where that is one, and a number as a text where that is one; a list with the space that that has.
 */
export function writtenLike(value: Json, other: Json): Json {
  if (value.kind === 'array' && other.kind === 'array') return { ...value, glue: other.glue }
  if (value.kind === 'number' && other.kind === 'string') return stringOf(value.source ?? String(value.value))
  if (other.kind !== 'number') return value
  if (value.kind === 'string' && isDigits(value.value)) {
    return { kind: 'number', value: Number(value.value), source: value.value }
  }
  const isWhole = value.kind === 'number' && Number.isSafeInteger(value.value)
  const hasPoint = /\.\d/.test(other.source ?? '')
  return isWhole && hasPoint ? { ...value, source: `${value.value}.0` } : value
}

/** Whether a text is a whole number as JSON writes it: an integer that a double does not hold comes as one. */
const isDigits = (text: string): boolean => /^-?(?:0|[1-9]\d*)$/.test(text)

/** The number of a JSON text with all of its digits where it is whole. */
export const digitsOf = (json: Extract<Json, { kind: 'number' }>): string =>
  json.source !== undefined && isDigits(json.source) ? json.source : String(json.value)

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
  if (a.kind === 'number' && b.kind === 'number') return digitsOf(a) === digitsOf(b) || isSameReal(a, b)
  return 'value' in a && 'value' in b && a.value === b.value
}

/** Equal as far as a double tells, where that tells integers apart. */
const isSameReal = (a: { readonly value: number }, b: { readonly value: number }): boolean =>
  a.value === b.value && (Number.isSafeInteger(a.value) || !Number.isInteger(a.value))

const isSameOrNone = (a: Json, b: Json | undefined): boolean => b !== undefined && isSameJson(a, b)

/** Names of members that are looked up. */
const mostAlike = 1000

/** White space of JSON. */
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

/** Reads a text that is known to be JSON. */
class Reader {
  readonly #text: string
  readonly #written = new Map<string, Written>()
  #values = 0
  at = 0

  constructor(text: string) {
    this.#text = text
  }

  skip(): void {
    while (isSpace(this.#text.charCodeAt(this.at))) this.at++
  }

  value(depth: number, lead?: string): Json {
    if (depth > maxDepth) throw new RangeError(`it is nested deeper than ${maxDepth} levels`)
    this.#values += 1
    if (this.#values > maxValues) {
      throw new RangeError(`it holds more than ${maxValues.toLocaleString('en')} values`)
    }
    switch (this.#text[this.at]) {
      case '{':
        return this.#object(depth, lead)
      case '[':
        return this.#array(depth, lead)
      case '"':
        return lead === undefined ? this.#string() : { ...this.#string(), lead }
      default:
        return lead === undefined ? this.#plain() : { ...this.#plain(), lead }
    }
  }

  #object(depth: number, lead: string | undefined): Json {
    const start = this.at
    const members: Member[] = []
    const glue = this.#parts('}', (own) => {
      const { source: name, value } = this.#string()
      const from = this.at
      this.skip()
      this.at++
      this.skip()
      const colon = this.#text.slice(from, this.at)
      const written = this.#alike(own, name, colon)
      members.push({ name: value, value: this.value(depth + 1), written })
      return colon
    })
    return { kind: 'object', members, glue, lead, source: this.#text.slice(start, this.at) }
  }

  #array(depth: number, lead: string | undefined): Json {
    const start = this.at
    const items: Json[] = []
    const glue = this.#parts(']', (own) => {
      items.push(this.value(depth + 1, own))
      return null
    })
    return { kind: 'array', items, glue, lead, source: this.#text.slice(start, this.at) }
  }

  /** How members are written that are written alike, which most are, is kept once. */
  #alike(lead: string, name: string, colon: string): Written {
    const known = this.#written.get(name)
    if (known?.lead === lead && known.colon === colon) return known
    const written = { lead, name, colon }
    if (this.#written.size < mostAlike) this.#written.set(name, written)
    return written
  }

  /** Reads what stands between brackets, part by part; `read` is given what stands before, and gives its colon. */
  #parts(end: string, read: (lead: string) => string | null): Glue | undefined {
    let first: string | null = null
    let between: string | null = null
    let colon: string | null = null
    for (let from = ++this.at; ; from = this.at) {
      this.skip()
      if (this.#text[this.at] === end) {
        const last = this.#text.slice(from, this.at++)
        return first === null ? undefined : { first, between, colon, last }
      }
      if (first !== null) {
        this.at++
        this.skip()
      }
      const lead = this.#text.slice(from, this.at)
      if (first === null) first = lead
      else between = lead
      colon = read(lead)
    }
  }

  #string(): { kind: 'string'; value: string; source: string } {
    const start = this.at
    let isPlain = true
    for (this.at++; this.#text[this.at] !== '"'; this.at++) {
      if (this.#text[this.at] !== '\\') continue
      isPlain = false
      this.at++
    }
    this.at++
    const source = this.#text.slice(start, this.at)
    return { kind: 'string', value: isPlain ? source.slice(1, -1) : String(JSON.parse(source)), source }
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
