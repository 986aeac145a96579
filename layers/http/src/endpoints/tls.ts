import type { TLSSocket } from 'node:tls'
import { codeOf, type HubSilence, messageOf, onOneLine, type TlsView } from '@hubkeeper/core'
import { failureOf, lateAt, whereOf } from '../silence.ts'
import { distrustOf } from './distrust.ts'
import { hostOf, permissive, shakeHands } from './handshake.ts'

/** Protocols that nobody should speak any more: RFC 8996. */
const outdated = ['TLSv1', 'TLSv1.1'] as const

type Seen = Omit<TlsView, 'kind' | 'olderProtocols'>

/** What one connection shows. @throws Error when it shows no certificate */
function seenIn(socket: TLSSocket, host: string): Seen {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) throw new Error('it showed no certificate')
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    subject: onOneLine(certificate.subject.replaceAll('\n', ', ')),
    issuer: onOneLine(certificate.issuer.replaceAll('\n', ', ')),
    validFrom: certificate.validFromDate,
    validTo: certificate.validToDate,
    distrust: distrustOf(socket, certificate, host),
  }
}

/** Whether OpenSSL could not agree on anything with the server, as against a network that failed. */
const isDisagreement = (error: unknown): boolean => /^ERR_SSL_|^EPROTO$/.test(codeOf(error) ?? '')

/** As a client of today sees it; where they do not agree, as one sees it that takes everything. */
async function look(url: URL, signal: AbortSignal): Promise<Seen> {
  const seen = (socket: TLSSocket): Seen => seenIn(socket, hostOf(url))
  try {
    return await shakeHands(url, {}, signal, seen)
  } catch (error) {
    if (!isDisagreement(error)) throw error
    try {
      return await shakeHands(url, permissive, signal, seen)
    } catch {
      // The first refusal is that of a client as there are.
      throw error
    }
  }
}

/** Whether the server agrees to one protocol alone; null where there was no time left, or this OpenSSL does not know it. */
async function agrees(
  url: URL,
  protocol: (typeof outdated)[number],
  signal: AbortSignal,
): Promise<boolean | null> {
  try {
    return await shakeHands(
      url,
      { ...permissive, minVersion: protocol, maxVersion: protocol },
      signal,
      (socket) => socket.getProtocol() === protocol,
    )
  } catch (error) {
    const untried = signal.aborted || codeOf(error) === 'ERR_SSL_NO_PROTOCOLS_AVAILABLE'
    return untried ? null : false
  }
}

/** How an endpoint is reached over TLS, older protocols included; `timeout` is for all of it, ms. */
export async function tlsOf(
  url: URL,
  timeout: number,
): Promise<TlsView | Pick<HubSilence, 'kind' | 'detail'>> {
  if (url.protocol !== 'https:') {
    return { kind: 'broken', detail: `${url.origin} is reached without TLS` }
  }
  const signal = AbortSignal.timeout(Math.ceil(timeout))
  try {
    const seen = await look(url, signal)
    const tried = await Promise.all(
      outdated.map(async (protocol) => ({ protocol, agreed: await agrees(url, protocol, signal) })),
    )
    const those = (answer: boolean | null): string[] =>
      tried
        .filter(({ agreed, protocol }) => agreed === answer && protocol !== seen.protocol)
        .map(({ protocol }) => protocol)
    return { kind: 'tls', ...seen, olderProtocols: those(true), untriedProtocols: those(null) }
  } catch (error) {
    if (signal.aborted) return lateAt(url, timeout)
    const failure = failureOf(error, url)
    if (failure.kind !== 'broken') return failure
    const reason = onOneLine(codeOf(error) ?? messageOf(error))
    return {
      kind: 'broken',
      detail: `${whereOf(url)} does not agree on TLS, or does not speak it (${reason})`,
    }
  }
}
