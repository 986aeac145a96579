const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b)

/** The middle value, or the mean of the two in the middle. @throws RangeError for no values */
export function median(values: readonly number[]): number {
  const sorted = ascending(values)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  if (lower === undefined || upper === undefined) throw new RangeError('no values have no median')
  // Halved first: the sum of two large values may be more than a number can be.
  return lower === upper ? lower : lower / 2 + upper / 2
}

/**
 * The quantile `share` (0–1) by nearest rank: the smallest of the values that so large a share of them
 * does not exceed. It is always a value that was measured; the 95 % quantile of five is the largest.
 *
 * @throws RangeError for no values, or a share that is none
 */
export function quantile(values: readonly number[], share: number): number {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`${share} is not a share from 0 to 1`)
  const value = ascending(values)[Math.max(0, Math.ceil(share * values.length) - 1)]
  if (value === undefined) throw new RangeError('no values have no quantile')
  return value
}

/** By how much `now` is more than `before`, percent of it; null where it was zero. */
export const changePercent = (now: number, before: number): number | null =>
  before === 0 ? null : ((now - before) / Math.abs(before)) * 100

/** A straight line through points. */
export interface Line {
  /** Of y, for each 1 of x. */
  readonly slope: number
  /** y where x is 0. */
  readonly intercept: number
  /** Share (0–1) of the scatter of y that the line explains, R²; 1 where y does not scatter. */
  readonly fit: number
}

/** The line with the least squares of its distances in y. @throws RangeError for fewer than two different x */
export function leastSquares(points: readonly { readonly x: number; readonly y: number }[]): Line {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(points.map((point) => point.x)), mean(points.map((point) => point.y))]
  // About the means, so that large numbers that differ by little do not cancel out.
  const off = points.map((point) => ({ x: point.x - x, y: point.y - y }))
  const spread = off.reduce((sum, point) => sum + point.x ** 2, 0)
  if (!(spread > 0)) throw new RangeError('a line needs two points at least, one after the other')
  const slope = off.reduce((sum, point) => sum + point.x * point.y, 0) / spread
  const scatter = off.reduce((sum, point) => sum + point.y ** 2, 0)
  const left = off.reduce((sum, point) => sum + (point.y - slope * point.x) ** 2, 0)
  // What only rounding scatters lies on the line.
  const rounding = points.length * (y * 1e-12) ** 2
  const fit = scatter <= rounding ? 1 : Math.min(1, Math.max(0, 1 - left / scatter))
  return { slope, intercept: y - slope * x, fit }
}
