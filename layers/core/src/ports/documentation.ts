import type { CommandEnd } from './packages.ts'

/** `documentation: 'build'`. */
export interface DocumentationBuilder {
  /** Why it cannot be built from here, in words; null where it can. */
  readonly elsewhere: string | null
  /** Runs the configured command; null where none is configured, or none can run. */
  build(): Promise<CommandEnd | null>
}
