import { type AnalysisConfig, days, type ExpectedTask, formatValue, type Report } from '@hubkeeper/core'
import type { History } from '../history/history.ts'
import { isCounted, type ProbeUse } from './probe.ts'

/** What one part costs a month. */
export interface CostPart {
  readonly name: string
  readonly perMonth: number
  /** How that comes about: its arithmetic, in words. */
  readonly arithmetic: string
}

/** An estimate of what a hub costs on AWS a month. */
export interface Cost {
  readonly currency: string
  readonly perMonth: number
  /** Dearest first. */
  readonly parts: readonly CostPart[]
  /** What it is taken from and what it leaves out, in words. */
  readonly assumptions: readonly string[]
}

/** What the cost is told from, besides the runs. */
export interface CostFacts {
  readonly prices: AnalysisConfig['prices']
  readonly tasks: readonly ExpectedTask[]
  /** Of the database, its backups and reports, as far as known. */
  readonly storedBytes: number
  readonly probe: ProbeUse
}

/** Days of a month of AWS’ prices. */
const month = 30
/** Memory of a function that is not told, MiB: that of most tasks. */
const usualMemory = 1769
/** That of what runs all the time. */
const probeMemory = 256
const gibibyte = 1024 ** 3
/** Objects that a run writes at least: report, its page, claim and its end, punctuality. */
const putsPerRun = 6
const getsPerRun = 12
/** Alarms of a deployment with one hub: two for each function; dead letters, schedules, and three of the probe. */
const alarmsOf = (tasks: number): number => 2 * tasks + 5
/** Figures that the probe writes all the time. */
const probeMetrics = 4
/** A metric is paid for by the hours in which it is written. */
const hoursOfMonth = 730
const hour = 3_600_000

/** What the runs of a time would cost on AWS in a month, part by part. An estimate: see its assumptions. */
export function costOf(history: History, { prices, probe, storedBytes, tasks }: CostFacts): Cost {
  const span = (history.to.getTime() - history.from.getTime()) / days(1)
  const perMonth = (amount: number): number => (span <= 0 ? 0 : (amount / span) * month)
  const functions = tasks.map((task) => functionPart(task, history, { perMonth, prices, probe }))
  const runs = tasks.reduce((sum, { name }) => sum + (history.reports.get(name)?.length ?? 0), 0)
  const looks = probe.everyMinutes === null ? 0 : (month * 1440) / probe.everyMinutes
  const monthlyRuns = perMonth(runs)
  const metrics = perMonth(metricHoursOf(history)) / hoursOfMonth + (looks === 0 ? 0 : probeMetrics)
  const alarms = alarmsOf(tasks.length)
  const gigabytes = storedBytes / gibibyte
  const puts = monthlyRuns * putsPerRun
  const gets = monthlyRuns * getsPerRun + looks * 2
  const parts: CostPart[] = [
    ...functions,
    part(
      'S3: storage',
      gigabytes * prices.s3GbMonth,
      `${formatValue(storedBytes, 'bytes')} × ${prices.s3GbMonth} a GB and month`,
    ),
    part('S3: writing', puts * prices.s3PutRequest, `${count(puts)} requests × ${prices.s3PutRequest}`),
    part('S3: reading', gets * prices.s3GetRequest, `${count(gets)} requests × ${prices.s3GetRequest}`),
    part(
      'CloudWatch: metrics',
      metrics * prices.metricMonth,
      `${metrics.toFixed(1)} metrics × ${prices.metricMonth} a month`,
    ),
    part(
      'CloudWatch: alarms',
      alarms * prices.alarmMonth,
      `${count(alarms)} alarms × ${prices.alarmMonth} a month`,
    ),
  ]
  return {
    currency: prices.currency,
    perMonth: parts.reduce((sum, each) => sum + each.perMonth, 0),
    parts: parts.filter((each) => each.perMonth > 0).toSorted((a, b) => b.perMonth - a.perMonth),
    assumptions: [
      `the runs of ${span.toFixed(0)} days, taken as ${month}; prices as analysis.prices says`,
      ...(tasks.some(({ limits }) => limits === undefined)
        ? [
            `runs are made on the hub’s own machine: as if functions of ${usualMemory} MiB, the probe’s of ${probeMemory}, took as long`,
          ]
        : []),
      `requests to S3 are taken as ${putsPerRun} written and ${getsPerRun} read a run; those of large databases are more`,
      'functions and alarms as of a deployment with this hub alone; a second one shares the functions and their alarms',
      'without free tiers, transfer, logs, requests to CloudWatch, keys, builds of scanners, and old versions of objects',
    ],
  }
}

interface Rates {
  readonly perMonth: (amount: number) => number
  readonly prices: CostFacts['prices']
  readonly probe: ProbeUse
}

function functionPart(task: ExpectedTask, history: History, { perMonth, prices, probe }: Rates): CostPart {
  const memory = task.limits?.memory ?? (isCounted(task) ? usualMemory : probeMemory)
  const { runs, seconds } = isCounted(task)
    ? used(history.reports.get(task.name) ?? [], perMonth)
    : {
        runs: probe.everyMinutes === null ? 0 : (month * 1440) / probe.everyMinutes,
        seconds: probe.everyMinutes === null ? 0 : ((month * 1440) / probe.everyMinutes) * probe.seconds,
      }
  const gbSeconds = (seconds * memory) / 1024
  const price = gbSeconds * prices.lambdaGbSecond + runs * prices.lambdaRequest
  const words = `${count(runs)} runs, ${count(seconds)} s × ${(memory / 1024).toFixed(2)} GB × ${prices.lambdaGbSecond}, and ${prices.lambdaRequest} a run`
  return part(`Lambda: ${task.name}`, price, words)
}

function used(reports: readonly Report[], perMonth: Rates['perMonth']): { runs: number; seconds: number } {
  const seconds = reports.reduce(
    (sum, { finishedAt, startedAt }) =>
      sum + Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)) / 1000,
    0,
  )
  return { runs: perMonth(reports.length), seconds: perMonth(seconds) }
}

/** Metrics that were written, by the hour: one for each figure and subject in each hour in which a run told it. */
function metricHoursOf({ reports }: History): number {
  const hours = new Set<string>()
  for (const all of reports.values()) {
    for (const { figures, finishedAt, task } of all) {
      const of = Math.floor(Date.parse(finishedAt) / hour)
      hours.add(JSON.stringify(['task.duration', task, of]))
      for (const { name, subject } of figures) hours.add(JSON.stringify([name, subject, of]))
    }
  }
  return hours.size
}

const part = (name: string, perMonth: number, arithmetic: string): CostPart => ({
  name,
  perMonth,
  arithmetic,
})
const count = (value: number): string => Math.round(value).toLocaleString('en')
