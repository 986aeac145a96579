import type { Limit } from '../page/page.ts'
import { labelText } from './label-text.ts'
import { levelPlaces, limitRow } from './level-places.ts'
import { colours, lettersOverLines } from './look.ts'
import { textWidth, usualWidth } from './text-width.ts'

/** Where limits are drawn, and how: the axis that they stand on, what it shows, and how long it is, px. */
type Across = {
  readonly min: number
  readonly max: number
  readonly length: number
  /** Letters that a name has room for at most. */
  readonly letters: number
  label(value: number): string
} & (
  | {
      readonly axis: 'y'
      /** How long the lines are, px. */
      readonly across: number
    }
  | {
      readonly axis: 'x'
      /** What is left and right of the axis, px. */
      readonly beside: { readonly before: number; readonly after: number }
    }
)

/** Where the name of an upright line stands: over the chart, in a row of its own, and never out of the picture. */
function uprightPlace(i: number, before: number, after: number) {
  const align = before < after / 2 ? 'left' : after < before / 2 ? 'right' : 'center'
  return { position: 'start', align, distance: 5 + i * limitRow } as const
}

/** Lines across for limits. */
export function limitLines(all: readonly Limit[], where: Across) {
  const { label, length, letters, max, min } = where
  const limits = all.toSorted((a, b) => a.value - b.value)
  const pixels = (values: number): number => (max > min ? (values / (max - min)) * length : 0)
  const named = ({ name, value }: Limit, room: number): string => {
    const amount = `: ${label(value)}`
    const most = Math.min(letters, Math.floor((room - textWidth(amount)) / usualWidth))
    return `${labelText(name, Math.max(1, most))}${amount}`
  }
  const level = (across: number) => {
    const names = limits.map((limit) => named(limit, across))
    const measured = limits.map(({ value }, i) => ({
      height: pixels(value - min),
      width: textWidth(names[i] ?? ''),
    }))
    const places = levelPlaces(measured, across)
    return limits.map((limit, i) => ({
      yAxis: limit.value,
      // One without room has its name in the words below the picture.
      label: { ...lettersOverLines, ...(places[i] ?? { show: false }), formatter: () => names[i] ?? '' },
    }))
  }
  const upright = (limit: Limit, i: number, beside: { readonly before: number; readonly after: number }) => {
    const at = pixels(limit.value - min)
    const [before, after] = [beside.before + at, beside.after + length - at]
    const place = uprightPlace(i, before, after)
    const room = place.align === 'center' ? 2 * Math.min(before, after) : Math.max(before, after)
    return {
      xAxis: limit.value,
      label: { ...lettersOverLines, ...place, formatter: () => named(limit, room) },
    }
  }
  return {
    silent: true,
    symbol: 'none',
    animation: false,
    // Behind the readings, that none is crossed out.
    z: 1,
    lineStyle: { color: colours.limit, type: [8, 4], width: 1.5 },
    data:
      where.axis === 'y' ? level(where.across) : limits.map((limit, i) => upright(limit, i, where.beside)),
  }
}
