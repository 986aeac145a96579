import { countOf, days } from '@hubkeeper/core'
import type { ReviewFacts } from './facts.ts'
import type { Recommendation } from './recommendation.ts'

/** Flaws that are open, or a score that fell. */
export function closeFlaws({ security, vulnerable }: ReviewFacts): Recommendation[] {
  const open = (severity: string): number => security?.open.get(severity) ?? 0
  const [critical, high] = [open('critical'), open('high')]
  const known = vulnerable ?? 0
  if (critical + high + known === 0) return []
  return [
    {
      id: 'close-flaws',
      title: 'Close the flaws that are known',
      evidence: [
        ...(security === null || critical + high === 0
          ? []
          : [`${critical} critical and ${high} high ones are open; score ${security.score.toFixed(1)}`]),
        ...(known === 0 ? [] : [`${countOf(known, 'dependency', 'dependencies')} with known flaws`]),
      ],
      effort: 'days: hubkeeper run dependency-update proposes the upgrades',
      risk: critical > 0 ? 'high' : 'medium',
      ifNot: 'what is publicly known is tried out on everybody',
    },
  ]
}

/** A score that fell though nothing pressing is open. */
export function seeScore({ security }: ReviewFacts): Recommendation[] {
  if (security === null || security.before === null || security.score > security.before - 5) return []
  return [
    {
      id: 'see-score',
      title: 'See why the security score fell',
      evidence: [
        `${security.before.toFixed(1)} at the beginning of the quarter, ${security.score.toFixed(1)} now`,
      ],
      effort: 'hours',
      risk: 'medium',
      ifNot: 'small flaws add up',
    },
  ]
}

/** An audit is made every month; one that is older, days, was left out. */
const auditAge = 45

/** No audit in the time, or none of late. */
export function auditSecurity({ at, security }: ReviewFacts): Recommendation[] {
  const age = security === null ? null : Math.floor((at.getTime() - security.at.getTime()) / days(1))
  if (age !== null && age <= auditAge) return []
  return [
    {
      id: 'audit-security',
      title: 'Audit the security: hubkeeper run security-audit',
      evidence: [age === null ? 'there was no audit in this quarter' : `the last audit was ${age} days ago`],
      effort: 'an hour, and then what it finds',
      risk: 'medium',
      ifNot: 'nobody knows which flaws are open',
    },
  ]
}

/** Names that are told. */
const named = 5

/** An audit that could not look at everything. */
export function auditAll({ security }: ReviewFacts): Recommendation[] {
  const unseen = security?.unseen ?? []
  if (unseen.length === 0) return []
  return [
    {
      id: 'audit-all',
      title: 'Let the security audit see what it could not look at',
      evidence: [
        ...unseen.slice(0, named),
        ...(unseen.length > named ? [`and ${unseen.length - named} more`] : []),
      ],
      effort: 'hours: hubkeeper report security-audit says what each of them takes',
      risk: 'medium',
      ifNot: 'the score says nothing of what nobody looked at',
    },
  ]
}

/** What is not supported any more. */
export const renewSupport = ({ endOfLife }: ReviewFacts): Recommendation[] =>
  endOfLife === null || endOfLife.length === 0
    ? []
    : [
        {
          id: 'renew-support',
          title: 'Move to versions that are supported',
          evidence: endOfLife,
          effort: 'days: the upgrade plan of major-updates has the order and the way back',
          risk: 'high',
          ifNot: 'flaws that are found from now on are not mended',
        },
      ]

/** So many major versions behind is a debt. */
const tolerableMajors = 5

/** Many packages that are major versions behind. */
export const planMajors = ({ majors }: ReviewFacts): Recommendation[] =>
  majors === null || majors <= tolerableMajors
    ? []
    : [
        {
          id: 'plan-majors',
          title: 'Take some of the newer major versions each month',
          evidence: [`${countOf(majors, 'package has', 'packages have')} a newer major version`],
          effort: 'days, a few packages at a time',
          risk: 'low',
          ifNot: 'the next flaw may only be mended in versions that are far away',
        },
      ]
