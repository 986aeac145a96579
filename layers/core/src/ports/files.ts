import type { CopiedFile } from './backups.ts'
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

/** A file that is not kept, though a glob matches it. */
export interface LeftOutFile {
  readonly key: string
  /** Why, in words. */
  readonly reason: string
  /** Whether it ought to be kept; false for a link and the like, which never is. */
  readonly wanted: boolean
}

/** Everything that globs of files to keep match. */
export interface KeptCandidates {
  /** By key. */
  readonly files: readonly HubFile[]
  readonly leftOut: readonly LeftOutFile[]
}

/** `files: 'copy'`. */
export interface HubFileCopier extends HubFiles {
  /** Plain files that the globs match, without those of Hubkeeper's own. No link is followed. */
  candidates(patterns: readonly string[]): Promise<KeptCandidates>
  /**
   * Copies a file as it is at one moment to scratch disk; null when it is absent.
   *
   * @throws HubkeeperError `precondition-failed` when it was written to all the while
   */
  copy(key: string): Promise<CopiedFile | null>
  /** At most `maxBytes` of such a copy. */
  readCopy(copy: CopiedFile, maxBytes: number): Promise<Uint8Array>
}

/** `files: 'restore'`. */
export interface HubFileRestorer extends HubFileCopier {
  /** Why the hub's files cannot be replaced from here, in words; null where they can. */
  readonly elsewhere: string | null
  /**
   * Makes the bytes of the file at `path` one of the hub's files, whole, in the place of exactly the one
   * whose SHA-256 is `expected` (null: there is none). Owner and permissions of the one there stay; a new one gets
   * `mode`.
   *
   * @throws PreconditionFailedError when it is another one by now; nothing was replaced
   * @throws KeyRefusedError for a key that nothing is put in the place of
   */
  replace(
    key: string,
    path: string,
    options: { readonly expected: string | null; readonly mode: number | null },
  ): Promise<void>
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
