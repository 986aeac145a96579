import { type IncomingHttpHeaders, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { HeadersView, HubSilence } from '@hubkeeper/core'
import { failureOf, lateAt } from '../silence.ts'

/** A cookie with its attributes; its value is a secret of whoever it was meant for. */
const withoutValue = (cookie: string): string => cookie.replace(/^([^=;]*)=[^;]*/, '$1=…')

/** One text for each name, values of cookies left out. */
function textsOf(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value = '']) => {
    const values = typeof value === 'string' ? [value] : value
    return [[name, (name === 'set-cookie' ? values.map(withoutValue) : values).join(', ')] as const]
  })
  return Object.fromEntries(entries)
}

/** Asks once with GET and reads the head alone; the connection is gone afterwards. */
export function headOf(
  url: URL,
  timeout: number,
): Promise<HeadersView | Pick<HubSilence, 'kind' | 'detail'>> {
  const signal = AbortSignal.timeout(Math.ceil(timeout))
  return new Promise((resolve) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      agent: false,
      signal,
      // What is sent is looked at, whoever sends it; the certificate is judged for itself.
      rejectUnauthorized: false,
      headers: { 'user-agent': 'hubkeeper', accept: '*/*', connection: 'close' },
    })
    request.on('error', (error) => {
      resolve(signal.aborted ? lateAt(url, timeout) : failureOf(error, url))
    })
    request.once('response', (response) => {
      const { headers, statusCode } = response
      resolve({ kind: 'headers', status: statusCode ?? 0, headers: textsOf(headers) })
      // The body may be without end.
      response.on('error', () => {})
      request.destroy()
    })
    request.end()
  })
}
