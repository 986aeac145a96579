import type { Outcome } from './examination.ts'

/** A table whose rows are content. Names as the schema has them. */
export interface ContentTable {
  readonly table: string
  /** Its column with the text. */
  readonly content: string
  /** Its column that tells kinds apart. */
  readonly type?: string | undefined
  /** Its column that people know a row by. */
  readonly title?: string | undefined
  /** Its column with the moment of the last change. */
  readonly updated?: string | undefined
}

/** What to look for in content. */
export interface ContentRequest {
  /** None: those that `Snapshot.guessContent` gives. */
  readonly tables: readonly ContentTable[]
  /** A longer value is oversized, bytes. */
  readonly maxRowBytes: number
  /** A row that was changed last before that is stale. */
  readonly staleBefore: Date
  /** A row that was changed after that is told apart, for it cannot have been. @default none is */
  readonly aheadAfter?: Date
  /** Rows that are named of each kind of trouble, and of each group, at most. */
  readonly examples: number
  /** Groups of duplicates that are listed at most, the largest first; all of them are counted. */
  readonly groups: number
  /** Is told from time to time how many rows of a table were read; of all of them, before they are compared. */
  readonly onProgress?: (progress: ContentProgress) => void
}

/** How far a table was read. */
export interface ContentProgress {
  readonly table: string
  readonly rows: number
  /** Rows of the table. */
  readonly of: number
}

/** A row, for people to find it. What its table says of it are strangers’ words, of 200 characters at most. */
export interface ContentRow {
  /**
   * Its rowid; the values of its primary key, separated by commas, in a table without rowid; `row 17`, counted
   * from 1 as they are stored, where the rowid cannot be read.
   */
  readonly id: string
  /** Null without a column for it, or where that is NULL. */
  readonly title: string | null
}

/** How many rows there are of a kind, with some of them: the first ones by their place in the table. */
export interface ContentRows {
  readonly rows: number
  readonly examples: readonly ContentRow[]
}

/** The rows of one type. */
export interface TypeProfile {
  /** As in the column, 200 characters at most; null where that is NULL, or where there is no such column. */
  readonly type: string | null
  readonly rows: number
  /** NULL, without a character, or of white space only. */
  readonly empty: number
  /** Mean length of the texts and numbers that are not NULL; null without any. Code points. */
  readonly averageCharacters: number | null
  /** Mean length of all values that are not NULL, bytes as stored, of a number those of its text; null without any. */
  readonly averageBytes: number | null
}

/** Rows that are the same in some way. */
export interface DuplicateGroup extends ContentRows {
  /** Bytes of its first row. */
  readonly bytes: number
}

/** Groups of rows that are the same in some way; none of them is NULL or empty. */
export interface Duplicates {
  readonly groups: number
  /** Rows beyond the first of each group. */
  readonly surplusRows: number
  /** The largest ones. */
  readonly listed: readonly DuplicateGroup[]
}

/** A length at which so many texts end that they are likely to be cut off. */
export interface SharedLength extends ContentRows {
  readonly length: number
  readonly unit: 'characters' | 'bytes'
  /** Of its rows, those that end within a word or a sentence. */
  readonly endWithin: number
}

/** What can be wrong with how a text is encoded. */
export const encodingTroubles = ['invalid', 'nul', 'replacement', 'mojibake'] as const

/** One of {@link encodingTroubles}. */
export type EncodingTrouble = (typeof encodingTroubles)[number]

