import type { Unit } from '@hubkeeper/core'

/** An axis of values: few round ticks, all in one unit. */
export interface ValueAxis {
  readonly min: number
  readonly max: number
  readonly step: number
  label(value: number): string
}

/** A unit that an axis is labelled in, and the steps that are round in it. */
interface Measure {
  readonly size: number
  readonly name: string
  /** Within a power of ten, or the only ones. */
  readonly steps?: readonly number[]
}

const intervals = 4
/** What is smaller is nothing in any unit. */
const nothing = 1e-9

const bytes: readonly Measure[] = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'].map((name, i) => ({
  name,
  size: 1024 ** i,
}))
const seconds: readonly Measure[] = [
  { name: 'ms', size: 0.001 },
  { name: 's', size: 1 },
  { name: 'min', size: 60, steps: [1, 2, 5, 10, 15, 30, 60] },
  { name: 'h', size: 3600, steps: [1, 2, 3, 6, 12, 24] },
  { name: 'd', size: 86_400 },
]
const numbers = (noun: string): readonly Measure[] => [
  { name: noun, size: 1 },
  { name: `million ${noun}`.trim(), size: 1e6 },
  { name: `billion ${noun}`.trim(), size: 1e9 },
]

const measures: Record<Unit, readonly Measure[]> = {
  bytes,
  seconds,
  percent: [{ name: '%', size: 1 }],
  usd: [{ name: 'USD', size: 1 }],
  rows: numbers('rows'),
  lines: numbers('lines'),
  count: numbers(''),
}

/** Units that nothing comes in parts of. */
const whole = new Set<Unit>(['rows', 'lines', 'count', 'bytes'])

/** The axis for values from `low` to `high`; from zero, unless they differ too little to be told apart then. */
export function valueAxis(low: number, high: number, unit: Unit): ValueAxis {
  const [from, to] = rangeOf(low, high)
  const measure = measureOf(Math.max(Math.abs(from), Math.abs(to)), unit)
  const raw = (to - from) / intervals / measure.size
  const round = roundStep(raw, measure.steps)
  const inMeasure = whole.has(unit) && measure.size === 1 ? Math.max(1, round) : round
  const step = inMeasure * measure.size
  return {
    min: Math.floor(from / step + 1e-9) * step,
    max: Math.ceil(to / step - 1e-9) * step,
    step,
    label: (value) => withUnit(numberText(value / measure.size, inMeasure), measure.name),
  }
}

/** No millions of nothing, and one row. */
function withUnit(number: string, unit: string): string {
  if (number === '0' && /illion/.test(unit)) return number
  return `${number} ${number === '1' ? unit.replace(/^(byte|row|line)s$/, '$1') : unit}`.trim()
}

/** What is shown of a range: never nothing. */
function rangeOf(low: number, high: number): readonly [number, number] {
  const widest = Math.max(Math.abs(low), Math.abs(high))
  if (widest < nothing) return [0, 1]
  const isConstant = high - low <= widest * 1e-6
  if (isConstant || (low >= 0 && low < 0.7 * high)) return [Math.min(0, low), Math.max(0, high)]
  if (high <= 0 && high > 0.7 * low) return [low, 0]
  return [low, high]
}

const measureOf = (widest: number, unit: Unit): Measure => {
  const [smallest = { name: '', size: 1 }, ...greater] = measures[unit]
  // From two of it, so that a minute and a half is not one of whole minutes.
  return (
    greater.findLast(({ size }) => widest >= (size > 1 && unit === 'seconds' ? 2 * size : size)) ?? smallest
  )
}

function roundStep(raw: number, steps: Measure['steps']): number {
  const named = steps?.find((step) => step >= raw)
  if (named !== undefined) return named
  const power = 10 ** Math.floor(Math.log10(raw))
  return ([1, 2, 5].find((step) => step * power >= raw * (1 - 1e-9)) ?? 10) * power
}

/** A multiple of a step, with as many digits as tell it from the next. */
function numberText(value: number, step: number): string {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  if (Math.abs(value) < step / 2) return (0).toFixed(Math.min(decimals, 6))
  if (Math.abs(value) >= 1e9 || decimals > 6) {
    return value.toExponential(Math.min(15, Math.max(1, Math.ceil(Math.log10(Math.abs(value) / step)))))
  }
  return value.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
}
