import type { HubFiles } from './files.ts'

/** `indexes: 'write'`: the hub's search indexes in files. */
export interface IndexWriter extends HubFiles {
  /** Why they cannot be written from here, in words; null where they can. */
  readonly elsewhere: string | null
  /**
   * Writes one anew, whole, in the place of exactly the file whose SHA-256 is `expected`. The old one is kept
   * under the key that is given back.
   *
   * @throws PreconditionFailedError when it is another one by now; nothing was replaced
   */
  replace(key: string, text: string, expected: string): Promise<string>
}
