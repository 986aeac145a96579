import type { Ecosystem, PackageVersion } from './packages.ts'

/** Where advisories come from, and from when they are. */
export interface AdvisoryOrigin {
  /** A URL, or the key of a directory or archive in the store. */
  readonly source: string
  /** When the newest record that was seen was modified; null where none says. */
  readonly newestAt: Date | null
  /** When it was asked, or the copy was written. */
  readonly readAt: Date
}

/** Ids of the advisories that a source itself counts for one version. */
export interface AdvisoryMatch extends PackageVersion {
  readonly ids: readonly string[]
}

/** What a source of advisories said. */
export type AdvisoryAnswer =
  | {
      readonly state: 'done'
      readonly origin: AdvisoryOrigin
      /** Records in the OSV format as they came, withdrawn ones among them: every one that may concern a package. */
      readonly records: readonly unknown[]
      /** What the source itself counts; null for one that only has records. */
      readonly matches: readonly AdvisoryMatch[] | null
      /** HTTP requests that were made. */
      readonly requests: number
      /** Records that could not be read, each in words. */
      readonly unreadable: readonly string[]
    }
  | {
      readonly state: 'failed'
      readonly source: string
      /** One sentence. */
      readonly reason: string
      readonly requests: number
    }

/** `advisories: 'query'`: known flaws of packages. */
export interface AdvisorySource {
  /** Never throws for what a network or a stored file does. */
  query(packages: readonly PackageVersion[]): Promise<AdvisoryAnswer>
}

/** One release of a package. */
export interface Release {
  readonly version: string
  /** Taken back by its publisher: nobody should install it anew. */
  readonly yanked: boolean
  /** Versions of Python that it takes, as PEP 440 specifiers; null where it does not say. */
  readonly requiresPython: string | null
  readonly releasedAt: Date | null
}

/** What an index says of one package. */
export type ReleaseAnswer =
  | {
      readonly state: 'done'
      readonly releases: readonly Release[]
      /** Where its changes are told; null where the index does not say. Only `https:` and `http:`. */
      readonly changelog: string | null
    }
  | { readonly state: 'absent' }
  | { readonly state: 'failed'; readonly reason: string }

/** A package by name. */
export interface PackageName {
  readonly ecosystem: Ecosystem
  readonly name: string
}

/** `releases: 'read'`: what there is to upgrade to. */
export interface ReleaseIndex {
  /** One answer for each, in their order; never throws for what a network does. */
  releasesOf(packages: readonly PackageName[]): Promise<readonly ReleaseAnswer[]>
}
