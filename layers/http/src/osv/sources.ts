import type { AdvisorySource, AuditConfig, TaskMemory } from '@hubkeeper/core'
import { osvClient } from './client.ts'

/** Asks the second source when the first one does not answer, and says so. */
export const firstThatAnswers = (first: AdvisorySource, second: AdvisorySource): AdvisorySource => ({
  async query(packages) {
    const answer = await first.query(packages)
    if (answer.state === 'done') return answer
    const other = await second.query(packages)
    const requests = answer.requests + other.requests
    const said = `${answer.source} gave no advisories: ${answer.reason}`
    if (other.state === 'done') return { ...other, requests, remarks: [said, ...(other.remarks ?? [])] }
    const lastKnown = answer.lastKnown ?? other.lastKnown
    return {
      state: 'failed',
      source: `${answer.source}, ${other.source}`,
      reason: `${said}; nor did ${other.source}: ${other.reason}`,
      requests,
      ...(lastKnown === undefined ? {} : { lastKnown }),
    }
  },
})

const none: AdvisorySource = {
  query: async () => ({
    state: 'failed',
    source: 'audit.advisories',
    reason: 'neither a server nor stored advisories are configured',
    requests: 0,
  }),
}

interface ConfiguredAdvisoriesOptions {
  readonly configured: AuditConfig['advisories']
  /** Null where the task keeps none. */
  readonly memory: TaskMemory | null
  readonly now: () => Date
  /** What is stored at a place below the hub's directory. */
  readonly stored: (place: string) => AdvisorySource | Promise<AdvisorySource>
}

/** What a hub is configured to ask: its server; and what is stored, when no server is or answers. */
export async function configuredAdvisories({
  configured: { stored: place, url },
  memory,
  now,
  stored,
}: ConfiguredAdvisoriesOptions): Promise<AdvisorySource> {
  const online = url === null ? null : osvClient({ url, memory, now })
  const offline = place === undefined ? null : await stored(place)
  if (online !== null && offline !== null) return firstThatAnswers(online, offline)
  return online ?? offline ?? none
}
