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
      return `${value.toFixed(1)} %`
    case 'usd':
      return `${value.toFixed(2)} USD`
    case 'rows':
    case 'lines':
      return `${value.toLocaleString('en')} ${value === 1 ? unit.slice(0, -1) : unit}`
    case 'count':
      return value.toLocaleString('en')
  }
}