/** What the content of one table is like. */
export interface ContentFigures {
  readonly rows: number
  /** Those with the most rows first, 200 of the first 10,000 in the table at most. */
  readonly types: readonly TypeProfile[]
  /** Rows of types that are not listed. */
  readonly otherTypes: number
  /** How the values are stored; NULL is not among them. */
  readonly stored: { readonly text: number; readonly blob: number; readonly number: number }
  readonly empty: {
    readonly null: ContentRows
    /** Without a character, or a BLOB without a byte. */
    readonly empty: ContentRows
    /** Of characters of Unicode’s White_Space only, and of U+200B and U+FEFF, which take no space at all. */
    readonly whitespace: ContentRows
  }
  /** Equal byte for byte, and stored as the same type. A text of white space only counts as well. */
  readonly exact: Duplicates
  /**
   * Texts that are equal once runs of white space are one space, none is at their ends, capital letters are small,
   * and letters are composed as Unicode's NFC does, but not byte for byte. What is counted are different texts, not
   * rows: those of an exact group count once. Bytes that are no text are compared byte for byte alone.
   */
  readonly normalised: Duplicates
  /** Longer than was asked for. */
  readonly oversized: ContentRows
  /**
   * Texts of more than 4 MiB, which are counted and compared byte for byte, but were not looked at further, and
   * values of more than 16 MiB, which were not compared either.
   */
  readonly unread: ContentRows
  /** Of `unread`, the values of more than 16 MiB. */
  readonly uncompared: number
  /**
   * Lengths of 1000 and more at which different texts end, three more at least than twenty times what ends at
   * each length within fifty of it on average: more than half of them within a word or a sentence, or ten of
   * them. Of shorter ones 255, 256, 500, 511 and 512, with ten texts, nine tenths of them within a word or a sentence.
   * In bytes where more end there than at as many characters. At most 20, those with the most rows first.
   */
  readonly truncated: readonly SharedLength[]
  /**
   * Rows that are oversized, or that end at a length at which most end within a word or a sentence, also where that is
   * not among the 20; each row once.
   */
  readonly oversizedOrCut: number
  /**
   * Of texts. `invalid`: bytes that are none in the encoding of the database; `nul`: a character NUL;
   * `replacement`: U+FFFD, where a character was lost earlier; `mojibake`: UTF-8 that was read as Windows-1252.
   */
  readonly encoding: Readonly<Record<EncodingTrouble, ContentRows>>
  /** Rows with any of that; each row once. */
  readonly badlyEncoded: number
  /** Null without a column for it. */
  readonly stale: {
    readonly stale: ContentRows
    /** Of a moment after `aheadAfter`: when they were changed is not known. */
    readonly ahead: ContentRows
    /** Of something that is no moment from 2000 until 2100 in ISO 8601, or in seconds, ms or µs since 1970. */
    readonly unclear: ContentRows
    /** Rows whose moment is NULL. */
    readonly undated: number
    /** ISO 8601 UTC; null where no row has one that is understood, and not ahead. */
    readonly oldest: string | null
    /** ISO 8601 UTC. */
    readonly newest: string | null
  } | null
}

/** One table, and what its content is like. */
export interface ContentProfile {
  readonly source: ContentTable
  readonly outcome: Outcome<ContentFigures>
  readonly seconds: number
  /** Largest resident set of the process that looked, bytes; null where this machine does not tell. */
  readonly peakMemory: number | null
}

/** What a full-text table with content of its own is made from. */
export interface SearchSource {
  readonly index: string
  readonly table: string
  /** Columns of the index to columns of the table. */
  readonly columns: Readonly<Record<string, string>>
  /** The column of both that tells rows apart. @default the rowid */
  readonly key?: string | undefined
}

/** Rows that an index and its source do not have in common. */
export interface SearchDifferences {
  readonly indexRows: number
  readonly sourceRows: number
  /** In the source, not in the index. */
  readonly missing: KeyedRows
  /** In the index, not in the source. */
  readonly extra: KeyedRows
  /** In both, with another content. */
  readonly different: KeyedRows
  /** Why rows with another content may be among the others all the same, in words; null where there are none. */
  readonly incomplete: string | null
}

/** How many rows, and some of them by their keys. */
export interface KeyedRows {
  readonly rows: number
  /** Rowids, or what the key column says, 200 characters at most each. */
  readonly keys: readonly string[]
}

/** One full-text table against what it is made from. */
export interface SearchComparison {
  readonly index: string
  /** `fts5`, `fts4`, `fts3`. */
  readonly module: string
  readonly content: 'own' | 'external' | 'contentless'
  /** Null where none is known, or there is none. */
  readonly source: SearchSource | null
  /** Where it is known from: the index itself, the request, or names and rows of both. */
  readonly knownBy: 'index' | 'request' | 'guess' | null
  readonly outcome: Outcome<SearchDifferences>
  /** How a search shows that it is broken, in words; SQLite’s own check does not look at all that a search needs. */
  readonly unsearchable?: string | undefined
}

/** What to compare full-text tables with. */
export interface SearchRequest {
  readonly sources: readonly SearchSource[]
  /** Keys that are listed of each kind of difference at most. */
  readonly limit: number
}
