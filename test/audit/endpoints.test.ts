import { judgeClosed, judgeHeaders, judgeTls, withoutTls } from '@hubkeeper/audit'
import type { HeadersView, HubSilence, TlsView } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'

const url = 'https://hub.example.org/'
const at = new Date('2026-12-01T10:00:00Z')
const day = 86_400

const silence = (kind: HubSilence['kind']): HubSilence => ({ kind, detail: `it was ${kind}`, duration: 1 })

const tlsView = (changes: Partial<TlsView> = {}): TlsView => ({
  kind: 'tls',
  protocol: 'TLSv1.3',
  olderProtocols: ['TLSv1.2'],
  subject: 'CN=hub.example.org',
  issuer: 'CN=Some Authority',
  validFrom: new Date('2026-11-01T00:00:00Z'),
  validTo: new Date('2027-02-01T00:00:00Z'),
  distrust: null,
  ...changes,
})

const tls = (view: TlsView | HubSilence) => judgeTls(url, view, { at, certificateDays: 21 })

describe('certificate', () => {
  it('is ok while it holds', () => {
    expect(tls(tlsView())).toMatchObject({ status: 'ok', subject: url, actual: 61.583333333333336 * day })
  })

  it.each([
    ['2026-12-22T09:59:59Z', 'warning'],
    ['2026-12-22T10:00:00Z', 'ok'],
    ['2026-12-01T10:00:01Z', 'warning'],
    ['2026-12-01T10:00:00Z', 'critical'],
    ['2026-11-01T00:00:00Z', 'critical'],
  ])('that ends at %s is %s', (validTo, status) => {
    expect(tls(tlsView({ validTo: new Date(validTo) })).status).toBe(status)
  })

  it('that no client trusts is critical, with the reason', () => {
    expect(tls(tlsView({ distrust: 'it signed itself' }))).toMatchObject({
      status: 'critical',
      actual: 'a client would not trust it: it signed itself',
    })
  })

  it.each(['TLSv1.1', 'TLSv1', 'SSLv3'])('with %s on offer is a warning', (old) => {
    expect(tls(tlsView({ olderProtocols: ['TLSv1.2', old] }))).toMatchObject({
      status: 'warning',
      actual: `it agrees to ${old}`,
    })
  })

  it('is unknown where older protocols could not be tried', () => {
    expect(tls(tlsView({ untriedProtocols: ['TLSv1'] }))).toMatchObject({
      status: 'unknown',
      actual: expect.stringContaining('TLSv1 could not be tried'),
    })
    expect(tls(tlsView({ untriedProtocols: [] })).status).toBe('ok')
  })

  it('is unknown where nobody answers', () => {
    expect(tls(silence('timeout'))).toMatchObject({ status: 'unknown', actual: 'it was timeout' })
  })

  it('is not asked for on this machine, and missed anywhere else', () => {
    expect(withoutTls(url)).toBeNull()
    expect(withoutTls('http://127.0.0.1:8000')?.status).toBe('skipped')
    expect(withoutTls('http://[::1]:8000')?.status).toBe('skipped')
    expect(withoutTls('http://hub.example.org')?.status).toBe('warning')
    expect(withoutTls('http://127.0.0.1.example.org')?.status).toBe('warning')
  })

  it('shows no credentials that stand in a URL', () => {
    expect(withoutTls('http://me:secret@hub.example.org/a?token=secret')?.subject).toBe(
      'http://hub.example.org/a',
    )
  })
})

const good = {
  'content-type': 'text/html; charset=utf-8',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
}

const answer = (headers: Record<string, string | undefined>, status = 200): HeadersView => ({
  kind: 'headers',
  status,
  headers: Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  ),
})

const headers = (changes: Record<string, string | undefined>, where = url) =>
  judgeHeaders(where, answer({ ...good, ...changes }))

