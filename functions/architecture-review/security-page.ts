import { countOf, days } from '@hubkeeper/core'
import type { Section, SecurityFact } from '@hubkeeper/review'
import type { Gathered } from './gather.ts'

/** What the audits of the quarter said, and what nobody looked at. */
export function securitySection({ facts: { at, endOfLife, security, vulnerable } }: Gathered): Section {
  const heading = 'Security'
  const dependencies =
    vulnerable === null
      ? 'Nobody asked for known flaws of dependencies.'
      : `${countOf(vulnerable, 'dependency has', 'dependencies have')} known flaws.`
  const support =
    endOfLife === null
      ? ['Nobody looked what is not supported any more.']
      : endOfLife.length === 0
        ? ['Nothing was found that is not supported any more.']
        : endOfLife
  return {
    heading,
    blocks: [{ kind: 'list', items: [...auditLines(security, at), dependencies, ...support] }],
  }
}

/** What the last audit said, and what it could not look at. */
function auditLines(security: SecurityFact | null, at: Date): string[] {
  if (security === null) return ['No audit was made in this quarter.']
  const { before, open, score, unseen } = security
  const since =
    before === null ? 'one audit so far' : `${before.toFixed(1)} at the first audit of the quarter`
  const age = Math.floor((at.getTime() - security.at.getTime()) / days(1))
  const counts = [...open].flatMap(([severity, count]) => (count === 0 ? [] : [`${count} ${severity}`]))
  return [
    `Score ${score.toFixed(1)} on ${security.at.toISOString().slice(0, 10)}, ${countOf(age, 'day')} ago; ${since}.`,
    ...(open.size === 0 ? [] : [`Open: ${counts.length === 0 ? 'nothing' : counts.join(', ')}.`]),
    ...(unseen.length === 0
      ? []
      : [
          `It could not look at ${countOf(unseen.length, 'matter')}, of which the score says nothing: ${unseen.slice(0, 5).join('; ')}${unseen.length > 5 ? `; and ${unseen.length - 5} more` : ''}.`,
        ]),
  ]
}
