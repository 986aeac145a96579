import type { ScannerName } from '@hubkeeper/core'
import type { Severity } from '../severity.ts'

/** Where something stands; a file below the hub's directory or in the image. */
export interface CodeLocation {
  readonly path: string
  /** From 1; null where it is about the whole file. */
  readonly line: number | null
}

/** One thing that a scanner found, whichever scanner. */
export interface CodeFinding {
  readonly scanner: ScannerName
  /** Id of the rule or of the advisory. */
  readonly rule: string
  /** Other ids of the same advisory, sorted. */
  readonly aliases: readonly string[]
  readonly severity: Severity
  /** One line; plain text of strangers. */
  readonly message: string
  /** File below the hub's directory, package or image layer; null where it names none. */
  readonly location: CodeLocation | null
  /** Package with its version, where it is about one. */
  readonly package: { readonly name: string; readonly version: string } | null
  /** Where it is explained; `https:` only. */
  readonly url: string | null
  /** Versions in which it is fixed. */
  readonly fixVersions: readonly string[]
  /** Equal for the same thing in every scan, though its line moved. */
  readonly fingerprint: string
}

/** A part of what a scanner was to look at, and of which it tells nothing. */
export interface UnreadPart {
  /** A file or a package; null where it may be anything. */
  readonly place: string | null
  /** The place among them. */
  readonly words: string
}

/** What a scanner's output says. */
export type ScanReading =
  | {
      readonly state: 'read'
      /** The worst first, at most {@link maxFindings}. */
      readonly findings: readonly CodeFinding[]
      /** Findings that were left out, the mildest ones. */
      readonly leftOut: number
      /** What the scanner could not look at, or said so that nobody understands it. */
      readonly unread: readonly UnreadPart[]
      /** When the data was last updated that it compares with; null where the output does not say. */
      readonly databaseAt: Date | null
    }
  | {
      readonly state: 'failed'
      /** One sentence. */
      readonly reason: string
    }

/** Findings of one scan that are kept. */
export const maxFindings = 5000
