import type { RestoredCopy } from './backups.ts'

/** Everything that is meant to notice a fault, in the order in which it looks. */
export const detectors = [
  'bytes',
  'structure',
  'integrity',
  'foreign-keys',
  'search-indexes',
  'content',
  'cross-check',
  'vanished',
  'chain',
] as const

/** One of {@link detectors}. */
export type Detector = (typeof detectors)[number]

/** One fault of the catalogue that was planted at least once. */
export interface DrilledFault {
  /** Stable name, such as `flipped-bit`. */
  readonly name: string
  readonly title: string
  /** Detectors each of which has to notice it every time; without those that could not look. */
  readonly expected: readonly Detector[]
  /** How often it was planted, each time elsewhere. */
  readonly planted: number
  /** How often every detector that it was expected of noticed it. */
  readonly noticed: number
  /** How often each detector noticed it. */
  readonly byDetector: Readonly<Record<Detector, number>>
  /** Where one of those did not notice it, and which, in words; at most ten. */
  readonly missed: readonly string[]
}

/** A detector, and what is to be said of it in words. */
export interface DetectorRemark {
  readonly detector: Detector
  readonly reason: string
}

/** What a drill of the detectors came to. */
export interface DetectorMatrix {
  /** What the faults were planted in, in words. */
  readonly canary: string
  readonly canaryBytes: number
  /** Equal seeds plant equal faults. */
  readonly seed: number
  /** In the order of the catalogue. */
  readonly faults: readonly DrilledFault[]
  /** Faults that were not planted, or less often than asked for, and why: nothing is known of the rest. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[]
  /** Detectors that could not look at the canary: nothing was expected of them. */
  readonly unable: readonly DetectorRemark[]
  /** What was noticed before anything was planted. What these detectors say afterwards is not counted. */
  readonly falseAlarms: readonly DetectorRemark[]
  readonly seconds: number
}

/** How much is to be drilled. */
export interface DrillRequest {
  /** How often faults are planted whose place is random. */
  readonly samples: number
  readonly seed: number
  /**
   * No fault is planted when it would take longer, ms; nor longer than half of what is left of the run.
   *
   * @default five minutes
   */
  readonly timeLimit?: number
}

/** `drill: 'detectors'`: plants every fault of the catalogue in a canary, and sees who notices. */
export interface DetectorDrill {
  /** Names of the catalogue. */
  readonly catalogue: readonly string[]
  /** Works on copies on scratch disk only; `copy`, which may be the stored file itself, is only read. @throws HubkeeperError */
  run(copy: RestoredCopy, request: DrillRequest): Promise<DetectorMatrix>
}