describe('security headers', () => {
  it('are ok when all are sent', () => {
    expect(headers({})).toMatchObject({ status: 'ok', actual: 'all are sent' })
  })

  it.each([
    ['strict-transport-security', undefined, 'strict-transport-security is missing'],
    ['strict-transport-security', 'max-age=300', 'strict-transport-security is weak'],
    ['strict-transport-security', 'max-age=0', 'strict-transport-security is weak'],
    ['x-content-type-options', undefined, 'x-content-type-options is missing'],
    ['x-content-type-options', 'sniff', 'x-content-type-options is weak'],
    ['referrer-policy', undefined, 'referrer-policy is missing'],
    ['referrer-policy', 'no-referrer, unsafe-url', 'referrer-policy is weak'],
    ['content-security-policy', undefined, 'x-frame-options is missing, content-security-policy is missing'],
    ['content-security-policy', "default-src 'self'", 'x-frame-options is missing'],
    ['content-security-policy', "default-src *; frame-ancestors 'self'", 'content-security-policy is weak'],
    [
      'content-security-policy',
      "script-src 'unsafe-inline'; frame-ancestors 'self'",
      'content-security-policy is weak',
    ],
    ['content-security-policy', "default-src 'self'; frame-ancestors *", 'x-frame-options is weak'],
    [
      'content-security-policy',
      "script-src 'self' data:; frame-ancestors 'self'",
      'content-security-policy is weak',
    ],
  ])('%s: %s', (name, value, actual) => {
    expect(headers({ [name]: value })).toMatchObject({ status: 'warning', actual })
  })

  it.each([
    ['referrer-policy', 'no-referrer, strict-origin-when-cross-origin'],
    ['strict-transport-security', 'includeSubDomains; max-age="63072000"'],
    ['content-security-policy', "script-src 'nonce-abc' 'unsafe-inline'; frame-ancestors 'self'"],
    [
      'content-security-policy',
      "script-src 'strict-dynamic' 'nonce-abc' https: 'unsafe-inline'; frame-ancestors 'self'",
    ],
    // Of several policies a browser holds to each.
    ['content-security-policy', "default-src 'self', frame-ancestors 'none'"],
    ['x-content-type-options', 'nosniff, nosniff'],
  ])('%s: %s is enough', (name, value) => {
    expect(headers({ [name]: value }).status).toBe('ok')
  })

  it('the older header against frames counts where the policy says nothing of them', () => {
    const both = { 'content-security-policy': "default-src 'self'", 'x-frame-options': 'DENY' }
    expect(headers(both).status).toBe('ok')
  })

  it('of data no policy for scripts is asked', () => {
    const data = { 'content-type': 'application/json', 'content-security-policy': "frame-ancestors 'none'" }
    expect(headers(data).status).toBe('ok')
  })

  it('HSTS is asked for over TLS and by name only', () => {
    const without = { 'strict-transport-security': undefined }
    expect(headers(without, 'http://hub.example.org').status).toBe('ok')
    expect(headers(without, 'https://192.0.2.1').status).toBe('ok')
  })

  it('a redirect to TLS is all that an endpoint without has to send', () => {
    const redirect = answer({ location: 'https://hub.example.org/' }, 301)
    expect(judgeHeaders('http://hub.example.org', redirect).status).toBe('ok')
    expect(judgeHeaders('https://hub.example.org', redirect).status).toBe('warning')
  })

  it('what answers in the hub’s place, or nobody, tells nothing', () => {
    expect(judgeHeaders(url, answer({}, 502)).status).toBe('unknown')
    expect(judgeHeaders(url, silence('refused')).status).toBe('unknown')
  })
})

describe('an endpoint that must be closed', () => {
  const admin = 'https://hub.example.org/admin'

  it.each([
    [200, 'critical'],
    [204, 'critical'],
    [401, 'ok'],
    [403, 'ok'],
    [404, 'ok'],
    [405, 'unknown'],
    [429, 'unknown'],
    [500, 'unknown'],
  ])('that answers HTTP %d is %s', (status, expected) => {
    expect(judgeClosed(admin, answer({}, status)).status).toBe(expected)
  })

  it.each([
    ['/login?next=/admin', 'ok'],
    ['https://sso.example.org/start', 'ok'],
    ['/admin/', 'unknown'],
  ])('that redirects to %s is %s', (location, expected) => {
    expect(judgeClosed(admin, answer({ location }, 302)).status).toBe(expected)
  })

  it.each([
    ['refused', 'ok'],
    ['timeout', 'ok'],
    ['unreachable', 'unknown'],
    ['broken', 'unknown'],
  ] as const)('that is %s is %s', (kind, expected) => {
    expect(judgeClosed(admin, silence(kind)).status).toBe(expected)
  })
})
