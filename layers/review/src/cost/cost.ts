import {
  type AnalysisConfig,
  days,
  type ExpectedTask,
  formatValue,
  gibibytes,
  type Report,
} from '@hubkeeper/core'
import { firstRunOf } from '../effectiveness/effectiveness.ts'
import type { History } from '../history/history.ts'
import { assumptionsOf } from './assumptions.ts'
import { isCounted, type ProbeUse } from './probe.ts'
import { getsPerRun, logOfLook, logOfRun, month, probeMemory, putsPerRun, usualMemory } from './usual.ts'

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
  /** Whether everything was measured that it is told from; else it is more. */
  readonly isWhole: boolean
  /** Dearest first. */
  readonly parts: readonly CostPart[]
  /** What it is taken from and what it leaves out, in words. */
  readonly assumptions: readonly string[]
}

/** What the cost is told from, besides the runs. */
export interface CostFacts {
  readonly prices: AnalysisConfig['prices']
  readonly tasks: readonly ExpectedTask[]
  /** What is stored, as far as it was measured; null where nobody did. */
  readonly stored: readonly { readonly of: string; readonly bytes: number | null }[]
  /** Whether there is an API that the probe asks. */
  readonly hasApi: boolean
  readonly probe: ProbeUse
}

/** Alarms of a deployment with one hub: two for each function; dead letters, schedules, and those of the probe. */
const alarmsOf = (tasks: number, probed: number): number => 2 * tasks + 2 + probed
/** Figures that the probe writes all the time, and alarms that look at them; with an API or without. */
const probeMetrics = { api: 4, none: 2 } as const
const probeAlarms = { api: 3, none: 2 } as const
/** A metric is paid for by the hours in which it is written. */
const hoursOfMonth = 730
const hour = 3_600_000

/** What the runs of a time would cost on AWS in a month, part by part. An estimate: see its assumptions. */
export function costOf(history: History, facts: CostFacts): Cost {
  const { hasApi, prices, probe, stored, tasks } = facts
  const span = spanOf(history)
  const perMonth = (amount: number): number => (amount / span) * month
  const functions = tasks.map((task) => functionPart(task, history, { perMonth, prices, probe }))
  const runs = perMonth(tasks.reduce((sum, { name }) => sum + (history.reports.get(name)?.length ?? 0), 0))
  const looks = probe.everyMinutes === null ? 0 : (month * 1440) / probe.everyMinutes
  const api = hasApi ? 'api' : 'none'
  const metrics = perMonth(metricHoursOf(history)) / hoursOfMonth + (looks === 0 ? 0 : probeMetrics[api])
  const alarms = alarmsOf(tasks.length, looks === 0 ? 0 : probeAlarms[api])
  const storedBytes = stored.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)
  const logged = looks * logOfLook + runs * logOfRun
  const [puts, gets] = [runs * putsPerRun, runs * getsPerRun + looks * 2]
  const parts: CostPart[] = [
    ...functions,
    part(
      'S3: storage',
      storedBytes / gibibytes(1),
      prices.s3GbMonth,
      `${formatValue(storedBytes, 'bytes')} × ${priceText(prices.s3GbMonth)} a GB and month`,
    ),
    part(
      'S3: writing',
      puts,
      prices.s3PutRequest,
      `${count(puts)} requests × ${priceText(prices.s3PutRequest)}`,
    ),
    part(
      'S3: reading',
      gets,
      prices.s3GetRequest,
      `${count(gets)} requests × ${priceText(prices.s3GetRequest)}`,
    ),
    part(
      'CloudWatch: metrics',
      metrics,
      prices.metricMonth,
      `${metrics.toFixed(1)} metrics × ${priceText(prices.metricMonth)} a month`,
    ),
    part(
      'CloudWatch: writing metrics',
      looks + runs,
      prices.metricRequest,
      `${count(looks + runs)} requests × ${priceText(prices.metricRequest)}`,
    ),
    part(
      'CloudWatch: alarms',
      alarms,
      prices.alarmMonth,
      `${count(alarms)} alarms × ${priceText(prices.alarmMonth)} a month`,
    ),
    part(
      'CloudWatch: logs',
      logged / gibibytes(1),
      prices.logsGb,
      `${formatValue(Math.round(logged), 'bytes')} × ${priceText(prices.logsGb)} a GB`,
    ),
  ]
  return {
    currency: prices.currency,
    perMonth: parts.reduce((sum, each) => sum + each.perMonth, 0),
    isWhole: runs > 0 && history.leftOut.size === 0 && stored.every(({ bytes }) => bytes !== null),
    parts: parts.filter((each) => each.perMonth > 0).toSorted((a, b) => b.perMonth - a.perMonth),
    assumptions: [
      ...assumptionsOf(facts, runs === 0 ? null : span),
      ...(history.leftOut.size === 0 ? [] : ['older runs of tasks that ran very often are not in it']),
    ],
  }
}

/** Days from the first run that is known to the end, one at least: before, there was nothing to pay for. */
function spanOf(history: History): number {
  const first = firstRunOf(history) ?? history.from
  return Math.max(1, (history.to.getTime() - first.getTime()) / days(1))
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
  const words = `${count(runs)} ${count(runs) === '1' ? 'run' : 'runs'}, ${count(seconds)} s × ${(memory / 1024).toFixed(2)} GB × ${priceText(prices.lambdaGbSecond)}, and ${priceText(prices.lambdaRequest)} a run`
  return part(`Lambda: ${task.name}`, 1, price, words)
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

const part = (name: string, amount: number, price: number, arithmetic: string): CostPart => ({
  name,
  perMonth: amount * price,
  arithmetic,
})
const count = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 })
/** Small amounts without an exponent: `0.0000002`. */
const priceText = (price: number): string =>
  price.toLocaleString('en', { maximumFractionDigits: 20, maximumSignificantDigits: 9 })
