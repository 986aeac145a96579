import {
  changePercent,
  type Datapoint,
  days,
  type Figure,
  type Finding,
  figure,
  finding,
  formatValue,
  isCheckId,
  type Part,
} from '@hubkeeper/core'
import type { ReviewContext } from './context.ts'

/** How far back the last review may lie, days. */
const reach = 14

/** What is so many days old was not measured by this review, begun anew, nor by another task since. */
const lastWeek = 6

/** What the figures were before. */
export interface History {
  /** The newest value of a figure from last week or before, else the newest there is; null where there is none. */
  before(figure: Figure): Promise<Datapoint | null>
}

/** The figures of the reviews before, as far as they reach back. */
export function historyOf({ at, hub, metrics }: Pick<ReviewContext, 'at' | 'hub' | 'metrics'>): History {
  const from = new Date(at.getTime() - days(reach))
  const week = new Date(at.getTime() - days(lastWeek))
  return {
    async before({ name, subject }) {
      const points = await metrics.read({ hub: hub.id, name, subject, from, to: at })
      return points.findLast((point) => point.at <= week) ?? points.at(-1) ?? null
    },
  }
}

/** In words: `2026-11-22: 210 ms, now +34.0 %`. */
function describe({ at, value }: Datapoint, now: Figure): string {
  const change = changePercent(now.value, value)
  const words = change === null ? '' : `, now ${change < 0 ? '' : '+'}${formatValue(change, 'percent')}`
  return `${at.toISOString().slice(0, 10)}: ${formatValue(value, now.unit)}${words}`
}

interface Comparison {
  readonly before: Datapoint | null
  readonly evidence: string
  readonly figures: Figure[]
}

/** A figure, with what it was before as evidence, and its change as a figure of its own. */
export async function compare(history: History, now: Figure): Promise<Comparison> {
  const before = await history.before(now)
  if (before === null) return { before, evidence: `no earlier value in ${reach} days`, figures: [now] }
  const change = changePercent(now.value, before.value)
  const figures = change === null ? [] : [figure(`${now.name}-change`, change, 'percent', now.subject)]
  return { before, evidence: describe(before, now), figures: [now, ...figures] }
}

/**
 * A finding about a figure, compared with what it was: at least twice as much, and more than `least`, is a
 * warning even where the limits are far.
 */
export async function compared(history: History, found: Finding, now: Figure, least: number): Promise<Part> {
  const { before, evidence, figures } = await compare(history, now)
  const doubled = before !== null && now.value >= before.value * 2 && now.value > least
  const told = { ...found, evidence: [...found.evidence, evidence] }
  if (!doubled || found.status !== 'ok' || !isCheckId(found.check)) return { findings: [told], figures }
  const { actual, subject } = found
  const raised = { subject, actual, expected: before.value * 2, evidence: told.evidence }
  return { findings: [finding(found.check, 'warning', raised)], figures }
}
