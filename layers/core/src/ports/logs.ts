/** One of the hub's log files. */
export interface LogFile {
  /** Path under the hub's directory. */
  readonly key: string
  readonly bytes: number
  readonly modifiedAt: Date
}

/** The hub's logs, as configured. */
export interface LogSource {
  /** Live and rotated files that the configured patterns match, sorted by key. */
  files(): Promise<readonly LogFile[]>

  /**
   * A file's bytes from `start`, in chunks, memory bounded; up to the size the file has at the call.
   *
   * @throws ObjectMissingError when it is gone.
   */
  read(key: string, start?: number): AsyncIterable<Uint8Array>
}
