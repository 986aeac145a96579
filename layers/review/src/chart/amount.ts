import { formatValue, type Unit } from '@hubkeeper/core'

/** From here on the digits of a number say nothing. */
const enormous = 1e18

/** An amount for people; an enormous one short. */
export function amountText(value: number | null, unit: Unit): string {
  if (value === null || Math.abs(value) < enormous) return formatValue(value, unit)
  return unit === 'count' ? value.toExponential(2) : `${value.toExponential(2)} ${unit}`
}

/** From here on a picture has no room for the digits of a number. */
const long = 1e9

/** An amount for a picture: a long number short, as the axes have it. */
export function pictureAmount(value: number, unit: Unit): string {
  const isCounted = unit === 'count' || unit === 'rows' || unit === 'lines'
  if (!isCounted || Math.abs(value) < long) return amountText(value, unit)
  const number =
    Math.abs(value) < long * 1e6
      ? `${(value / long).toLocaleString('en', { maximumFractionDigits: 2 })} billion`
      : value.toExponential(2)
  return unit === 'count' ? number : `${number} ${unit}`
}
