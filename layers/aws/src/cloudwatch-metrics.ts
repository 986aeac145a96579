import {
  type CloudWatchClient,
  type Dimension,
  type MetricDataQuery,
  type MetricDatum,
  PutMetricDataCommand,
  paginateGetMetricData,
  paginateListMetrics,
  type StandardUnit,
} from '@aws-sdk/client-cloudwatch'
import {
  type Datapoint,
  type DatapointQuery,
  days,
  HubkeeperError,
  type MetricsPublisher,
  type MetricsReader,
  type Unit,
} from '@hubkeeper/core'
import { decodeDimension, encodeDimension } from './dimension.ts'
import { serviceError } from './service-error.ts'

/** See {@link cloudwatchMetrics}. */
export interface CloudWatchMetricsOptions {
  readonly client: CloudWatchClient
  readonly namespace: string
  readonly now: () => Date
}

const unitOf: Readonly<Record<Unit, StandardUnit>> = {
  bytes: 'Bytes',
  seconds: 'Seconds',
  percent: 'Percent',
  rows: 'Count',
  lines: 'Count',
  count: 'Count',
  usd: 'None',
}

/** The units that are read back; CloudWatch does not tell rows and lines from other counts. */
const unitsRead = ['bytes', 'seconds', 'percent', 'count', 'usd'] as const satisfies readonly Unit[]

const maxDataPerCall = 1000
/** CloudWatch takes 1 MB; the rest is left for what the request says besides its data. */
const maxBytesPerCall = 900_000
const maxQueriesPerCall = 500
/** CloudWatch refuses values beyond it. */
const maxValue = 2 ** 360

/**
 * Figures as metrics of CloudWatch, in one namespace: the datapoint's name, with the dimensions `Hub`
 * and, where there is one, `Subject`.
 *
 * What is read back is what CloudWatch still has: an average per minute for 15 days, per five minutes for
 * 63 days and per hour for 455 days, at the beginning of that time; the query's bounds are as coarse. Rows
 * and lines come back as counts.
 * Without a subject in the query, subjects come from ListMetrics, which knows those that were written in
 * the last two weeks, and a new one after some minutes. A subject of about a thousand characters comes
 * back shortened.
 */
export function cloudwatchMetrics({
  client,
  namespace,
  now,
}: CloudWatchMetricsOptions): MetricsPublisher & MetricsReader {
  /** The subjects that a metric of a hub has, null among them. */
  async function subjectsOf({ hub, name }: DatapointQuery): Promise<(string | null)[]> {
    const request = { Namespace: namespace, MetricName: name, Dimensions: dimensionsOf(hub, null) }
    const subjects = new Map<string, string | null>()
    for await (const { Metrics = [] } of paginateListMetrics({ client }, request)) {
      for (const { Dimensions = [] } of Metrics) {
        const others = Dimensions.filter(({ Name }) => Name !== 'Hub')
        const value = others.find(({ Name }) => Name === 'Subject')?.Value
        if (others.length === 0) subjects.set('', null)
        else if (others.length === 1 && value !== undefined) subjects.set(value, decodeDimension(value))
      }
    }
    return [...subjects.values()]
  }

  /** What was written under one batch of queries, in no order. */
  async function fetch(queries: readonly Series[], query: DatapointQuery): Promise<Datapoint[]> {
    const period = periodFor(query.from, now())
    const series = new Map(queries.map((each, i) => [`m${i}`, each]))
    const request = {
      MetricDataQueries: [...series].map(([id, each]) => queryOf(id, each, { namespace, period, query })),
      // CloudWatch has what was written at the time at which its period began.
      StartTime: new Date(Math.floor(query.from.getTime() / period) * period),
      EndTime: query.to,
      ScanBy: 'TimestampAscending' as const,
    }
    const found: Datapoint[] = []
    for await (const { MetricDataResults = [] } of paginateGetMetricData({ client }, request)) {
      for (const { Id = '', StatusCode, Timestamps = [], Values = [] } of MetricDataResults) {
        if (StatusCode === 'InternalError' || StatusCode === 'Forbidden') {
          throw Object.assign(new Error(`CloudWatch answered ${StatusCode}`), { name: StatusCode })
        }
        const each = series.get(Id)
        for (const [i, at] of Timestamps.entries()) {
          const value = Values[i]
          if (each === undefined || value === undefined || at >= query.to) continue
          found.push({ hub: query.hub, name: query.name, ...each, value, at })
        }
      }
    }
    return found
  }

  return {
    async publish(datapoints) {
      // All of them first: nothing is written when one of them cannot be.
      for (const point of datapoints) checkValue(point)
      for (const batch of batchesOf(datapoints.map(datumOf))) {
        try {
          await client.send(new PutMetricDataCommand({ Namespace: namespace, MetricData: batch }))
        } catch (error) {
          throw serviceError(error, `cannot write the metrics ${namesOf(batch)} to ${namespace}`)
        }
      }
    },

    async read(query) {
      if (query.from >= query.to) return []
      try {
        const subjects = query.subject === undefined ? await subjectsOf(query) : [query.subject]
        const all = subjects.flatMap((subject) => unitsRead.map((unit) => ({ subject, unit })))
        const found: Datapoint[] = []
        for (let i = 0; i < all.length; i += maxQueriesPerCall) {
          found.push(...(await fetch(all.slice(i, i + maxQueriesPerCall), query)))
        }
        return found.sort((a, b) => a.at.getTime() - b.at.getTime())
      } catch (error) {
        throw serviceError(error, `cannot read the metric ${query.name} of ${query.hub} from ${namespace}`)
      }
    },
  }
}

