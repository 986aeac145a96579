import type { TextKind, UnsearchedText } from '@hubkeeper/core'

/**
 * A secret that stands in plain text. Nothing of its value is in here: only where it stands, what it is and
 * what tells it from another.
 */
export interface SecretFinding {
  readonly place: string
  readonly kind: TextKind
  /** Where it stands first, from 1. */
  readonly line: number
  /**
   * `private-key`, `jwt`, `url-password`, `authorization`, `assigned-secret`, `default-password`, or whose
   * form it has, such as `github` or `slack`.
   */
  readonly rule: string
  /** Of the variable that it is assigned to; null where there is none. */
  readonly name: string | null
  /** Of the value, in UTF-16 units. */
  readonly length: number
  /** Equal for equal values; see {@link secretFingerprint}. */
  readonly fingerprint: string
  /** How often it stands there. */
  readonly count: number
}

/** What a search gave. */
export interface SecretFindings {
  /** By place and line. */
  readonly findings: readonly SecretFinding[]
  readonly unsearched: readonly UnsearchedText[]
  /** Further secrets and texts, for which there was no room. */
  readonly omitted: number
  /** Texts that were searched: pieces of one place count once. */
  readonly places: number
  /** UTF-16 units that were searched. */
  readonly characters: number
}

/** A secret where it stands in one text; the value is read from there, and goes no further. */
export interface Sighting {
  readonly rule: string
  readonly name: string | null
  /** Of the value within the text. */
  readonly start: number
  readonly end: number
}
