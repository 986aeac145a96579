import { median } from 'simple-statistics'
import type { Reading } from './drift.ts'

/** A fall is lasting where so many readings before it are all above so many after it. */
const beside = 3
/** Fewer on one side tell nothing. */
const leastBeside = 2
/** How many times the usual scatter from one reading to the next it is at least. */
const usuals = 8
/** What share of all that the readings range over it is at least. */
const leastShare = 0.2
/** More of them are the usual course of something, such as of a disk that is tidied every week. */
const most = 2
/** What comes back may be more than what fell, by what grew meanwhile. */
const backAtMost = 1.5

/**
 * Where a level fell at once and stayed there, as by a `VACUUM`, and where that came back, as by a restore: indexes
 * of the first readings after it. None where it falls again and again.
 */
export function dropsIn(readings: readonly Reading[]): ReadonlySet<number> {
  const found = new Set<number>()
  const values = readings.map(([, value]) => value)
  const least = Math.max(
    usuals * scatterOf(readings),
    leastShare * (Math.max(...values) - Math.min(...values)),
  )
  let [lost, falls] = [0, 0]
  for (let i = leastBeside; i <= readings.length - leastBeside; i++) {
    const before = values.slice(Math.max(0, i - beside), i)
    const after = values.slice(i, i + beside)
    const fell = Math.min(...before) - Math.max(...after)
    const rose = Math.min(...after) - Math.max(...before)
    const isBack = lost > 0 && rose > least && rose <= lost * backAtMost
    if (!(fell > least) && !isBack) continue
    found.add(i)
    lost = isBack ? 0 : lost + fell
    if (!isBack) falls += 1
  }
  return falls > most || readings.length - 2 - found.size < 1 ? new Set() : found
}

/** How much readings usually differ from those before, but for what they grow by each day. */
function scatterOf(readings: readonly Reading[]): number {
  const steps = readings.slice(1).map(([day, value], i): Reading => {
    const [dayBefore, valueBefore] = readings[i] ?? [day, value]
    return [day - dayBefore, value - valueBefore]
  })
  const usual = median(steps.map(([passed, step]) => step / passed))
  return 1.4826 * median(steps.map(([passed, step]) => Math.abs(step - usual * passed)))
}

/** An import and the like is told of where it is that share of all that the readings range over. */
const notableShare = 1 / 3

/** The greatest rise from one reading to the next that is far more than usual. */
export interface Leap {
  /** Index of the reading after it. */
  readonly index: number
  readonly by: number
}

/** What rose at once, such as by one large import; null where nothing stands out. Unlike a fall it counts as growth. */
export function leapIn(readings: readonly Reading[], breaks: ReadonlySet<number>): Leap | null {
  const values = readings.map(([, value]) => value)
  const least = Math.max(
    usuals * scatterOf(readings),
    notableShare * (Math.max(...values) - Math.min(...values)),
  )
  const steps = values.map((value, index) => ({ index, by: value - (values[index - 1] ?? value) }))
  return steps
    .filter(({ by, index }) => by > least && !breaks.has(index) && staysAbove(values, index))
    .reduce<Leap | null>((most, leap) => (most === null || leap.by > most.by ? leap : most), null)
}

/** Whether it was no reading that lies off alone. */
const staysAbove = (values: readonly number[], index: number): boolean =>
  Math.min(...values.slice(index)) > Math.max(...values.slice(0, index))
