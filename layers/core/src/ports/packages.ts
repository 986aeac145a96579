import type { HubFile } from './files.ts'

/** Package indexes that are understood, named as OSV names them. */
export const ecosystems = ['PyPI', 'npm'] as const

/** One of {@link ecosystems}. */
export type Ecosystem = (typeof ecosystems)[number]

/** One version of one package. */
export interface PackageVersion {
  readonly ecosystem: Ecosystem
  /** As its index writes it; compare by the ecosystem's own rules. */
  readonly name: string
  readonly version: string
}

/** What is installed in one place. */
export interface Installation {
  /** Key of the environment, or of the inventory that the hub publishes. */
  readonly source: string
  /** When the inventory was written; null where the environment itself was read. */
  readonly writtenAt: Date | null
  /** Version of Python that it is for, such as `3.11.4`; null where nothing says. */
  readonly python: string | null
  readonly packages: readonly PackageVersion[]
  /** What could not be read, each in words with its place. */
  readonly unreadable: readonly string[]
}

/** `packages: 'read'`: what a hub asks for, and what it has. */
export interface PackageReader {
  /** Files of requirements and lock files that the configuration names, by key. */
  files(): Promise<readonly HubFile[]>
  /**
   * At most `maxBytes` of one of them, or of a file that one of them includes; null when it is absent.
   *
   * @throws HubkeeperError also for a key outside of the hub's directory
   */
  read(key: string, maxBytes: number): Promise<Uint8Array | null>
  /** Every installation that is found; none where there is none, or nothing tells. */
  installed(): Promise<readonly Installation[]>
}

/** How a configured command ended. */
export interface CommandEnd {
  /** Null when a signal or its time limit ended it. */
  readonly code: number | null
  readonly seconds: number
  /** The last lines that it printed. */
  readonly output: readonly string[]
}

/** `packages: 'update'`. */
export interface PackageUpdater extends PackageReader {
  /** Why files cannot be replaced from here, in words; null where they can. */
  readonly elsewhere: string | null
  /**
   * Writes a file of requirements anew, whole, in the place of exactly the one whose SHA-256 is `expected`.
   * The old one is kept under the key that is given back.
   *
   * @throws PreconditionFailedError when it is another one by now; nothing was replaced
   */
  replace(key: string, text: string, expected: string): Promise<string>
  /** Runs the configured command that installs what is asked for; null where none is configured, or none can run. */
  install(): Promise<CommandEnd | null>
}
