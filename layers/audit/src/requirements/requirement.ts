import type { Ecosystem } from '@hubkeeper/core'

/** Where something stands in a file. */
export interface Place {
  /** Key of the file. */
  readonly key: string
  /** Its first line, from 1. */
  readonly line: number
}

/** A part of a file's decoded text, without its byte order mark: UTF-16 offsets, the end not included. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** One requirement, as it is asked for. */
export interface Requirement {
  readonly ecosystem: Ecosystem
  /** As it is written; of a direct reference that has none the reference itself. */
  readonly name: string
  /** As its index compares it. */
  readonly normalized: string
  readonly extras: readonly string[]
  /** Versions that it takes, such as `>=1.0,<2`; null for any. Constraints that apply are not in it. */
  readonly specifier: string | null
  /** The version of a single `==` or `===` without a wildcard; null where it leaves a choice. */
  readonly pinned: string | null
  /** The condition under which it counts; null for always. */
  readonly marker: string | null
  /** Whether that holds for the hub's Python and platform. */
  readonly applies: boolean
  /** Of a direct reference; null for one from an index. */
  readonly url: string | null
  readonly editable: boolean
  /** Such as `sha256:…`. */
  readonly hashes: readonly string[]
  readonly place: Place
  /** It is a constraint: it asks for nothing, and narrows what others ask for. */
  readonly constraint: boolean
  /** Of the version after `==` or `===` of a pin; null where it is not pinned, or not in a file of requirements. */
  readonly span: Span | null
  /** Of its logical line: its continuations and comment are in it, the line ending after it is not. */
  readonly line: Span
  /**
   * Of each of its hash options whole, such as `--hash=sha256:…`, in the order of {@link hashes}; none where one of
   * them goes over a continuation.
   */
  readonly hashSpans: readonly Span[]
}

/** A line that could not be read, or that a constraint forbids. */
export interface InvalidLine {
  readonly place: Place
  /** As it is written, at most 200 characters. */
  readonly text: string
  /** One sentence. */
  readonly reason: string
}

/** Everything that files of requirements ask for. */
export interface RequirementSet {
  /** In the order in which they were read, those whose marker does not hold among them. */
  readonly requirements: readonly Requirement[]
  readonly invalid: readonly InvalidLine[]
  /** Files that could not be read, with why. */
  readonly unreadable: readonly { readonly key: string; readonly reason: string }[]
  /** Every file that was read. */
  readonly files: readonly string[]
}

/** What markers are judged for. */
export interface MarkerEnvironment {
  /** Such as `3.11` or `3.11.4`. */
  readonly python: string
  readonly platform: 'linux' | 'darwin' | 'win32'
}
