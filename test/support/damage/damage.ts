import type { FaultKind } from '@hubkeeper/core'
import type { BaseName } from './bases.ts'
import type { Random } from './random.ts'

/** What can notice that a file is no longer what it was. */
export type Detector = 'structure' | 'integrity' | 'foreign-keys' | 'search-indexes' | 'digest'

/** The right verdict on a damaged file. That its bytes differ is noticed by its SHA-256, always. */
export type Expected =
  /** Harmless, or for the bytes alone to tell: no part of an examination notices. */
  | { readonly verdict: 'sound' }
  /** It cannot be opened or its schema not be read: so says every part, or every part that needs it. */
  | { readonly verdict: 'unreadable'; readonly as: readonly FaultKind[] }
  /** Each of `by` notices; of the others only those of `perhaps` may, where the place decides. */
  | {
      readonly verdict: 'fault'
      readonly by: readonly Detector[]
      readonly perhaps: readonly Detector[]
    }
  /** It says what it lacks; `by` and `perhaps` as for a fault. */
  | {
      readonly verdict: 'needs-extension'
      readonly missing: string
      readonly by: readonly Detector[]
      readonly perhaps: readonly Detector[]
    }
  /** It would take more than there is: a limit ends the look at this part, and the earlier ones are kept. */
  | { readonly verdict: 'stopped'; readonly by: 'time-limit' | 'memory-limit'; readonly at: Detector }

/**
 * What a snapshot of it as a live database must have: what the sound file at rest has, what it has with the
 * WAL beside it, or other content; or it must be refused.
 */
export type ExpectedLive = 'at-rest' | 'with-wal' | 'differs' | { readonly refused: readonly FaultKind[] }

/** Where a damage is done. */
export interface Patient {
  /** The database; the files beside it may be damaged too. */
  readonly path: string
  readonly base: BaseName
  readonly random: Random
}

/** One kind of damage. */
export interface Damage {
  readonly name: string
  readonly bases: readonly [BaseName, ...BaseName[]]
  apply(patient: Patient): void
  /** Any one of several, where the random place decides. */
  readonly expected: Expected | readonly Expected[]
  /** Where the live database is what the damage is about. */
  readonly live?: readonly ExpectedLive[]
  /** The second engine is the milder one here, and reads what the first one refuses. */
  readonly secondIsMilder?: true
  /** ms; for what has to be ended by it. */
  readonly timeLimit?: number
  /** Why it cannot be done on this machine; null where it can. */
  readonly impossible?: string | null
}

export const sound: Expected = { verdict: 'sound' }

export const unreadable = (...as: readonly FaultKind[]): Expected => ({ verdict: 'unreadable', as })

export const fault = (by: readonly Detector[], perhaps: readonly Detector[] = []): Expected => ({
  verdict: 'fault',
  by,
  perhaps,
})

export const lacks = (
  missing: string,
  by: readonly Detector[] = [],
  perhaps: readonly Detector[] = [],
): Expected => ({ verdict: 'needs-extension', missing, by, perhaps })
