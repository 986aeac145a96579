import {
  checkMemory,
  type Figure,
  figure,
  finding,
  formatValue,
  type HealthReading,
  type HubConfig,
  mebibytes,
  metricSum,
  only,
  type Part,
  probeOf,
  together,
} from '@hubkeeper/core'
import type { ReviewContext } from './context.ts'
import { compared, type History } from './history.ts'
import { cpuBetween, type HubMetrics, memoryIn } from './hub-metrics.ts'

/** Processes that take less do not count as worse, however much they grew, bytes. */
const notable = mebibytes(256)

/** Memory and CPU of one process, or of those of one service. */
async function processPart(
  history: History,
  subject: string,
  bytes: number,
  cpu: number | string,
  source: string,
): Promise<Part> {
  const memory = figure('process.memory', bytes, 'bytes', subject)
  const told = typeof cpu === 'number' ? `${formatValue(cpu, 'percent')} of one CPU` : `CPU: ${cpu}`
  const found = finding('process.memory', 'ok', { subject, actual: bytes, evidence: [source, told] })
  const { figures, findings } = await compared(history, found, memory, notable)
  const measuredCpu = typeof cpu === 'number' ? [figure('process.cpu', cpu, 'percent', subject)] : []
  return { findings, figures: [...figures, ...measuredCpu] }
}

/** The processes of the configured services. */
export async function reviewServices({ host, hub }: ReviewContext, history: History): Promise<Part> {
  if (hub.services.length === 0) return only()
  if (host.elsewhere !== null) return only(finding('process.memory', 'skipped', { actual: host.elsewhere }))
  const parts: Part[] = []
  for (const service of hub.services) parts.push(await reviewService(host, service, history))
  return together(parts)
}

async function reviewService(
  host: ReviewContext['host'],
  service: HubConfig['services'][number],
  history: History,
): Promise<Part> {
  const subject = service.name
  if (service.port !== undefined) {
    const actual = 'it is recognised by its port, which does not tell whose process that is'
    return only(finding('process.memory', 'skipped', { subject, actual }))
  }
  const found = await host.serviceProcesses(probeOf(service))
  if (found === null || found.length === 0) {
    const actual = found === null ? 'this machine has no ps' : 'it has no process'
    return only(finding('process.memory', 'unknown', { subject, actual }))
  }
  const sum = (of: 'residentBytes' | 'cpuPercent'): number =>
    found.reduce((total, each) => total + each[of], 0)
  const source = `${found.length === 1 ? 'process' : 'processes'} ${found.map(({ pid }) => pid).join(', ')}; CPU since the start`
  return processPart(history, subject, sum('residentBytes'), sum('cpuPercent'), source)
}

/** The server as its own metrics tell of it, at the beginning of the review and at its end. */
export async function reviewServer(before: HubMetrics, after: HubMetrics, history: History): Promise<Part> {
  if (after.kind === 'none') return only(after.because)
  const { page, path } = after
  const memory = memoryIn(page)
  const unreadable =
    page.unreadable === 0 ? [] : [`${formatValue(page.unreadable, 'lines')} of its metrics cannot be read`]
  if (memory === null) {
    const actual = 'its metrics do not tell of the server’s memory'
    return only(finding('process.memory', 'skipped', { subject: path, actual, evidence: unreadable }))
  }
  const source = `as ${memory.name} says; CPU during the review`
  const part = await processPart(history, path, memory.value, cpuBetween(before, after), source)
  return {
    ...part,
    findings: part.findings.map((found) => ({ ...found, evidence: [...found.evidence, ...unreadable] })),
  }
}

/** The machine: its memory, and its CPU before anything was asked of the hub. */
export async function reviewMachine(
  { host, hub }: ReviewContext,
  cpu: number | null,
  health: HealthReading | null,
  metrics: HubMetrics,
): Promise<Part> {
  const memory = await checkMemory(hub, host, health)
  const gauge = metrics.kind === 'page' ? metricSum(metrics.page, 'system_cpu_usage_percent') : null
  const told = health?.cpuPercent ?? gauge
  const figures: Figure[] = [
    ...(cpu === null ? [] : [figure('cpu.usage', cpu, 'percent', 'host')]),
    ...(told === null ? [] : [figure('cpu.usage', told, 'percent', 'as the hub says')]),
  ]
  return { findings: memory.findings, figures: [...memory.figures, ...figures] }
}
