import { finding, type HealthReading, only, type Part, together } from '@hubkeeper/core'
import { type AskedEndpoint, askEndpoints, responseTimes } from '../performance-review/ask.ts'
import type { AnalysisContext } from './context.ts'

/** What was found of the API, and what was measured of it. */
export interface ApiPart extends Part {
  readonly endpoints: readonly AskedEndpoint[]
  /** What the hub's own health answer says, where one could be read. */
  readonly health: HealthReading | null
}

/** Times every configured endpoint; one that is down is a finding. */
export async function analyseApi({ api, hub }: Pick<AnalysisContext, 'api' | 'hub'>): Promise<ApiPart> {
  if (hub.api === undefined) {
    const skipped = finding('api.available', 'skipped', { actual: 'no api is configured' })
    return { ...only(skipped), endpoints: [], health: null }
  }
  const endpoints = await askEndpoints(hub.api, api)
  const parts = endpoints.map((endpoint): Part => {
    const times = responseTimes(hub, endpoint)
    return times === null
      ? only(endpoint.availability)
      : { findings: [endpoint.availability, times.judged], figures: [times.p50, times.p95] }
  })
  const health = endpoints.find((endpoint) => endpoint.health !== null)?.health ?? null
  return { ...together(parts), endpoints, health }
}
