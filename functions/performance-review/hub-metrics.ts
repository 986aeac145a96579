import {
  type Finding,
  finding,
  formatDuration,
  type HubConfig,
  histogramQuantile,
  type MetricsPage,
  metricSum,
  readMetrics,
  requestOf,
} from '@hubkeeper/core'
import type { ReviewContext } from './context.ts'

/** What the hub's metrics said at one moment; or why they say nothing, as a finding. */
export type HubMetrics =
  | {
      readonly kind: 'page'
      /** Path of the endpoint. */
      readonly path: string
      readonly page: MetricsPage
      /** ms, of a clock that only goes forward. */
      readonly at: number
    }
  | { readonly kind: 'none'; readonly because: Finding }

/** The configured endpoint that gives metrics, by its path. */
const pathOf = ({ api }: HubConfig): string | null =>
  api?.endpoints.find(({ path }) => /metrics/i.test(path.split('?')[0] ?? ''))?.path ?? null

const none = (status: 'skipped' | 'unknown', subject: string | null, actual: string): HubMetrics => ({
  kind: 'none',
  because: finding('process.memory', status, { subject, actual }),
})

/** Reads the hub's own metrics, once. */
export async function askMetrics({
  api: client,
  hub,
}: Pick<ReviewContext, 'api' | 'hub'>): Promise<HubMetrics> {
  const { api } = hub
  const path = pathOf(hub)
  if (api === undefined || path === null) {
    return none('skipped', null, 'no endpoint is configured whose path says that it gives metrics')
  }
  const answer = await client.get({
    ...requestOf(api, path),
    headers: { accept: 'text/plain;version=0.0.4' },
  })
  if (answer.kind !== 'answer') return none('unknown', path, answer.detail)
  if (answer.status < 200 || answer.status > 299) return none('unknown', path, `HTTP ${answer.status}`)
  const page = readMetrics(answer.body)
  if (page.samples.length === 0) return none('unknown', path, 'its answer holds no metric')
  return { kind: 'page', path, page, at: performance.now() }
}

/** Resident memory of a server in the names that the usual libraries give it, the best first. */
const memoryNames = [
  'process_resident_memory_bytes',
  'process_memory_usage_bytes',
  'process_working_set_bytes',
  'jvm_memory_used_bytes',
]
/** CPU time used up since the server started. */
const cpuNames = ['process_cpu_seconds_total', 'process_cpu_time_seconds_total']

const firstOf = (page: MetricsPage, names: readonly string[]): { name: string; value: number } | null => {
  for (const name of names) {
    const value = metricSum(page, name)
    if (value !== null) return { name, value }
  }
  return null
}

/** Bytes of resident memory as a page tells; null where it does not. */
export const memoryIn = (page: MetricsPage): { name: string; value: number } | null =>
  firstOf(page, memoryNames)

/** What a rate is taken over at least: the counters are not finer, ms. */
const shortest = 1000

/** CPU that the server used between two readings, percent of one CPU; else why that is not known. */
export function cpuBetween(before: HubMetrics, after: HubMetrics): number | string {
  if (before.kind === 'none' || after.kind === 'none') return 'the metrics could not be read twice'
  const from = firstOf(before.page, cpuNames)
  const to = firstOf(after.page, cpuNames)
  if (from === null || to === null) return `there is no ${cpuNames[0]}`
  const elapsed = after.at - before.at
  if (elapsed < shortest) return 'the review was too short for a rate'
  const used = to.value - from.value
  return used < 0 ? 'the server started anew during the review' : (used * 100_000) / elapsed
}

const pathLabels = ['endpoint', 'path', 'handler', 'route'] as const

/** What the hub itself counted of an endpoint since it started, in words; nothing where it does not. */
export function ownLatency(metrics: HubMetrics, path: string): string[] {
  if (metrics.kind === 'none') return []
  const { page } = metrics
  const route = path.split('?')[0] ?? path
  for (const [name, type] of page.types) {
    if (type !== 'histogram' || !/request.*duration.*seconds$/.test(name)) continue
    for (const label of pathLabels) {
      const p95 = histogramQuantile(page, name, 0.95, { [label]: route })
      const count = metricSum(page, `${name}_count`, { [label]: route })
      if (p95 === null || count === null) continue
      const requests = `${count.toLocaleString('en')} requests since its start`
      return [`as the hub counts: p95 ${formatDuration(p95 * 1000)} of ${requests} (${name})`]
    }
  }
  return []
}
