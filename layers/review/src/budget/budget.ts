import {
  countOf,
  type Datapoint,
  type Finding,
  finding,
  formatDuration,
  judge,
  type Thresholds,
} from '@hubkeeper/core'
import { momentText } from '../chart/moments.ts'
import { lengthOf, type Span, spansOf } from './spans.ts'

/** A time in which the API did not answer, one look after the other. */
export interface Outage {
  readonly from: Date
  /** When it answered again, or was last seen not to. */
  readonly to: Date
  /** Of it without an answer, seconds. */
  readonly downSeconds: number
  /** What is known ends with it: it may have gone on. */
  readonly open: boolean
}

/** How available an API was in a time, as far as somebody looked. */
export interface Availability {
  readonly from: Date
  readonly to: Date
  /** Share (0–1) of the time of which it is known whether it answered. */
  readonly known: number
  /** Share (0–1) of the known time in which it answered; null where nothing is known. */
  readonly answered: number | null
  /** Of the known time without an answer, seconds. */
  readonly downSeconds: number
  /** Of the known time allowed without an answer, seconds. */
  readonly allowedSeconds: number
  /** Of the whole time allowed without an answer, seconds. */
  readonly budgetSeconds: number
  readonly outages: readonly Outage[]
  /** Until when something is known; null where nothing is. */
  readonly knownUntil: Date | null
  /** Times of which nothing is known, each longer than a few looks. */
  readonly gaps: readonly { readonly from: Date; readonly to: Date }[]
}

/** Gaps that are named are at least so long, ms. */
const notableGap = 10 * 60_000

/** Below that share (0–1) of known time, a budget says nothing. */
export const leastKnown = 0.5

/** What readings say of a time. Gaps count neither as available nor as down. */
export function availabilityOf(
  parts: readonly (readonly Datapoint[])[],
  { from, to }: { readonly from: Date; readonly to: Date },
  targetPercent: number,
): Availability {
  const within = parts.map((part) => part.filter(({ at }) => at >= from && at < to))
  const spans = spansOf(within, to)
  const whole = to.getTime() - from.getTime()
  const knownMs = spans.reduce((sum, span) => sum + lengthOf(span), 0)
  const downMs = spans.reduce((sum, span) => sum + lengthOf(span) * (1 - span.answered), 0)
  const allowed = 1 - targetPercent / 100
  return {
    from,
    to,
    known: whole <= 0 ? 0 : knownMs / whole,
    answered: knownMs === 0 ? null : 1 - downMs / knownMs,
    downSeconds: downMs / 1000,
    allowedSeconds: (allowed * knownMs) / 1000,
    budgetSeconds: (allowed * whole) / 1000,
    outages: outagesOf(spans),
    knownUntil: spans.at(-1)?.to ?? null,
    gaps: gapsOf(spans, { from, to }),
  }
}

/** Runs of spans in which it did not answer all the time; one that ends in a gap, or with the readings, is open. */
function outagesOf(spans: readonly Span[]): Outage[] {
  const outages: Outage[] = []
  for (const [i, span] of spans.entries()) {
    if (span.answered >= 1) continue
    const downSeconds = (lengthOf(span) * (1 - span.answered)) / 1000
    const next = spans[i + 1]
    const open = next === undefined || next.from > span.to
    const last = outages.at(-1)
    if (last?.to.getTime() !== span.from.getTime() || last.open) {
      outages.push({ from: span.from, to: span.to, downSeconds, open })
    } else {
      outages[outages.length - 1] = {
        ...last,
        to: span.to,
        downSeconds: last.downSeconds + downSeconds,
        open,
      }
    }
  }
  return outages
}

function gapsOf(
  spans: readonly Span[],
  { from, to }: { readonly from: Date; readonly to: Date },
): { readonly from: Date; readonly to: Date }[] {
  const edges = [...spans.map((span) => span.from), to]
  return edges
    .map((end, i) => ({ from: i === 0 ? from : (spans[i - 1]?.to ?? from), to: end }))
    .filter((gap) => lengthOf(gap) >= notableGap)
}

/** Share of the allowed time that was used up, percent; null where nothing is known. */
export const budgetUsed = ({ allowedSeconds, downSeconds }: Availability): number | null =>
  allowedSeconds === 0 ? null : (downSeconds / allowedSeconds) * 100

/**
 * Share of the allowed time that was used up for sure, percent; null where nothing is known. Known for less than half
 * of the time, that is what was down, of what the whole time allows, however much else there may have been.
 */
export function surelyUsed(availability: Availability): number | null {
  const { budgetSeconds, downSeconds, known } = availability
  const used = budgetUsed(availability)
  if (used === null || known >= leastKnown) return used
  return budgetSeconds === 0 ? 0 : (downSeconds / budgetSeconds) * 100
}

const letItLook = 'let the schedule run: hubkeeper schedule install; the probe looks every minute'

/** Outages that are named. */
const named = 5

/** Whether the error budget of a time is kept. */
export function budgetFinding(
  availability: Availability,
  { limits, subject, targetPercent }: { limits: Thresholds; subject: string; targetPercent: number },
): Finding {
  const { answered, known } = availability
  const used = surelyUsed(availability)
  const evidence = availabilityLines(availability, targetPercent)
  const expected = limits.warning
  if (used === null || answered === null) {
    return finding('availability.budget', 'unknown', {
      subject,
      actual: 'nobody looked',
      evidence,
      advice: letItLook,
    })
  }
  if (known < leastKnown && judge(used, limits) !== 'critical') {
    return finding('availability.budget', 'unknown', {
      subject,
      expected: `looked at for half of the time at least`,
      actual: `looked at for ${percentText(known)} of it`,
      evidence,
      advice: letItLook,
    })
  }
  return finding('availability.budget', judge(used, limits), { subject, expected, actual: used, evidence })
}

/** Rounded down: what is not all of it never reads as 100 %, and all of it reads as nothing else. */
export function percentText(share: number): string {
  const places = share > 0.99 ? 3 : 1
  // Parts of a billion are rounding, not time.
  const whole = Math.floor(share * 100 * 10 ** places + 1e-6) / 10 ** places
  return whole >= 100 ? '100 %' : `${whole.toFixed(places)} %`
}

/** What is known of a time, a sentence a line. */
export function availabilityLines(availability: Availability, targetPercent: number): string[] {
  const { allowedSeconds, answered, downSeconds, gaps, known, outages } = availability
  const missing = gaps.reduce((sum, gap) => sum + lengthOf(gap), 0)
  return [
    ...(answered === null
      ? []
      : [
          `answered ${percentText(answered)} of the time that is known, ${targetPercent} % wanted: ${formatDuration(downSeconds * 1000)} without an answer, ${formatDuration(allowedSeconds * 1000)} allowed`,
        ]),
    ...(gaps.length === 0
      ? []
      : [
          `nothing is known of ${formatDuration(missing)} in ${countOf(gaps.length, 'gap')}, which count neither way; known: ${percentText(known)}`,
        ]),
    ...outages.slice(-named).map(outageText),
    ...(outages.length > named ? [`and ${countOf(outages.length - named, 'outage')} before`] : []),
  ]
}

/** An outage in words: `2026-11-03 10:00 UTC: 12 min without an answer`. */
export const outageText = ({ downSeconds, from, open }: Outage): string =>
  `${momentText(from)}: ${formatDuration(downSeconds * 1000)} without an answer${open ? ', and nobody saw it end' : ''}`
