import type { Deletion } from './deletion.ts'

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

/** A file that the globs of a cleanup match. */
export interface CleanupCandidate extends HubFile {
  /** Why it is never deleted, whatever a glob says, in words; null where nothing speaks against it. */
  readonly protectedAs: string | null
}

/** Everything that the globs of a cleanup match. */
export interface CleanupCandidates {
  /** By key. */
  readonly files: readonly CleanupCandidate[]
  /** Folders that this user may not look into, each with its `/`. */
  readonly closed: readonly string[]
}

/** `files: 'clean'`. */
export interface HubCleaner extends HubFiles {
  /** Why the hub's files cannot be cleaned up from here, in words; null where they can. */
  readonly elsewhere: string | null
  /**
   * Plain files that the globs match. Links are neither followed nor given, `.git` is not
   * entered; `node_modules` and virtual environments are with `environments` only.
   */
  candidates(
    patterns: readonly string[],
    options: { readonly environments: boolean },
  ): Promise<CleanupCandidates>
  /** Keys that a process of this machine has open; null where the machine does not tell. */
  open(): Promise<ReadonlySet<string> | null>
  /** Deletes a file that is still as `file` says, and that nothing protects. */
  delete(file: HubFile): Promise<Deletion>
  /** Removes directories that the globs match and in which nothing is left; gives how many. */
  removeEmptyDirectories(patterns: readonly string[]): Promise<number>
}
