import type { Unit } from '../ports/metrics.ts'
import { formatBytes, formatDuration } from '../units.ts'

/** A value with its unit, for people: `8.0 MiB`, `3 h 20 min`, `7 lines`. */
export function formatValue(value: string | number | boolean | null, unit: Unit | null): string {
  if (value === null) return '–'
  if (typeof value !== 'number' || unit === null) return String(value)
  switch (unit) {
    case 'bytes':
      return formatBytes(value)
    case 'seconds':
      return formatDuration(value * 1000)
    case 'percent':
      return percentText(value)
    case 'usd':
      return `${value.toFixed(2)} USD`
    case 'rows':
    case 'lines':
      return `${value.toLocaleString('en')} ${value === 1 ? unit.slice(0, -1) : unit}`
    case 'count':
      return value.toLocaleString('en')
  }
}

/** So little is not told apart from all, or from nothing, percent. */
const least = 0.001

/** From here on decimals of a share say nothing. */
const many = 1000

/** Percent with one decimal; with more where that would pass for all or for nothing: `99.97 %`, `0.04 %`. */
function percentText(value: number): string {
  if (Math.abs(value) >= many) return `${Math.round(value).toLocaleString('en')} %`
  if (value > 99.9 && value < 100) return `${Math.min(100 - least, Number(value.toFixed(3)))} %`
  if (value > 0 && value < least) return `under ${least} %`
  return value > 0 && value < 0.1 ? `${Number(value.toPrecision(1))} %` : `${value.toFixed(1)} %`
}
