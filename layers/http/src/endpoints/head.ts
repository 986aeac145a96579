import { type IncomingHttpHeaders, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { formatDuration, type HeadersView, type HubSilence } from '@hubkeeper/core'
import { failureOf, lateAt, whereOf } from '../silence.ts'

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

/** That somebody is there, and says nothing in time: it may be open all the same. */
const silentAt = (url: URL, timeout: number): Pick<HubSilence, 'kind' | 'detail'> => ({
  kind: 'broken',
  detail: `${whereOf(url)} takes connections, and did not answer within ${formatDuration(timeout)}`,
})

/** Asks once with GET and reads the head alone; the connection is gone afterwards. */
export function headOf(
  url: URL,
  timeout: number,
): Promise<HeadersView | Pick<HubSilence, 'kind' | 'detail'>> {
  const signal = AbortSignal.timeout(Math.ceil(timeout))
  const asked = new URL(url)
  // A stranger has no credentials.
  asked.username = ''
  asked.password = ''
  let connected = false
  return new Promise((resolve) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(asked, {
      agent: false,
      signal,
      // What is sent is looked at, whoever sends it; the certificate is judged for itself.
      rejectUnauthorized: false,
      headers: { 'user-agent': 'hubkeeper', accept: '*/*', connection: 'close' },
    })
    request.on('error', (error) => {
      if (!signal.aborted) resolve(failureOf(error, url))
      else resolve(connected ? silentAt(url, timeout) : lateAt(url, timeout))
    })
    request.once('socket', (socket) => {
      socket.once('connect', () => {
        connected = true
      })
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
