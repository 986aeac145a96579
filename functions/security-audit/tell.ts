import type { ComparedIssue, Issue, Tellable } from '@hubkeeper/audit'
import { type Finding, type FindingStatus, finding, findingStatuses, isCheckId } from '@hubkeeper/core'
import { type FoundIssue, scopeOf } from './look.ts'

/** By which an issue is known again once it was told. */
export const nameOf = (issue: Issue): string => `${scopeOf(issue)}:${issue.fingerprint}`

/** Findings that a report has of one check; the documents beside it have them all. */
const perCheck = 100

/** What is known of issues, by fingerprint. */
interface Known {
  readonly compared: ReadonlyMap<string, ComparedIssue>
  /** Those that were accepted the last time. */
  readonly wereAccepted: ReadonlySet<string>
}

/**
 * What a report says of issues, the worst first: those that are accepted as skipped, mild ones not at all, and of
 * one check not more than {@link perCheck}, the rest as one.
 */
export function tellIssues(
  found: readonly FoundIssue[],
  { compared, wereAccepted }: Known,
): readonly Tellable[] {
  const told = new Set<string>()
  const tellables = found.flatMap(({ issue, tell }): Tellable[] => {
    const of = compared.get(issue.fingerprint)
    // Two tellings of one thing say no more than one.
    if (tell === null || of === undefined || told.has(issue.fingerprint)) return []
    told.add(issue.fingerprint)
    if (of.accepted !== null) return [{ finding: acceptedFinding(tell(false), of.accepted), about: [] }]
    // What is not accepted any more was never told of, or long ago.
    const isNew = of.change === 'new' || of.change === 'updated' || wereAccepted.has(issue.fingerprint)
    return [{ finding: tell(isNew), about: [[nameOf(issue)]] }]
  })
  return boundedByCheck(tellables)
}

/** At most {@link perCheck} of each check, the worst first, and the rest of it as one. */
export function boundedByCheck(tellables: readonly Tellable[]): readonly Tellable[] {
  return [...Map.groupBy(tellables, (each) => each.finding.check).values()].flatMap((all) => {
    const sorted = all.toSorted((one, other) => rank(other) - rank(one))
    const rest = sorted.slice(perCheck)
    return [...sorted.slice(0, perCheck), ...theRest(rest)]
  })
}

const rank = ({ finding: { status } }: Tellable): number => findingStatuses.indexOf(status)

function theRest(rest: readonly Tellable[]): Tellable[] {
  const [worst] = rest
  if (worst === undefined || !isCheckId(worst.finding.check)) return []
  const status: FindingStatus = worst.finding.status
  const details = {
    subject: 'the rest',
    actual: `${rest.length} more`,
    evidence: ['all of them: findings.json beside the report'],
  }
  return [
    { finding: finding(worst.finding.check, status, details), about: rest.flatMap(({ about }) => about) },
  ]
}

function acceptedFinding(
  { actual, check, evidence, subject }: Finding,
  { reason, until }: NonNullable<ComparedIssue['accepted']>,
): Finding {
  if (!isCheckId(check)) throw new TypeError(`there is no check ${check}`)
  return finding(check, 'skipped', {
    subject,
    actual: `accepted until ${until}: ${actual}`,
    evidence: [reason, ...evidence],
  })
}
