import { formatValue, type Unit } from '@hubkeeper/core'

/** From here on the digits of a number say nothing. */
const enormous = 1e18

/** An amount for people; an enormous one short. */
export function amountText(value: number | null, unit: Unit): string {
  if (value === null || Math.abs(value) < enormous) return formatValue(value, unit)
  return unit === 'count' ? value.toExponential(2) : `${value.toExponential(2)} ${unit}`
}
