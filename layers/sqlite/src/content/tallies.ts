import type { EncodingTrouble } from '@hubkeeper/core'
import { encodingTroubles } from '@hubkeeper/core/basics'
import type { StoredKind } from './gather.ts'
import type { TextFacts } from './text.ts'

/** A row by its place, until it is named. */
export interface Found {
  readonly rows: number
  readonly first: readonly bigint[]
}

/** What is known of the rows of one type. */
export interface TypeTally {
  rows: number
  empty: number
  /** Rows with a length in characters, and the sum of them. */
  measured: number
  characters: number
  /** Rows that are not NULL, and the sum of their bytes. */
  present: number
  bytes: number
}

/** More types are not told apart: who uses as many tells something else with them. */
const mostTypes = 10_000

/** Counts rows of a kind and keeps the first of them. */
class Counted implements Found {
  rows = 0
  readonly first: bigint[] = []
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  add(ord: bigint): void {
    this.rows += 1
    if (this.first.length < this.#most) this.first.push(ord)
  }
}

/** What can be told of one row. */
export interface RowTally {
  null(): void
  stored(kind: StoredKind, bytes: number): void
  unread(): void
  uncompared(): void
  /** ms since 1970. */
  changed(at: number): void
  /** Without a moment, or with something that is none that is understood. */
  undated(hasValue: boolean): void
  characters(length: number): void
  text(facts: TextFacts): void
  blank(how: 'empty' | 'whitespace'): void
}

/** Everything that is known of a row by itself, counted. */
export class Tallies {
  rows = 0
  otherTypes = 0
  readonly types = new Map<string | null, TypeTally>()
  readonly stored = { text: 0, blob: 0, number: 0 }
  readonly empty: Readonly<Record<'null' | 'empty' | 'whitespace', Counted>>
  readonly oversized: Counted
  readonly unread: Counted
  uncompared = 0
  /** Rows with any trouble with their encoding. */
  troubled = 0
  readonly encoding: Readonly<Record<EncodingTrouble, Counted>>
  readonly stale: Counted
  readonly ahead: Counted
  readonly unclear: Counted
  undated = 0
  oldest: number | null = null
  newest: number | null = null
  readonly #maxRowBytes: number
  readonly #staleBefore: number
  readonly #aheadAfter: number

  constructor(options: {
    readonly maxRowBytes: number
    readonly staleBefore: number
    readonly aheadAfter: number
    readonly examples: number
  }) {
    const counted = () => new Counted(options.examples)
    this.#maxRowBytes = options.maxRowBytes
    this.#staleBefore = options.staleBefore
    this.#aheadAfter = options.aheadAfter
    this.empty = { null: counted(), empty: counted(), whitespace: counted() }
    this.oversized = counted()
    this.unread = counted()
    this.encoding = { invalid: counted(), nul: counted(), replacement: counted(), mojibake: counted() }
    this.stale = counted()
    this.ahead = counted()
    this.unclear = counted()
  }

  /** Begins a row; what is said of it counts for its type as well. */
  row(ord: bigint, type: string | null): RowTally {
    this.rows += 1
    const tally = this.#typeOf(type)
    tally.rows += 1
    const blank = (how: 'null' | 'empty' | 'whitespace'): void => {
      this.empty[how].add(ord)
      tally.empty += 1
    }
    const characters = (length: number): void => {
      tally.measured += 1
      tally.characters += length
    }
    return {
      null: () => blank('null'),
      stored: (kind, bytes) => {
        this.stored[kind] += 1
        tally.present += 1
        tally.bytes += bytes
        if (bytes > this.#maxRowBytes) this.oversized.add(ord)
      },
      unread: () => this.unread.add(ord),
      uncompared: () => {
        this.uncompared += 1
      },
      changed: (at) => this.#changed(ord, at),
      undated: (hasValue) => {
        if (hasValue) this.unclear.add(ord)
        else this.undated += 1
      },
      characters,
      text: (facts) => {
        characters(facts.characters)
        if (facts.blank !== null) blank(facts.blank)
        if (facts.troubles.length > 0) this.troubled += 1
        for (const trouble of encodingTroubles) {
          if (facts.troubles.includes(trouble)) this.encoding[trouble].add(ord)
        }
      },
      blank,
    }
  }

  #typeOf(type: string | null): TypeTally {
    const known = this.types.get(type)
    if (known !== undefined) return known
    const fresh = { rows: 0, empty: 0, measured: 0, characters: 0, present: 0, bytes: 0 }
    if (this.types.size < mostTypes) this.types.set(type, fresh)
    else this.otherTypes += 1
    return fresh
  }

  #changed(ord: bigint, updated: number): void {
    if (updated > this.#aheadAfter) {
      this.ahead.add(ord)
      return
    }
    this.oldest = Math.min(this.oldest ?? updated, updated)
    this.newest = Math.max(this.newest ?? updated, updated)
    if (updated < this.#staleBefore) this.stale.add(ord)
  }
}
