import { codeOf, formatDuration, type HubSilence } from '@hubkeeper/core'

/** Host and port of a URL, as sentences name it. */
export const whereOf = ({ hostname, port, protocol }: URL): string =>
  `${hostname}:${port !== '' ? port : protocol === 'https:' ? '443' : '80'}`

/** What an error of the connection means: kind and sentence. */
export function failureOf(error: unknown, url: URL): Pick<HubSilence, 'kind' | 'detail'> {
  const code = codeOf(error)
  switch (code) {
    case 'ECONNREFUSED':
      return { kind: 'refused', detail: `nothing listens at ${whereOf(url)}` }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { kind: 'unreachable', detail: `there is no host ${url.hostname} (${code})` }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return { kind: 'unreachable', detail: `${whereOf(url)} cannot be reached (${code})` }
    default:
      return {
        kind: 'broken',
        detail: `${whereOf(url)} broke off or does not speak HTTP (${code ?? 'no code'})`,
      }
  }
}

/** That nothing came in time. */
export const lateAt = (url: URL, timeout: number): Pick<HubSilence, 'kind' | 'detail'> => ({
  kind: 'timeout',
  detail: `${whereOf(url)} did not answer within ${formatDuration(timeout)}`,
})
