import {
  askEndpoint,
  type EndpointCheck,
  type Finding,
  figure,
  finding,
  formatDuration,
  type HealthReading,
  type HubClient,
  type HubConfig,
  measured,
  only,
  type Part,
  quantile,
  together,
} from '@hubkeeper/core'
import type { ReviewContext } from './context.ts'
import { compared, type History } from './history.ts'
import { type HubMetrics, ownLatency } from './hub-metrics.ts'

type Api = NonNullable<HubConfig['api']>
type Endpoint = Api['endpoints'][number]

/** Response times below it do not count as worse, however much they grew, seconds. */
const notable = 0.1

/** Asks every endpoint several times, one request after the other. */
export async function reviewApi(
  { api: client, hub }: ReviewContext,
  metrics: HubMetrics,
  history: History,
): Promise<Part & { readonly health: HealthReading | null }> {
  const { api } = hub
  if (api === undefined) {
    return { ...only(finding('api.available', 'skipped', { actual: 'no api is configured' })), health: null }
  }
  const parts: Part[] = []
  let health: HealthReading | null = null
  for (const endpoint of api.endpoints) {
    const answers = await sample(api, endpoint, client)
    health ??= answers.findLast((answer) => answer.health !== null)?.health ?? null
    parts.push(only(availability(endpoint, answers)))
    parts.push(await responseTime(hub, endpoint, answers, metrics, history))
  }
  return { ...together(parts), health }
}

/** The answers that count: the first one only wakes up what sleeps. */
async function sample(api: Api, endpoint: Endpoint, client: HubClient): Promise<EndpointCheck[]> {
  const first = await askEndpoint(api, endpoint, client)
  const answers: EndpointCheck[] = []
  while (answers.length < api.samples) {
    const answer = await askEndpoint(api, endpoint, client)
    answers.push(answer)
    // Who was silent twice would take the time of all the others.
    if (first.duration === null && answer.duration === null) break
  }
  return answers
}

const isFailure = ({ availability: { status } }: EndpointCheck): boolean => status === 'critical'

function availability({ path }: Endpoint, answers: readonly EndpointCheck[]): Finding {
  const failures = answers.filter(isFailure)
  const worst =
    failures.at(-1) ?? answers.find(({ availability: { status } }) => status !== 'ok') ?? answers[0]
  if (worst === undefined) throw new TypeError(`${path} was not asked`)
  const count = `${failures.length} of ${answers.length} requests failed`
  const evidence = [count, ...worst.availability.evidence]
  if (failures.length === 0 || failures.length === answers.length) return { ...worst.availability, evidence }
  return finding('api.available', 'warning', {
    subject: path,
    expected: 'every request answered',
    actual: count,
    evidence: [...new Set(failures.map(({ availability: { actual } }) => String(actual)))],
  })
}

async function responseTime(
  hub: HubConfig,
  { path }: Endpoint,
  answers: readonly EndpointCheck[],
  metrics: HubMetrics,
  history: History,
): Promise<Part> {
  const durations = answers.flatMap((answer) =>
    answer.duration === null || isFailure(answer) ? [] : [answer.duration],
  )
  if (durations.length === 0) return only()
  const p50 = figure('api.p50', quantile(durations, 0.5), 'seconds', path)
  const p95 = figure('api.p95', quantile(durations, 0.95), 'seconds', path)
  const count = durations.length === 1 ? '1 request' : `${durations.length} requests`
  const judged = measured('api.response-time', p95.value, hub.thresholds, {
    subject: path,
    evidence: [`p95 of ${count}; p50 ${formatDuration(p50.value * 1000)}`, ...ownLatency(metrics, path)],
  })
  const { figures, findings } = await compared(history, judged, p95, notable)
  return { findings, figures: [p50, ...figures] }
}
