import type { ScannerName } from '@hubkeeper/core'
import type { Severity } from '../severity.ts'

/** One thing that a scanner found, whichever scanner. */
export interface CodeFinding {
  readonly scanner: ScannerName
  /** Id of the rule or of the advisory. */
  readonly rule: string
  readonly severity: Severity
  /** One line; plain text of strangers. */
  readonly message: string
  /** File below the hub's directory, package or image layer; null where it names none. */
  readonly location: { readonly path: string; readonly line: number | null } | null
  /** Package with its version, where it is about one. */
  readonly package: { readonly name: string; readonly version: string } | null
  /** Where it is explained; `https:` only. */
  readonly url: string | null
  /** Versions in which it is fixed. */
  readonly fixVersions: readonly string[]
  /** Equal for the same thing in every scan, though its line moved. */
  readonly fingerprint: string
}
