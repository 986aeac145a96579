import { type Datapoint, hours, median, minutes } from '@hubkeeper/core'

/** What one reading stands for. */
export interface Span {
  readonly from: Date
  readonly to: Date
  /** Share (0–1) of it in which the API answered. */
  readonly answered: number
}

/** A reading stands for no more than that, however seldom it is looked, ms. */
const longest = hours(1)

/**
 * The time that readings stand for: up to the next one, or for the usual step between them where the next one is
 * more than two steps away. What lies between is a gap, of which nothing is known.
 *
 * @param parts each of readings with a step of its own, oldest first
 */
export function spansOf(parts: readonly (readonly Datapoint[])[], to: Date): Span[] {
  const all = parts.flatMap((part) => {
    const readings = part.filter(({ value }) => Number.isFinite(value))
    const step = stepOf(readings)
    return readings.map(({ at, value }) => ({ at: at.getTime(), answered: clamp(value, 0, 1), step }))
  })
  return all.flatMap(({ answered, at, step }, i) => {
    const next = all[i + 1]?.at ?? to.getTime()
    const end = Math.min(next - at <= 2 * step ? next : at + step, to.getTime())
    return end <= at ? [] : [{ from: new Date(at), to: new Date(end), answered }]
  })
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** The usual time between readings, ms. */
function stepOf(readings: readonly Datapoint[]): number {
  const steps = readings
    .slice(1)
    .map(({ at }, i) => at.getTime() - (readings[i]?.at.getTime() ?? 0))
    .filter((each) => each > 0)
  return steps.length === 0 ? minutes(1) : clamp(median(steps), minutes(1), longest)
}

/** How long a span is, ms. */
export const lengthOf = ({ from, to }: Pick<Span, 'from' | 'to'>): number => to.getTime() - from.getTime()
