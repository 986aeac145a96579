import type { FindingStatus, RunStatus, Unit } from '@hubkeeper/core'

/** One point of a series. */
export interface Point {
  readonly at: Date
  readonly value: number
}

/** A line of a chart over time. */
export interface Series {
  readonly name: string
  readonly points: readonly Point[]
}

/** What may come, with how sure that is. */
export interface Band {
  readonly name: string
  readonly points: readonly (Point & { readonly low: number; readonly high: number })[]
}

/** A limit that is drawn across. */
export interface Limit {
  readonly name: string
  readonly value: number
}

/** What a chart shows; text tells it as well. */
export type Chart =
  | {
      readonly kind: 'line'
      readonly title: string
      readonly unit: Unit
      readonly series: readonly Series[]
      readonly forecast?: Band
      readonly limits?: readonly Limit[]
    }
  | {
      readonly kind: 'bars'
      readonly title: string
      readonly unit: Unit
      /** Greatest first, or in an order of their own. */
      readonly bars: readonly { readonly name: string; readonly value: number }[]
      readonly limits?: readonly Limit[]
    }

/** A cell of a table. */
export type Cell = string | { readonly text: string; readonly status: FindingStatus }

/** A part of a page; every text is plain, whoever wrote it. */
export type Block =
  /** Within a section. */
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | {
      readonly kind: 'table'
      readonly caption: string
      readonly header: readonly string[]
      readonly rows: readonly (readonly Cell[])[]
      /** Columns whose cells end at one place. */
      readonly right?: readonly number[]
    }
  | { readonly kind: 'chart'; readonly chart: Chart }
  /** Figures in large letters. */
  | {
      readonly kind: 'figures'
      readonly figures: readonly { readonly name: string; readonly value: string; readonly note?: string }[]
    }
  /** Shown when asked for; printed always. */
  | { readonly kind: 'details'; readonly summary: string; readonly blocks: readonly Block[] }

/** A section with its heading. */
export interface Section {
  readonly heading: string
  readonly blocks: readonly Block[]
  /** On paper, sections that are brief stand close together; what follows them begins on a sheet of its own. */
  readonly brief?: true
}

/** A document for people: one model for HTML and Markdown. */
export interface Page {
  readonly title: string
  /** Such as hub, time and run. */
  readonly subtitle: string
  readonly status: RunStatus
  /** One sentence: the verdict. */
  readonly verdict: string
  readonly sections: readonly Section[]
  readonly generatedAt: Date
}
