import { type Datapoint, days, type MetricsReader } from '@hubkeeper/core'

/** Name of the figure that the probe publishes: 1 where the API answered, 0 where it did not. */
export const availabilityFigure = 'api.available'

/**
 * How far back metrics are as fine as they were written, days: CloudWatch keeps minutes for 15 days and five minutes
 * for 63, and a query is answered as coarsely as its oldest part.
 */
const finer = [62, 14] as const

/** Whether the API answered, as the probe saw it between two moments, oldest first; each part as fine as it is kept. */
export async function readAvailability(
  metrics: MetricsReader,
  hub: string,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<readonly (readonly Datapoint[])[]> {
  const bounds = finer.map((age) => new Date(to.getTime() - days(age))).filter((bound) => bound > from)
  const edges = [from, ...bounds, to]
  const parts: (readonly Datapoint[])[] = []
  for (const [i, end] of edges.slice(1).entries()) {
    const query = { hub, name: availabilityFigure, subject: null, from: edges[i] ?? from, to: end }
    parts.push(await metrics.read(query))
  }
  return parts
}
