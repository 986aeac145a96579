import type { EndpointInspector } from '@hubkeeper/core'
import { headOf } from './head.ts'
import { tlsOf } from './tls.ts'

/** Looks at endpoints from outside as a stranger does: without credentials, a connection for each look. */
export const httpEndpoints = (): EndpointInspector => ({
  async tls(url, timeout) {
    const started = performance.now()
    const seen = await tlsOf(new URL(url), timeout)
    return seen.kind === 'tls' ? seen : { ...seen, duration: performance.now() - started }
  },

  async headers(url, timeout) {
    const started = performance.now()
    const seen = await headOf(new URL(url), timeout)
    return seen.kind === 'headers' ? seen : { ...seen, duration: performance.now() - started }
  },
})
