/** Looks at files of the hub without opening them. */
export interface HubFile {
  readonly key: string
  readonly bytes: number
  readonly modifiedAt: Date
}

/** The hub's search-index files, configuration and the like. */
export interface HubFiles {
  /** Files that match `patterns` (globs under the hub's directory), sorted by key. */
  match(patterns: readonly string[]): Promise<readonly HubFile[]>
  /** At most `maxBytes` of a file; null when it is absent. */
  read(key: string, maxBytes: number): Promise<Uint8Array | null>
}