/** One line of a chart. Its unit is asked for, because CloudWatch does not say which one it found. */
interface Series {
  readonly subject: string | null
  readonly unit: Unit
}

const queryOf = (
  id: string,
  { subject, unit }: Series,
  { namespace, period, query }: { namespace: string; period: number; query: DatapointQuery },
): MetricDataQuery => ({
  Id: id,
  MetricStat: {
    Metric: {
      Namespace: namespace,
      MetricName: query.name,
      Dimensions: dimensionsOf(query.hub, subject),
    },
    Period: period / 1000,
    Stat: 'Average',
    Unit: unitOf[unit],
  },
})

/** The finest period that CloudWatch keeps for as long as `from` is ago, ms. */
function periodFor(from: Date, at: Date): number {
  const age = at.getTime() - from.getTime()
  if (age < days(15)) return 60_000
  return age < days(63) ? 300_000 : 3_600_000
}

const dimensionsOf = (hub: string, subject: string | null): Dimension[] => [
  { Name: 'Hub', Value: encodeDimension(hub) },
  ...(subject === null ? [] : [{ Name: 'Subject', Value: encodeDimension(subject) }]),
]

const datumOf = ({ at, hub, name, subject, unit, value }: Datapoint): MetricDatum => ({
  MetricName: name,
  Dimensions: dimensionsOf(hub, subject),
  Timestamp: at,
  Value: value,
  Unit: unitOf[unit],
})

function checkValue({ name, subject, value }: Datapoint): void {
  if (Number.isFinite(value) && Math.abs(value) <= maxValue) return
  const metric = subject === null ? name : `${name} of ${subject}`
  throw new HubkeeperError('unexpected', `the metric ${metric} is ${value}, which CloudWatch cannot keep`, {
    hint: 'this is a defect of the task that measured it; no metric was written',
  })
}

/** Batches that CloudWatch takes in one request each. */
function* batchesOf(data: readonly MetricDatum[]): Generator<MetricDatum[]> {
  let batch: MetricDatum[] = []
  let bytes = 0
  for (const datum of data) {
    const size = JSON.stringify(datum).length + 1
    if (batch.length === maxDataPerCall || bytes + size > maxBytesPerCall) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(datum)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

const namesOf = (batch: readonly MetricDatum[]): string => {
  const names = [...new Set(batch.map(({ MetricName }) => MetricName))]
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
}
