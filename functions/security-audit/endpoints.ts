import { judgeClosed, judgeHeaders, judgeTls, withoutTls } from '@hubkeeper/audit'
import { type Finding, finding, seconds } from '@hubkeeper/core'
import type { SecurityContext } from './context.ts'
import { allOf, type Look, lookOf } from './look.ts'

/** For each look at an endpoint, ms. */
const timeout = seconds(10)

/** How the hub looks from outside: its certificates, its headers, and what must be closed. */
export async function inspectEndpoints({ at, endpoints, hub, progress }: SecurityContext): Promise<Look> {
  const { certificateDays, closed, urls } = hub.audit.endpoints
  const own = hub.api === undefined ? [] : [hub.api.baseUrl]
  const open = urls.length > 0 ? urls : own
  progress.step('Looking at the endpoints from outside')
  const looks: Look[] = []
  for (const url of open) {
    const tls = withoutTls(url) ?? judgeTls(url, await endpoints.tls(url, timeout), { at, certificateDays })
    looks.push(filed(tls), filed(judgeHeaders(url, await endpoints.headers(url, timeout))))
  }
  for (const url of closed) {
    looks.push(filed(judgeClosed(url, await endpoints.headers(url, timeout))))
  }
  if (open.length === 0) {
    const actual = 'no endpoint is configured: audit.endpoints.urls, or api.baseUrl'
    looks.push(lookOf(finding('endpoint.certificate', 'skipped', { actual })))
    looks.push(lookOf(finding('endpoint.headers', 'skipped', { actual })))
  }
  if (closed.length === 0) {
    const actual = 'audit.endpoints.closed names none'
    looks.push(lookOf(finding('endpoint.closed', 'skipped', { actual })))
  }
  return allOf(looks)
}

/** Which headers are missing makes it another issue; how many seconds are left does not. */
const filed = (found: Finding): Look =>
  lookOf(found, {
    path: found.subject,
    identity: typeof found.actual === 'number' ? '' : String(found.actual),
  })
