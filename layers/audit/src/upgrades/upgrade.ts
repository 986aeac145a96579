import type { Ecosystem } from '@hubkeeper/core'
import type { Place, Requirement } from '../requirements/requirement.ts'

/** How far a version is from another one: the first number in which they differ. */
export type UpgradeLevel = 'patch' | 'minor' | 'major'

/** The newest releases that may be upgraded to; of each level null where there is none. */
export interface NewestReleases {
  readonly patch: string | null
  readonly minor: string | null
  readonly major: string | null
  /** The version itself was taken back by its publisher. */
  readonly yanked: boolean
  /** The version itself is in the index at all. */
  readonly known: boolean
}

/** A step from one version to another. */
export interface Upgrade {
  readonly ecosystem: Ecosystem
  /** As it is written where it is asked for. */
  readonly name: string
  readonly from: string
  readonly to: string
  readonly level: UpgradeLevel
  /** Why it goes beyond patch level, one sentence; null where it does not. */
  readonly reason: string | null
  /** Ids of the flaws that it mends. */
  readonly fixes: readonly string[]
  /** Ids of flaws that stay, or come with it. */
  readonly remaining: readonly string[]
  /** Where it is pinned. */
  readonly place: Place
  /** What pins it. */
  readonly requirement: Requirement
  /** Of the files of the new version, such as `sha256:…`; empty where the index gives none. */
  readonly hashes: readonly string[]
}

/** A pinned requirement for which no step is proposed though one was looked for. */
export interface Declined {
  readonly requirement: Requirement
  /** One sentence. */
  readonly reason: string
}
