import { type Finding, finding, type HeadersView, type HubSilence, type TlsView } from '@hubkeeper/core'
import { plainLine } from '../plain-text.ts'
import { headerFaults } from './headers.ts'

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Whether a URL leads to this machine only, where nothing goes over a network. */
const isHere = (url: string): boolean => loopback.test(new URL(url).hostname)

/** A URL as it is shown: what stands before its host or behind its path may be a secret. */
function shown(url: string): string {
  const { host, pathname, protocol } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

/** Protocols of which RFC 8996 says that nobody should agree to them any more. */
const isOld = (protocol: string): boolean => /^(SSLv\d|TLSv1(\.1)?)$/.test(protocol)

const day = 86_400

/** What to do about an endpoint that tells nothing. */
const reach = 'see whether it is up, and can be reached from here'

/** What is told where an endpoint is not reached over TLS; null where it is. */
export function withoutTls(url: string): Finding | null {
  if (new URL(url).protocol === 'https:') return null
  const subject = shown(url)
  if (isHere(url)) {
    return finding('endpoint.certificate', 'skipped', { subject, actual: 'it is asked on this machine' })
  }
  return finding('endpoint.certificate', 'warning', {
    subject,
    expected: 'https:',
    actual: 'it is reached without TLS: everybody on the way can read along',
    advice: 'let a proxy with a certificate stand before it, and redirect to that',
  })
}

/** How an endpoint's certificate and protocol are to be judged at a moment. */
export function judgeTls(
  url: string,
  view: TlsView | HubSilence,
  { at, certificateDays }: { readonly at: Date; readonly certificateDays: number },
): Finding {
  const subject = shown(url)
  if (view.kind !== 'tls') {
    return finding('endpoint.certificate', 'unknown', {
      subject,
      actual: plainLine(view.detail),
      advice: reach,
    })
  }
  const left = Math.floor((view.validTo.getTime() - at.getTime()) / 1000)
  const old = [view.protocol, ...view.olderProtocols].filter(isOld)
  const evidence = [
    `valid from ${dayOf(view.validFrom)} to ${dayOf(view.validTo)}, for ${plainLine(view.subject, 200)}`,
    `issued by ${plainLine(view.issuer, 200)}`,
    `agrees on ${[view.protocol, ...view.olderProtocols].join(', ')}`,
  ]
  const told = { subject, expected: certificateDays * day, actual: left, evidence }
  if (left <= 0) return finding('endpoint.certificate', 'critical', told)
  if (view.distrust !== null) {
    const actual = `a client would not trust it: ${plainLine(view.distrust)}`
    const advice =
      'send the whole chain of a certificate that is for this name and from an authority that clients know'
    return finding('endpoint.certificate', 'critical', { subject, actual, evidence, advice })
  }
  if (left < certificateDays * day) return finding('endpoint.certificate', 'warning', told)
  if (old.length > 0) {
    return finding('endpoint.certificate', 'warning', {
      subject,
      expected: 'TLSv1.2 or newer only',
      actual: `it agrees to ${old.join(' and ')}`,
      evidence,
      advice: 'turn the old protocols off where TLS ends',
    })
  }
  const untried = view.untriedProtocols ?? []
  if (untried.length > 0) {
    return finding('endpoint.certificate', 'unknown', {
      ...{ subject, expected: 'TLSv1.2 or newer only', evidence },
      actual: `its certificate is in order; whether it agrees to ${untried.join(' or ')} could not be tried`,
      advice: 'run the audit again: it answers slowly, or OpenSSL here knows them no more',
    })
  }
  return finding('endpoint.certificate', 'ok', told)
}

const dayOf = (date: Date): string => (Number.isNaN(date.getTime()) ? '?' : date.toISOString().slice(0, 10))

/** Whether an endpoint sends the headers that keep browsers out of trouble. */
export function judgeHeaders(url: string, view: HeadersView | HubSilence): Finding {
  const subject = shown(url)
  if (view.kind !== 'headers') {
    return finding('endpoint.headers', 'unknown', { subject, actual: plainLine(view.detail), advice: reach })
  }
  // What answers in the hub's place says nothing of the hub's headers.
  if (view.status >= 500) {
    const actual = `it answers HTTP ${view.status}`
    return finding('endpoint.headers', 'unknown', { subject, actual, advice: reach })
  }
  const target = redirectOf(url, view)
  if (new URL(url).protocol === 'http:' && target?.protocol === 'https:') {
    return finding('endpoint.headers', 'ok', {
      subject,
      actual: `it redirects to ${plainLine(target.origin)}`,
    })
  }
  const faults = headerFaults(url, view.headers)
  if (faults.length === 0) return finding('endpoint.headers', 'ok', { subject, actual: 'all are sent' })
  return finding('endpoint.headers', 'warning', {
    subject,
    expected: 'all are sent',
    actual: faults.map(({ header, fault }) => `${header} ${fault}`).join(', '),
    evidence: faults.map(({ header, wanted }) => `${header}: ${wanted}`),
  })
}

/** Where a redirect leads; null where it is none. */
function redirectOf(url: string, { headers, status }: HeadersView): URL | null {
  const { location } = headers
  if (status < 300 || status > 399 || location === undefined || !URL.canParse(location, url)) return null
  return new URL(location, url)
}

/** What an endpoint answers that strangers are kept out of. */
const closedStatuses = [401, 403, 404, 407, 410, 451]

/** Whether an endpoint that must be closed lets strangers in. */
export function judgeClosed(url: string, view: HeadersView | HubSilence): Finding {
  const subject = shown(url)
  const expected = 'no answer, or one that asks for credentials'
  if (view.kind !== 'headers') {
    const { detail, kind } = view
    // Where there is no name or no way to it from here, others may have one.
    const closed = kind === 'refused' || kind === 'timeout'
    const details = { subject, expected, actual: plainLine(detail) }
    return finding('endpoint.closed', closed ? 'ok' : 'unknown', details)
  }
  const { status } = view
  const details = { subject, expected, actual: `HTTP ${status}` }
  if (closedStatuses.includes(status)) return finding('endpoint.closed', 'ok', details)
  if (status >= 200 && status <= 299) return finding('endpoint.closed', 'critical', details)
  const target = redirectOf(url, view)
  if (target === null) return finding('endpoint.closed', 'unknown', details)
  // A page to sign in is how many applications ask for credentials.
  const login = /(^|[/.])(log-?in|sign-?in|auth|oauth2?|sso|saml2?|oidc)([/.]|$)/i.test(
    `${target.hostname}${target.pathname}`,
  )
  const actual = `HTTP ${status} to ${plainLine(`${target.origin}${target.pathname}`, 200)}`
  return finding('endpoint.closed', login ? 'ok' : 'unknown', { subject, expected, actual })
}
