import { forecastLimits } from '../checks/recovery.ts'
import { finding, judge } from '../finding.ts'
import type { Finding } from '../report.ts'
import { leastSquares } from '../statistics.ts'
import { days, formatBytes } from '../units.ts'

/** How large something was. */
export interface Size {
  readonly at: Date
  readonly bytes: number
}

/** How something grows. */
export interface Growth {
  readonly newest: Size
  /** Negative where it shrinks. */
  readonly bytesPerDay: number
  /** Share (0–1) of the changes that steady growth explains, R². */
  readonly fit: number
  /** Days of which a size is known. */
  readonly points: number
  /** From the first to the last of them, days. */
  readonly spanDays: number
}

/** What growth is told from: so many days with a size, and from the first to the last of them, days. */
const least = { points: 5, spanDays: 14 } as const

/** Growth is told from what is not older, days. */
const reach = 92

/** What is farther away is not told, years. */
const horizon = 10

const dayOf = ({ at }: Size): string => at.toISOString().slice(0, 10)

/** Growth over the quarter before `at`, by least squares over the last size of each day; else why it cannot be told. */
export function growthOf(sizes: readonly Size[], at: Date): Growth | string {
  const since = at.getTime() - days(reach)
  const known = sizes
    .filter((size) => size.at <= at && size.at.getTime() >= since)
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
  const daily = [...new Map(known.map((size) => [dayOf(size), size])).values()]
  const [first, newest] = [daily[0], daily.at(-1)]
  const spanDays =
    first === undefined || newest === undefined ? 0 : (newest.at.getTime() - first.at.getTime()) / days(1)
  if (newest === undefined || daily.length < least.points || spanDays < least.spanDays) {
    const have = `so far of ${daily.length}, over ${spanDays.toFixed(0)}`
    return `told from proven backups of ${least.points} days, over ${least.spanDays} days at least; ${have}`
  }
  const { fit, slope } = leastSquares(
    daily.map((size) => ({ x: size.at.getTime() / days(1), y: size.bytes })),
  )
  return { newest, bytesPerDay: slope, fit, points: daily.length, spanDays }
}

/** What growth may reach. */
export interface GrowthLimit {
  /** Subject of its finding. */
  readonly name: string
  /** The size at which it is reached. */
  readonly bytes: number
  /** How that size comes about, in words. */
  readonly because: string
}

/** Days from `at` until a size is reached, 0 where it is by now; null while it does not grow. */
export function daysUntil({ bytesPerDay, newest }: Growth, bytes: number, at: Date): number | null {
  if (newest.bytes >= bytes) return 0
  if (!(bytesPerDay > 0)) return null
  const since = (at.getTime() - newest.at.getTime()) / days(1)
  return Math.max(0, (bytes - newest.bytes) / bytesPerDay - since)
}

/** When growth reaches a limit. */
export function forecastFinding(growth: Growth, { because, bytes, name }: GrowthLimit, at: Date): Finding {
  const left = daysUntil(growth, bytes, at)
  const evidence = [`${formatBytes(growth.newest.bytes)} now; ${because}`, describeGrowth(growth)]
  const expected = `not within ${forecastLimits.warning / 86_400} days`
  const told = { subject: name, expected, evidence }
  if (left === null) return finding('growth.forecast', 'ok', { ...told, actual: 'it does not grow' })
  if (left === 0) return finding('growth.forecast', 'critical', { ...told, actual: 'it is reached' })
  if (left > horizon * 365) {
    return finding('growth.forecast', 'ok', { ...told, actual: `not within ${horizon} years` })
  }
  // Below is bad here: turned round, so that the one comparison there is does it.
  const status = judge(-left * 86_400, {
    warning: -forecastLimits.warning,
    critical: -forecastLimits.critical,
  })
  // Whole days, so that the date and their number say the same.
  const whole = Math.floor(left)
  const date = new Date(at.getTime() + days(whole)).toISOString().slice(0, 10)
  const count = whole === 1 ? '1 day' : `${whole.toLocaleString('en')} days`
  return finding('growth.forecast', status, { ...told, actual: `${date}, in ${count}` })
}

function describeGrowth({ bytesPerDay, fit, points, spanDays }: Growth): string {
  const sign = bytesPerDay < 0 ? '−' : '+'
  const rate = `${sign}${formatBytes(Math.round(Math.abs(bytesPerDay)))} a day`
  return `${rate} by least squares over ${points} sizes in ${spanDays.toFixed(0)} days, R² ${fit.toFixed(2)}`
}
