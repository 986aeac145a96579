import { type HubReindexer, mebibytes } from '@hubkeeper/core'
import { exchange } from './exchange.ts'
import { httpHub } from './http-hub.ts'

/** Such an answer says how it went, and is not read any further, bytes. */
const maxAnswer = mebibytes(5)

/**
 * Has a hub make its search indexes anew over HTTP or HTTPS. Nothing is asked twice, and no redirect is followed:
 * what lies behind one may be another request than the one that was meant.
 */
export function httpReindexer(): HubReindexer {
  return {
    ...httpHub(),

    async reindex({ method, timeout, url }) {
      const started = performance.now()
      const signal = AbortSignal.timeout(Math.ceil(timeout))
      const answer = await exchange(new URL(url), { method, timeout, maxBytes: maxAnswer }, signal)
      return { ...answer, duration: performance.now() - started }
    },
  }
}
