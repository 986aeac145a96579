/** What is searched for secrets. */
export type TextKind = 'config' | 'log' | 'environment'

/** A text that is searched. It is never shown, stored or sent. */
export interface SearchedText {
  readonly state: 'read'
  /** Key of the file, or of whose environment it is. */
  readonly place: string
  readonly kind: TextKind
  readonly text: string
  /** Line of the file that it begins with, from 1: large files come in pieces. */
  readonly firstLine: number
}

/** What could not be searched. */
export interface UnsearchedText {
  readonly state: 'unread'
  readonly place: string
  readonly kind: TextKind
  /** In words. */
  readonly reason: string
  /** Nobody meant it to be searched from here. */
  readonly leftOut?: true
}

/** `secrets: 'search'`: texts in which no secret should stand. */
export interface SecretTexts {
  /**
   * Configuration files, environment files and logs, whole, in pieces of whole lines, and the environment of
   * the hub's processes or functions, one `NAME=value` a line.
   */
  texts(): AsyncIterable<SearchedText | UnsearchedText>
}
