import {
  askEndpoint,
  type EndpointCheck,
  type Figure,
  type Finding,
  figure,
  finding,
  formatDuration,
  type HealthReading,
  type HubClient,
  type HubConfig,
  measured,
  quantile,
} from '@hubkeeper/core'

type Api = NonNullable<HubConfig['api']>
type Endpoint = Api['endpoints'][number]

/** What an endpoint gave that was asked several times. */
export interface AskedEndpoint {
  readonly path: string
  readonly availability: Finding
  readonly requests: number
  readonly failures: number
  /** Of the answers that were no failure, seconds. */
  readonly durations: readonly number[]
  /** What the hub says of itself, where the last answer that could be read does. */
  readonly health: HealthReading | null
}

/** Asks every endpoint `api.samples` times, one request after the other. */
export async function askEndpoints(api: Api, client: HubClient): Promise<AskedEndpoint[]> {
  const asked: AskedEndpoint[] = []
  for (const endpoint of api.endpoints) asked.push(summed(endpoint, await sample(api, endpoint, client)))
  return asked
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

const summed = (endpoint: Endpoint, answers: readonly EndpointCheck[]): AskedEndpoint => ({
  path: endpoint.path,
  availability: availability(endpoint, answers),
  requests: answers.length,
  failures: answers.filter(isFailure).length,
  durations: answers.flatMap((answer) =>
    answer.duration === null || isFailure(answer) ? [] : [answer.duration],
  ),
  health: answers.findLast((answer) => answer.health !== null)?.health ?? null,
})

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

/** How long an endpoint took, as figures and as a finding by p95; null where nothing was answered. */
export function responseTimes(
  { thresholds }: Pick<HubConfig, 'thresholds'>,
  { durations, path }: AskedEndpoint,
  evidence: readonly string[] = [],
): { readonly p50: Figure; readonly p95: Figure; readonly judged: Finding } | null {
  if (durations.length === 0) return null
  const p50 = figure('api.p50', quantile(durations, 0.5), 'seconds', path)
  const p95 = figure('api.p95', quantile(durations, 0.95), 'seconds', path)
  const count = durations.length === 1 ? '1 request' : `${durations.length} requests`
  const judged = measured('api.response-time', p95.value, thresholds, {
    subject: path,
    evidence: [`p95 of ${count}; p50 ${formatDuration(p50.value * 1000)}`, ...evidence],
  })
  return { p50, p95, judged }
}
