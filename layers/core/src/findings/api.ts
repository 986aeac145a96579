import type { HubConfig } from '../config/schema.ts'
import { figure, finding, measured } from '../finding.ts'
import { type HealthReading, readHealth } from '../health-body.ts'
import type { HubAnswer, HubClient, HubRequest, HubSilence } from '../ports/hub.ts'
import type { Finding } from '../report.ts'
import { seconds } from '../units.ts'
import type { Part } from './part.ts'

type Api = NonNullable<HubConfig['api']>
type Endpoint = Api['endpoints'][number]

/** What the endpoints gave. */
export interface ApiCheck extends Part {
  /** What the hub's own health answer says, where one could be read. */
  readonly health: HealthReading | null
}

/** Asks every endpoint, once more where the first answer is not well. */
export async function checkApi(hub: HubConfig, client: HubClient): Promise<ApiCheck> {
  if (hub.api === undefined) {
    return {
      findings: [finding('api.available', 'skipped', { actual: 'no api is configured' })],
      figures: [],
      health: null,
    }
  }
  const { api } = hub
  const checks = await Promise.all(api.endpoints.map((endpoint) => checkEndpoint(api, endpoint, client)))
  return {
    findings: checks.flatMap(({ availability, duration }) => [
      availability,
      ...(duration === null
        ? []
        : [measured('api.response-time', duration, hub.thresholds, { subject: availability.subject })]),
    ]),
    figures: checks.flatMap(({ availability, duration }) =>
      duration === null ? [] : [figure('api.response-time', duration, 'seconds', availability.subject)],
    ),
    health: checks.find(({ health }) => health !== null)?.health ?? null,
  }
}

/** What one request gave. */
export interface EndpointCheck {
  readonly availability: Finding
  /** Seconds; null without an answer. */
  readonly duration: number | null
  readonly health: HealthReading | null
}

async function checkEndpoint(api: Api, endpoint: Endpoint, client: HubClient): Promise<EndpointCheck> {
  const first = await askEndpoint(api, endpoint, client)
  if (first.availability.status === 'ok') return first
  // One blip is no outage; what is told of the first try stays in the evidence.
  const second = await askEndpoint(api, endpoint, client)
  const evidence = [`first try: ${first.availability.actual}`, ...second.availability.evidence]
  return { ...second, availability: { ...second.availability, evidence } }
}

/** How a path of the hub is asked for, within its limits. */
export const requestOf = (api: Api, path: string): HubRequest => ({
  url: new URL(path, api.baseUrl).href,
  timeout: seconds(api.timeoutSeconds),
  maxBytes: api.maxBodyBytes,
  followRedirects: api.followRedirects,
})

/** Asks an endpoint once. */
export async function askEndpoint(api: Api, endpoint: Endpoint, client: HubClient): Promise<EndpointCheck> {
  const answer = await client.get(requestOf(api, endpoint.path))
  if (answer.kind !== 'answer')
    return { availability: silent(endpoint, answer), duration: null, health: null }
  const duration = answer.duration / 1000
  const health = endpoint.kind === 'health' ? readHealth(answer) : null
  return { availability: answered(endpoint, answer, health), duration, health }
}

const silent = (endpoint: Endpoint, { detail }: HubSilence): Finding =>
  finding('api.available', 'critical', { subject: endpoint.path, expected: 'an answer', actual: detail })

function answered(endpoint: Endpoint, answer: HubAnswer, health: HealthReading | null): Finding {
  const subject = endpoint.path
  if (answer.status < 200 || answer.status > 299) {
    const target = answer.location === null ? '' : ` to ${answer.location}`
    return finding('api.available', 'critical', {
      subject,
      expected: '2xx',
      actual: `HTTP ${answer.status}${target}`,
      evidence: health?.reasons ?? [],
      ...(answer.location === null
        ? {}
        : { advice: 'set api.baseUrl to where it redirects, or api.followRedirects to true' }),
    })
  }
  if (health === null) {
    return finding('api.available', 'ok', { subject, expected: '2xx', actual: `HTTP ${answer.status}` })
  }
  const status = {
    healthy: 'ok',
    unstated: 'ok',
    degraded: 'warning',
    unhealthy: 'critical',
    unreadable: 'critical',
  } as const
  return finding('api.available', status[health.verdict], {
    subject,
    expected: 'healthy',
    actual: `HTTP ${answer.status}, ${health.verdict}`,
    evidence: health.reasons,
  })
}
