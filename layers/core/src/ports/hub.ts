/** What was asked of a hub. */
export interface HubRequest {
  readonly url: string
  /** Whole request, body included, in ms. */
  readonly timeout: number
  /** Bytes of body after which reading stops. */
  readonly maxBytes: number
  /** Follow redirects (at most 5); otherwise a redirect is an answer like any other. */
  readonly followRedirects: boolean
  readonly headers?: Readonly<Record<string, string>>
}

/** The hub answered; any status counts. */
export interface HubAnswer {
  readonly kind: 'answer'
  readonly status: number
  readonly contentType: string | null
  /** Decoded as UTF-8. */
  readonly body: string
  /** Until the last byte, in ms. */
  readonly duration: number
  /** Where a redirect points, when there is one. */
  readonly location: string | null
}

/** The hub did not answer usefully. */
export interface HubSilence {
  readonly kind: 'refused' | 'timeout' | 'unreachable' | 'too-large' | 'broken'
  /** One sentence with host, port and limit. */
  readonly detail: string
  readonly duration: number
}

/** What is asked of a hub that is to make its search indexes anew. */
export interface ReindexRequest {
  readonly url: string
  readonly method: 'POST' | 'PUT' | 'GET'
  /** ms. */
  readonly timeout: number
}

/** `api: 'reindex'`. */
export interface HubReindexer extends HubClient {
  /** Asks once, without a body; it is never asked again by itself. */
  reindex(request: ReindexRequest): Promise<HubAnswer | HubSilence>
}

/** Asks the hub's HTTP API; never throws for what a network does. */
export interface HubClient {
  get(request: HubRequest): Promise<HubAnswer | HubSilence>
}
