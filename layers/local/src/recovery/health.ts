import { setTimeout } from 'node:timers/promises'
import { askEndpoint, type HealthReading, type HubClient, mebibytes, seconds } from '@hubkeeper/core'

/** What became of waiting for a healthy answer. */
export type Waited =
  | { readonly state: 'healthy'; readonly health: HealthReading }
  /** What it answered last, in words. */
  | { readonly state: 'not-in-time'; readonly last: string }
  | { readonly state: 'given-up' }

/** Between two questions, ms. */
const pause = 100

/** For one answer, seconds. */
const patience = 10

/** How long a hub that calls itself degraded may get well before it is taken for that, ms. */
const settling = seconds(5)

/**
 * Asks for the health of a hub until it is well, as the health check judges it: an answer that says unhealthy
 * is none. One that stays degraded is up.
 */
export async function waitForHealth(
  client: HubClient,
  { baseUrl, path, timeout }: { readonly baseUrl: string; readonly path: string; readonly timeout: number },
  givenUp: () => boolean,
): Promise<Waited> {
  const started = performance.now()
  const left = (): number => timeout - (performance.now() - started)
  let degradedSince: number | null = null
  let last = 'nothing was asked'
  while (left() > 0) {
    if (givenUp()) return { state: 'given-up' }
    const endpoint = { path, kind: 'health' } as const
    const api = {
      baseUrl,
      endpoints: [endpoint],
      timeoutSeconds: Math.max(0.1, Math.min(patience, left() / 1000)),
      // It may lead to the real hub.
      followRedirects: false,
      samples: 1,
      maxBodyBytes: mebibytes(5),
    }
    const { availability, health } = await askEndpoint(api, endpoint, client)
    if (health !== null && availability.status === 'ok') return { state: 'healthy', health }
    if (health !== null && availability.status === 'warning') {
      degradedSince ??= performance.now()
      if (performance.now() - degradedSince >= settling) return { state: 'healthy', health }
    } else degradedSince = null
    last = [String(availability.actual), ...availability.evidence].join('; ')
    await setTimeout(pause)
  }
  return { state: 'not-in-time', last }
}
