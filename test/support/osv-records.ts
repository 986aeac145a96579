import type { Ecosystem } from '@hubkeeper/core'

/** One event of a range, as the OSV schema writes it. */
export type SampleEvent =
  | { readonly introduced: string }
  | { readonly fixed: string }
  | { readonly last_affected: string }
  | { readonly limit: string }

/** A record in the OSV format, as much of it as tests write. */
export interface SampleRecord {
  readonly id: string
  readonly modified: string
  readonly withdrawn?: string
  readonly aliases?: readonly string[]
  readonly summary?: string
  readonly details?: string
  readonly severity?: readonly { readonly type: string; readonly score: string }[]
  readonly database_specific?: { readonly severity?: string }
  readonly affected: readonly SampleAffected[]
}

/** See {@link SampleRecord}. */
export interface SampleAffected {
  readonly package: { readonly name: string; readonly ecosystem: string }
  readonly versions?: readonly string[]
  readonly ranges?: readonly { readonly type: string; readonly events: readonly SampleEvent[] }[]
  readonly severity?: readonly { readonly type: string; readonly score: string }[]
}

interface AboutOptions {
  readonly ecosystem?: Ecosystem
  readonly versions?: readonly string[]
  /** Events of each range. */
  readonly ranges?: readonly (readonly SampleEvent[])[]
}

/** What a record says of one package. */
export const about = (
  name: string,
  { ecosystem = 'PyPI', ranges, versions }: AboutOptions,
): SampleAffected => ({
  package: { name, ecosystem },
  ...(versions === undefined ? {} : { versions }),
  ...(ranges === undefined
    ? {}
    : {
        ranges: ranges.map((events) => ({ type: ecosystem === 'npm' ? 'SEMVER' : 'ECOSYSTEM', events })),
      }),
})

/** An advisory of flaws that were there from the beginning and are fixed in `fixed`. */
export const advisory = (
  id: string,
  affected: SampleAffected | readonly SampleAffected[],
  rest: Partial<SampleRecord> = {},
): SampleRecord => ({
  id,
  modified: '2026-05-01T10:00:00Z',
  summary: `flaw ${id}`,
  affected: 'package' in affected ? [affected] : affected,
  ...rest,
})

/** From the beginning until `fixed`. */
export const until = (fixed: string): readonly SampleEvent[] => [{ introduced: '0' }, { fixed }]
