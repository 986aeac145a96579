import { sum } from 'simple-statistics'

/** A reading: when, in days from any beginning, and how much. */
export type Reading = readonly [day: number, value: number]

/** A level that grows by so much a day, as it is known at the newest reading. */
export interface Drift {
  /** At the newest reading, and of the unit, a day. */
  readonly level: number
  readonly slope: number
  /** How sure they are: variances, and the covariance of the two. */
  readonly levelVariance: number
  readonly covariance: number
  readonly slopeVariance: number
  /** Variance of a reading about its level. */
  readonly readingNoise: number
  /** Variance by which the level itself wanders, a day; 0 for a straight line. */
  readonly levelNoise: number
  /** Degrees of freedom of the variances. */
  readonly freedom: number
}

/** What a day adds to the variance of the level, as so many times the variance of a reading. */
const anyRatio: readonly number[] = [
  0,
  0.001,
  0.003,
  0.01,
  0.03,
  0.1,
  0.3,
  1,
  3,
  10,
  Number.POSITIVE_INFINITY,
]

/**
 * The local level model with drift (Harvey, 1989): readings scatter about a level, which grows by the same each day
 * and wanders by chance. With no wandering it is the line of least squares; with nothing else it is the random walk
 * that sums of daily amounts make. What lies between is weighed by how likely it makes the readings.
 *
 * @param readings three at least more than there are `breaks`, oldest first
 * @param breaks indexes of readings, from the third on, before which the level changed by any amount at once
 * @param ratios what a day may add to the variance of the level, as so many times the variance of a reading
 */
export function driftOf(
  readings: readonly Reading[],
  breaks: ReadonlySet<number> = new Set(),
  ratios: readonly number[] = anyRatio,
): Drift {
  const rounding = Math.max(...readings.map(([, value]) => Math.abs(value))) * 1e-12
  const line = filtered(readings, breaks, 0)
  const freedom = readings.length - 2 - breaks.size
  // What only rounding scatters lies on the line.
  const isLine = line.squares <= readings.length * rounding ** 2
  const all = (isLine ? [line] : ratios.map((ratio) => filtered(readings, breaks, ratio))).map((each) => ({
    ...each,
    variance: each.squares / freedom,
    likelihood: likelihood({ ...each, squares: each.squares + rounding ** 2 }, freedom),
  }))
  const best = Math.max(...all.map((each) => each.likelihood))
  const weights = all.map((each) => (isLine ? 1 : Math.exp(each.likelihood - best)))
  const whole = sum(weights)
  const mean = (of: (each: (typeof all)[number]) => number): number =>
    sum(all.map((each, i) => (weights[i] ?? 0) * of(each))) / whole
  const [level, slope] = [mean((each) => each.level), mean((each) => each.slope)]
  return {
    level,
    slope,
    levelVariance: mean((each) => each.levelVariance * each.variance + (each.level - level) ** 2),
    covariance: mean((each) => each.covariance * each.variance + (each.level - level) * (each.slope - slope)),
    slopeVariance: mean((each) => each.slopeVariance * each.variance + (each.slope - slope) ** 2),
    readingNoise: mean((each) => each.reading * each.variance),
    levelNoise: mean((each) => each.wandering * each.variance),
    freedom,
  }
}

/** What a filter knows after the last reading; variances as so many times an unknown one. */
interface Filtered {
  readonly level: number
  readonly slope: number
  readonly levelVariance: number
  readonly covariance: number
  readonly slopeVariance: number
  readonly reading: number
  readonly wandering: number
  /** Of what came, less what was expected, each over its variance. */
  readonly squares: number
  /** Of those variances, the sum of their logarithms. */
  readonly logarithms: number
}

/** The restricted likelihood, as a logarithm, but for what is equal for all. */
const likelihood = (
  { logarithms, squares }: Pick<Filtered, 'logarithms' | 'squares'>,
  freedom: number,
): number => -(freedom * Math.log(squares / freedom) + logarithms) / 2

/** The Kalman filter of the model, begun with the first two readings, before which nothing is known. */
function filtered(readings: readonly Reading[], breaks: ReadonlySet<number>, ratio: number): Filtered {
  const [reading, wandering] = ratio === Number.POSITIVE_INFINITY ? [0, 1] : [1, ratio]
  const [[begin, first], [second, next]] = twoOf(readings)
  const step = second - begin
  let [level, slope] = [next, (next - first) / step]
  let [levelVariance, covariance] = [reading, reading / step]
  let slopeVariance = (2 * reading + wandering * step) / step ** 2
  let [squares, logarithms] = [0, 0]
  let before = second
  for (const [i, [day, value]] of readings.entries()) {
    if (i < 2) continue
    const passed = day - before
    before = day
    if (breaks.has(i)) {
      ;[level, levelVariance, covariance] = [value, reading, 0]
      continue
    }
    level += slope * passed
    levelVariance += 2 * passed * covariance + passed ** 2 * slopeVariance + wandering * passed
    covariance += passed * slopeVariance
    const expected = levelVariance + reading
    const off = value - level
    squares += off ** 2 / expected
    logarithms += Math.log(expected)
    level += (levelVariance / expected) * off
    slope += (covariance / expected) * off
    slopeVariance -= covariance ** 2 / expected
    covariance -= (levelVariance * covariance) / expected
    levelVariance -= levelVariance ** 2 / expected
  }
  return {
    ...{ level, slope, levelVariance, covariance, slopeVariance },
    ...{ reading, wandering, squares, logarithms },
  }
}

function twoOf([first, second]: readonly Reading[]): [Reading, Reading] {
  if (first === undefined || second === undefined)
    throw new RangeError('a drift takes three readings at least')
  return [first, second]
}
