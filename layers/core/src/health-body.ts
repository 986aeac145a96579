import type { HubAnswer } from './ports/hub.ts'

/** What a hub says of its own health. */
export interface HealthReading {
  /** `unstated`: it answered, and said nothing of it. `unreadable`: it announced JSON and sent none. */
  readonly verdict: 'healthy' | 'degraded' | 'unhealthy' | 'unstated' | 'unreadable'
  /** What is not well, by name, in its own words. */
  readonly reasons: string[]
  /** Percent, as the hub measures its own machine; null where it does not. */
  readonly diskPercent: number | null
  readonly memoryPercent: number | null
  readonly cpuPercent: number | null
}

type Verdict = 'healthy' | 'degraded' | 'unhealthy'

const words: Readonly<Record<string, Verdict>> = {
  healthy: 'healthy',
  ok: 'healthy',
  okay: 'healthy',
  pass: 'healthy',
  passing: 'healthy',
  up: 'healthy',
  alive: 'healthy',
  ready: 'healthy',
  running: 'healthy',
  degraded: 'degraded',
  warn: 'degraded',
  warning: 'degraded',
  partial: 'degraded',
  unhealthy: 'unhealthy',
  fail: 'unhealthy',
  failed: 'unhealthy',
  failing: 'unhealthy',
  error: 'unhealthy',
  critical: 'unhealthy',
  down: 'unhealthy',
  unavailable: 'unhealthy',
}

const order: readonly Verdict[] = ['healthy', 'degraded', 'unhealthy']
const maxDepth = 6
const maxReasons = 10
const maxReason = 200

const verdictOfWord = (value: unknown): Verdict | null => {
  if (typeof value === 'boolean') return value ? 'healthy' : 'unhealthy'
  return typeof value === 'string' ? (words[value.trim().toLowerCase()] ?? null) : null
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const unstated = { reasons: [], diskPercent: null, memoryPercent: null, cpuPercent: null }

/**
 * Reads a health answer. Its parts count as much as its whole: a hub that calls itself degraded while
 * its database is unhealthy is unhealthy.
 */
export function readHealth({ body, contentType }: HubAnswer): HealthReading {
  const text = body.trim()
  const announced = contentType?.includes('json') ?? false
  if (!announced && !/^[[{]/.test(text)) return { ...unstated, verdict: verdictOfWord(text) ?? 'unstated' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ...unstated, verdict: 'unreadable', reasons: ['its body is not the JSON it claims to be'] }
  }
  const state = { worst: null as Verdict | null, reasons: [] as string[] }
  visit(value, '', 0, state)
  return {
    verdict: state.worst ?? 'unstated',
    reasons: state.reasons.slice(0, maxReasons),
    diskPercent: percentIn(value, ['disk_percent', 'disk_usage']),
    memoryPercent: percentIn(value, ['memory_percent', 'memory_usage']),
    cpuPercent: percentIn(value, ['cpu_percent', 'cpu_usage']),
  }
}

function visit(
  value: unknown,
  name: string,
  depth: number,
  state: { worst: Verdict | null; reasons: string[] },
): void {
  if (!isObject(value) || depth > maxDepth) return
  const fields = Object.entries(value)
  const stated = fields.find(([key]) => key === 'status' || key === 'state' || key === 'healthy')
  const verdict = verdictOfWord(stated?.[1])
  if (verdict !== null) {
    if (state.worst === null || order.indexOf(verdict) > order.indexOf(state.worst)) state.worst = verdict
    if (verdict !== 'healthy' && name !== '') state.reasons.push(reasonOf(name, String(stated?.[1]), fields))
  }
  for (const [key, child] of fields) visit(child, containers.has(key) ? name : key, depth + 1, state)
}

/** Keys that only hold the parts, and are not the name of one. */
const containers = new Set(['checks', 'components', 'details', 'health', 'services', 'dependencies'])

function reasonOf(name: string, status: string, fields: readonly (readonly [string, unknown])[]): string {
  const told = fields.find(
    ([key]) => key === 'error' || key === 'message' || key === 'detail' || key === 'output',
  )
  const detail = typeof told?.[1] === 'string' ? `: ${told[1]}` : ''
  return `${name} is ${status}${detail}`.slice(0, maxReason)
}

/** The first number of one of these names, at any depth, that can be a percentage. */
function percentIn(value: unknown, names: readonly string[], depth = 0): number | null {
  if (!isObject(value) || depth > maxDepth) return null
  for (const [key, child] of Object.entries(value)) {
    if (typeof child === 'number' && names.includes(key) && child >= 0 && child <= 100) return child
  }
  for (const child of Object.values(value)) {
    const found = percentIn(child, names, depth + 1)
    if (found !== null) return found
  }
  return null
}
