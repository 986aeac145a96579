import { fallPercent } from './tables.ts'

/** How values fell by themselves, and came back. */
export interface Swings {
  readonly count: number
  /** The deepest of these falls, percent. */
  readonly deepest: number
  /** The greatest height of these falls. */
  readonly highest: number
}

/** One fall from a height to a depth, and where it ended. */
interface Fall {
  readonly height: number
  readonly depth: number
  readonly end: number
}

/**
 * Falls by more than `percent` after which at least half of what was lost came back: a queue and the sessions
 * of a server do that by themselves.
 */
export function swingsOf(values: readonly number[], percent: number): Swings {
  const came = fallsIn(values, percent).filter(({ depth, end, height }) =>
    values.slice(end + 1).some((value) => value >= (height + depth) / 2),
  )
  return {
    count: came.length,
    deepest: Math.max(0, ...came.map(({ depth, height }) => fallPercent(height, depth))),
    highest: Math.max(0, ...came.map(({ height }) => height)),
  }
}

/** Every fall by more than `percent` from a local height to the depth before the next rise. */
function fallsIn(values: readonly number[], percent: number): Fall[] {
  const falls: Fall[] = []
  let height = Number.NEGATIVE_INFINITY
  let current: Fall | null = null
  for (const [i, value] of values.entries()) {
    if (current !== null && value <= current.depth) {
      current = { height: current.height, depth: value, end: i }
    } else if (current !== null && fallPercent(value, current.depth) > percent) {
      // It rose by as much as it has to fall by: what comes is another fall.
      falls.push(current)
      current = null
      height = value
    } else if (current === null) {
      height = Math.max(height, value)
      if (fallPercent(height, value) > percent) current = { height, depth: value, end: i }
    }
  }
  return current === null ? falls : [...falls, current]
}
