import { finding, type HealthReading, only, type Part, together } from '@hubkeeper/core'
import { askEndpoints, responseTimes } from './ask.ts'
import type { ReviewContext } from './context.ts'
import { compared, type History } from './history.ts'
import { type HubMetrics, ownLatency } from './hub-metrics.ts'

/** Response times below it do not count as worse, however much they grew, seconds. */
const notable = 0.1

/** Asks every endpoint, and compares it with the review before. */
export async function reviewApi(
  { api: client, hub }: ReviewContext,
  metrics: HubMetrics,
  history: History,
): Promise<Part & { readonly health: HealthReading | null }> {
  if (hub.api === undefined) {
    return { ...only(finding('api.available', 'skipped', { actual: 'no api is configured' })), health: null }
  }
  const asked = await askEndpoints(hub.api, client)
  const parts: Part[] = []
  for (const each of asked) {
    parts.push(only(each.availability))
    const times = responseTimes(hub, each, ownLatency(metrics, each.path))
    if (times === null) continue
    const { figures, findings } = await compared(history, times.judged, times.p95, notable)
    parts.push({ findings, figures: [times.p50, ...figures] })
  }
  return { ...together(parts), health: asked.find(({ health }) => health !== null)?.health ?? null }
}
