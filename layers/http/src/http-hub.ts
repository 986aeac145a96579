import type { HubClient } from '@hubkeeper/core'
import { type Exchange, exchange } from './exchange.ts'

const maxRedirects = 5

/** Where a redirect leads, over HTTP only; null when it leads nowhere. */
function redirectOf(answer: Exchange, url: URL): URL | null {
  if (answer.kind !== 'answer' || answer.location === null || answer.status < 300 || answer.status > 399)
    return null
  const target = URL.parse(answer.location, url.href)
  return target !== null && /^https?:$/.test(target.protocol) ? target : null
}

/** Asks a hub over HTTP or HTTPS, a connection per request. */
export function httpHub(): HubClient {
  return {
    async get(request) {
      const started = performance.now()
      const signal = AbortSignal.timeout(Math.ceil(request.timeout))
      let url = new URL(request.url)
      let result = await exchange(url, request, signal)
      for (let hops = 0; request.followRedirects && hops < maxRedirects; hops++) {
        const target = redirectOf(result, url)
        if (target === null) break
        url = target
        result = await exchange(url, request, signal)
      }
      return { ...result, duration: performance.now() - started }
    },
  }
}
