/** A header that is missing or does not do what it is for. */
export interface HeaderFault {
  readonly header: string
  readonly fault: 'is missing' | 'is weak'
  /** What it should say. */
  readonly wanted: string
}

/** Half a year, seconds: below that, a browser that was away for the summer starts without TLS. */
const leastHsts = 15_768_000

type Headers = Readonly<Record<string, string>>

/**
 * What an answer's security headers lack, as the OWASP Secure Headers Project asks for them. `Content-Security-Policy`
 * as a whole is asked of pages only; that nobody may frame an answer is asked of all.
 */
export function headerFaults(url: string, headers: Headers): readonly HeaderFault[] {
  return [hsts(url, headers), sniffing(headers), framing(headers), policy(headers), referrer(headers)].filter(
    (fault) => fault !== null,
  )
}

const missingOrWeak = (value: string | undefined, header: string, wanted: string): HeaderFault => ({
  header,
  fault: value === undefined ? 'is missing' : 'is weak',
  wanted,
})

/** RFC 6797: sent over TLS only, and not for addresses. */
function hsts(url: string, headers: Headers): HeaderFault | null {
  const { hostname, protocol } = new URL(url)
  if (protocol !== 'https:' || /^[\d.]+$|^\[/.test(hostname)) return null
  const value = headers['strict-transport-security']
  const age = /(?:^|;)\s*max-age\s*=\s*"?(\d+)"?\s*(?:;|$)/i.exec(value ?? '')?.[1]
  if (age !== undefined && Number(age) >= leastHsts) return null
  return missingOrWeak(value, 'strict-transport-security', 'max-age of half a year or more')
}

function sniffing(headers: Headers): HeaderFault | null {
  const value = headers['x-content-type-options']
  // Sent twice, the first counts.
  if (value?.split(',')[0]?.trim().toLowerCase() === 'nosniff') return null
  return missingOrWeak(value, 'x-content-type-options', 'nosniff')
}

type Directives = ReadonlyMap<string, readonly string[]>

/** The directives of each policy that is sent: a browser holds to all of them. */
const policiesOf = (headers: Headers): readonly Directives[] =>
  (headers['content-security-policy'] ?? '').split(',').map(directivesIn)

function directivesIn(text: string): Directives {
  const directives = new Map<string, readonly string[]>()
  for (const directive of text.split(';')) {
    const [name, ...values] = directive.trim().toLowerCase().split(/\s+/)
    // The first of a name counts.
    if (name !== undefined && name !== '' && !directives.has(name)) directives.set(name, values)
  }
  return directives
}

/** Whether a list of sources names everybody. */
const isOpen = (values: readonly string[]): boolean =>
  values.some((value) => /^(?:https?:(?:\/\/\*)?|data:|\*(?::\*)?)$/.test(value))

function framing(headers: Headers): HeaderFault | null {
  const ancestors = policiesOf(headers)
    .map((directives) => directives.get('frame-ancestors'))
    .filter((values) => values !== undefined)
  if (ancestors.some((values) => !isOpen(values))) return null
  const value = headers['x-frame-options']
  // A browser that knows frame-ancestors does not look at the older header.
  if (ancestors.length === 0 && /^(deny|sameorigin)(\s*,\s*\1)*$/i.test(value?.trim() ?? '')) return null
  const wanted = 'frame-ancestors in content-security-policy, or DENY or SAMEORIGIN here'
  return missingOrWeak(ancestors.length === 0 ? value : '*', 'x-frame-options', wanted)
}

function policy(headers: Headers): HeaderFault | null {
  if (!/\bhtml\b/i.test(headers['content-type'] ?? '')) return null
  const closes = policiesOf(headers).some((directives) => {
    const scripts = directives.get('script-src') ?? directives.get('default-src')
    return scripts !== undefined && (isStrict(scripts) || (!isOpen(scripts) && !allowsInline(scripts)))
  })
  if (closes) return null
  const wanted = "script-src or default-src that names where scripts come from, without 'unsafe-inline'"
  return missingOrWeak(headers['content-security-policy'], 'content-security-policy', wanted)
}

const namesScripts = (scripts: readonly string[]): boolean =>
  scripts.some((source) => /^'(nonce|sha(256|384|512))-/.test(source))

/** Beside a nonce or a hash, `'unsafe-inline'` counts for nothing (CSP level 2). */
const allowsInline = (scripts: readonly string[]): boolean =>
  scripts.includes("'unsafe-inline'") && !namesScripts(scripts)

/** Beside `'strict-dynamic'`, hosts and schemes count for nothing: they are for older browsers (CSP level 3). */
const isStrict = (scripts: readonly string[]): boolean =>
  scripts.includes("'strict-dynamic'") && namesScripts(scripts)

const safeReferrers = new Set([
  'no-referrer',
  'origin',
  'origin-when-cross-origin',
  'same-origin',
  'strict-origin',
  'strict-origin-when-cross-origin',
])
const referrers = new Set([...safeReferrers, 'unsafe-url', 'no-referrer-when-downgrade'])

function referrer(headers: Headers): HeaderFault | null {
  const value = headers['referrer-policy']
  // The last one that a browser knows counts.
  const counts = (value ?? '')
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .findLast((each) => referrers.has(each))
  if (counts !== undefined && safeReferrers.has(counts)) return null
  return missingOrWeak(value, 'referrer-policy', 'strict-origin-when-cross-origin, or stricter')
}
