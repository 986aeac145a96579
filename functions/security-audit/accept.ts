import { type Acceptance, hasExpired, type IgnoreEntry, type Issue, isAdvisoryId } from '@hubkeeper/audit'
import { finding } from '@hubkeeper/core'
import { allOf, type Look, lookOf } from './look.ts'

const matches = ({ id, package: name }: IgnoreEntry, { aliases, package: about, rule }: Issue): boolean =>
  (name === undefined || normalized(name) === normalized(about?.name ?? '')) &&
  [rule, ...aliases].some((other) => other.toUpperCase() === id.toUpperCase())

/** As PEP 503 compares names. */
export const normalized = (name: string): string => name.replace(/[-_.]+/g, '-').toLowerCase()

/** Why an issue is accepted at a moment; null where nobody accepted it, or not any more. */
export function acceptanceOf(issue: Issue, entries: readonly IgnoreEntry[], at: Date): Acceptance | null {
  const entry = entries.find((each) => !hasExpired(each, at) && matches(each, issue))
  return entry === undefined ? null : { reason: entry.reason, until: entry.until }
}

/** Entries for rules that are to be decided anew; those for advisories are told by the audit of dependencies. */
export function judgeEntries(
  entries: readonly IgnoreEntry[],
  issues: readonly Issue[],
  at: Date,
  everythingSeen: boolean,
): Look {
  return allOf(
    entries
      .filter(({ id }) => !isAdvisoryId(id))
      .flatMap((entry) => {
        const expired = hasExpired(entry, at)
        const used = issues.some((issue) => matches(entry, issue))
        if (!expired && (used || !everythingSeen)) return []
        const actual = expired ? `it has expired on ${entry.until}` : 'nothing matches it any more'
        const details = { subject: entry.id, actual, evidence: [entry.reason] }
        return [lookOf(finding('dependencies.ignored', 'warning', details), { identity: entry.until })]
      }),
  )
}
