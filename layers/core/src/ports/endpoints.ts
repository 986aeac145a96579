import type { HubSilence } from './hub.ts'

/** How an endpoint is reached over TLS. */
export interface TlsView {
  readonly kind: 'tls'
  /** Agreed on, such as `TLSv1.3`. */
  readonly protocol: string
  /** Older protocols that it agrees to as well, such as `TLSv1`; those that could not be tried are not here. */
  readonly olderProtocols: readonly string[]
  /** Older protocols that could not be tried. @default none */
  readonly untriedProtocols?: readonly string[]
  readonly subject: string
  readonly issuer: string
  readonly validFrom: Date
  readonly validTo: Date
  /** Why a client would not trust it, in words; null where it would. */
  readonly distrust: string | null
}

/** The head of an answer. */
export interface HeadersView {
  readonly kind: 'headers'
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

/** `endpoints: 'inspect'`: how the hub looks from outside; never throws for what a network does. */
export interface EndpointInspector {
  tls(url: string, timeout: number): Promise<TlsView | HubSilence>
  /** Asks with GET and reads the head alone; no redirect is followed. */
  headers(url: string, timeout: number): Promise<HeadersView | HubSilence>
}
