/** Units that figures and metrics come in; percent is 0–100. */
export const units = ['bytes', 'seconds', 'percent', 'rows', 'lines', 'count', 'usd'] as const

/** One of {@link units}. */
export type Unit = (typeof units)[number]

/** One reading of one figure. */
export interface Datapoint {
  readonly hub: string
  /** Dotted name, such as `database.size`. */
  readonly name: string
  /** What tells apart readings of one name: a table, an endpoint; null when there is one only. */
  readonly subject: string | null
  readonly value: number
  readonly unit: Unit
  readonly at: Date
}

/** Which datapoints to read back; `from` is included, `to` is not. */
export interface DatapointQuery {
  readonly hub: string
  readonly name: string
  /** Left out: every subject. */
  readonly subject?: string | null
  readonly from: Date
  readonly to: Date
}

/** Writes figures where trends can be read from. */
export interface MetricsPublisher {
  publish(datapoints: readonly Datapoint[]): Promise<void>
}

/** Reads figures back, oldest first. */
export interface MetricsReader {
  read(query: DatapointQuery): Promise<readonly Datapoint[]>
}
