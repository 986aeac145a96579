import type { FindingStatus } from '../status.ts'

/** One thing that was looked at: a permission, a setting of a bucket, the age of a key. */
export interface Observation {
  /** Stable, kebab-case: `world-writable`, `bucket-versioning`. */
  readonly rule: string
  /** What it is about: a key, a bucket, the name of a secret. Never a value. */
  readonly place: string
  readonly status: FindingStatus
  readonly expected: string
  readonly actual: string
  /** What to do; null when there is nothing to do. */
  readonly advice: string | null
}

/** Who read or changed a store, as its access log tells. */
export interface AccessSummary {
  readonly from: Date
  readonly to: Date
  /** Requests of each caller, most first. */
  readonly callers: readonly {
    readonly caller: string
    readonly reads: number
    readonly writes: number
    readonly refused: number
  }[]
  /** Log files that were left out: there were too many. */
  readonly leftOut: number
}

/** Nobody can say who came. */
export interface AccessUnknown {
  /** Why, in words. */
  readonly unavailable: string
  /** Nothing of the kind is ever kept here. */
  readonly notApplicable?: true
}

/** `posture: 'inspect'`: how well what is stored is closed to others. */
export interface PostureInspector {
  /** Permissions and owners of files, or the settings of buckets. Secret files are told by the patterns. */
  storage(): Promise<readonly Observation[]>
  /** Ages of access keys and of stored secrets that can be seen; none where there is nothing to see. */
  credentials(at: Date): Promise<readonly Observation[]>
  /** Of the last weeks before a moment; why there is none, in words, where no access is logged as well. */
  access(at: Date): Promise<AccessSummary | AccessUnknown>
}
