import type { Ecosystem } from '@hubkeeper/core'
import type { Place } from '../requirements/requirement.ts'

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
  /** Ids of the flaws that it mends. */
  readonly fixes: readonly string[]
  /** Ids of flaws that stay, or come with it. */
  readonly remaining: readonly string[]
  /** Where it is pinned. */
  readonly place: Place
}
