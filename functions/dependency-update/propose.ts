import { plainLine, proposeUpgrades } from '@hubkeeper/audit'
import { type Finding, finding } from '@hubkeeper/core'
import { type Asked, askAboutUpgrades } from './ask.ts'
import type { AuditContext } from './context.ts'
import type { ReleaseKnowledge } from './outdated.ts'
import { type Proposal, proposalsOf } from './proposals.ts'
import type { ReadPackages } from './read.ts'

/** Upgrades that are proposed, or why none is. */
export interface Proposed {
  readonly proposals: readonly Proposal[]
  readonly findings: readonly Finding[]
  /** Requests for advisories about newer releases. */
  readonly requests: number
}

/** Nothing is proposed of which nobody knows whether it has flaws. */
export async function propose(
  context: AuditContext,
  asked: Asked,
  { inventory, read, set }: ReadPackages,
  releases: ReleaseKnowledge,
): Promise<Proposed> {
  const none = (reason: string): Proposed => ({
    proposals: [],
    findings: [finding('dependencies.applied', 'skipped', { actual: `no upgrade is proposed: ${reason}` })],
    requests: 0,
  })
  if (asked.state === 'failed') return none(plainLine(asked.reason))
  if (releases.packages.every(({ answer }) => answer.state !== 'done'))
    return none('no index told of releases')
  const answer = await askAboutUpgrades(context, asked.knowledge, inventory, releases)
  if ('reason' in answer) return none(plainLine(answer.reason))
  const proposals = proposalsOf(proposeUpgrades(set.requirements, answer.upgrades), read)
  if (proposals.length === 0) return { ...none('none is wanted'), requests: answer.requests }
  return { proposals, findings: [], requests: answer.requests }
}
