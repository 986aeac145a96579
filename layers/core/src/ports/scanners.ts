/** Programs of others that look for flaws. */
export const scannerNames = ['bandit', 'pip-audit', 'trivy-fs', 'trivy-image', 'ecr'] as const

/** One of {@link scannerNames}. */
export type ScannerName = (typeof scannerNames)[number]

/** A file or directory that a scanner does not look into, and does not tell of. */
export interface PassedOver {
  readonly place: string
  /** In words. */
  readonly reason: string
}

/** How a scan ended. */
export type ScanEnd =
  | {
      readonly state: 'done'
      /** Of the scanner, as it says itself; null where it does not. */
      readonly version: string | null
      /** When it was built or published; null where nothing says. */
      readonly builtAt: Date | null
      /** When the data that it compares with was last updated; null where it has none or does not say. */
      readonly databaseAt: Date | null
      /** The JSON that it printed. */
      readonly output: string
      /** The last lines that it printed beside its output. @default none */
      readonly remarks?: readonly string[]
      /** Places that it passes over in silence, each with the reason. @default none */
      readonly unread?: readonly PassedOver[]
      readonly seconds: number
    }
  /** There is nothing for it to look at: no source or no image is configured. */
  | { readonly state: 'not-configured'; readonly reason: string }
  /** It is not installed, or not here. */
  | { readonly state: 'missing'; readonly reason: string }
  | {
      readonly state: 'failed'
      /** One sentence: the exit code, the time limit, the size of its output. */
      readonly reason: string
      /** The last lines that it printed. */
      readonly output: readonly string[]
    }

/** `scanners: 'run'`. */
export interface ScannerRunner {
  /** Runs one; never throws for what the scanner does. */
  run(scanner: ScannerName): Promise<ScanEnd>
}
