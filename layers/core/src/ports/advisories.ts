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

/** What a source of advisories said at an earlier time. */
export interface LastKnownAdvisories {
  /** `readAt` is when it said so. */
  readonly origin: AdvisoryOrigin
  /** See {@link AdvisoryAnswer}. */
  readonly records: readonly unknown[]
  readonly matches: readonly AdvisoryMatch[] | null
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
      /** Records that could not be read, and packages that could not be asked for, each in words. */
      readonly unreadable: readonly string[]
      /** Packages that could not be asked for: nobody knows whether they have flaws. Absent for none. */
      readonly unasked?: readonly PackageVersion[]
      /** What else people should know: that another source was asked first, and did not answer. */
      readonly remarks?: readonly string[]
    }
  | {
      readonly state: 'failed'
      readonly source: string
      /** One sentence. */
      readonly reason: string
      readonly requests: number
      /** To be shown with its age, never taken for an answer; absent where nothing is remembered. */
      readonly lastKnown?: LastKnownAdvisories
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
  /** Of its files, such as `sha256:…`, sorted; absent where the index gives none. */
  readonly hashes?: readonly string[]
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

/** When a support ends: that day, some day that is over, or no day that is set. */
export type SupportEnd = Date | 'over' | 'not-set'

/** For how long one line of releases is supported. */
export interface SupportCycle {
  /** Such as `3.11`, or `nodejs24.x`. */
  readonly cycle: string
  /** Of all support, security fixes among it. */
  readonly end: SupportEnd
  /** Of active support; null where nothing says. */
  readonly activeEnd: SupportEnd | null
  /** Its newest release; null where nothing says. */
  readonly latest: string | null
}

/** What is told of one product. */
export type SupportAnswer =
  | { readonly state: 'done'; readonly cycles: readonly SupportCycle[] }
  | { readonly state: 'absent' }
  /** Nobody is to be asked: none is configured. */
  | { readonly state: 'not-asked' }
  | { readonly state: 'failed'; readonly reason: string }

/** `releases: 'read'`: what there is to upgrade to. */
export interface ReleaseIndex {
  /** One answer for each, in their order; never throws for what a network does. */
  releasesOf(packages: readonly PackageName[]): Promise<readonly ReleaseAnswer[]>
  /**
   * For how long products are supported, by the names of endoflife.date, such as `python`: one answer for each, in
   * their order. Never throws for what a network does.
   */
  supportOf(products: readonly string[]): Promise<readonly SupportAnswer[]>
}
