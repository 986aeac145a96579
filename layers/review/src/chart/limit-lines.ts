import type { Limit } from '../page/page.ts'
import { labelText } from './label-text.ts'
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

/** A line of letters with its distance to the next, px. */
export const limitRow = 17

/** Where the name of a line across a chart stands: above it, and below where the next line is close; each at an end of its own. */
function levelPlace(i: number, toNext: number) {
  const side = i % 2 === 0 ? 'Start' : 'End'
  return { position: `inside${side}${toNext < limitRow ? 'Bottom' : 'Top'}` as const }
}

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
  const level = (limit: Limit, i: number, across: number) => ({
    yAxis: limit.value,
    label: {
      ...lettersOverLines,
      ...levelPlace(i, pixels((limits[i + 1]?.value ?? Infinity) - limit.value)),
      formatter: () => named(limit, across),
    },
  })
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
    data: limits.map((limit, i) =>
      where.axis === 'y' ? level(limit, i, where.across) : upright(limit, i, where.beside),
    ),
  }
}
