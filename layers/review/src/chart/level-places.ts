/** A line of letters with its distance to the next, px. */
export const limitRow = 17
/** Between a name and the end of its line, px. */
const beside = 5

/** A name that is to stand at a line across a chart. */
export interface LevelName {
  /** How high the line is over the bottom of the chart, px. */
  readonly height: number
  /** How wide the name is, px. */
  readonly width: number
}

/** Where a name stands, as the renderer calls it. */
export interface LevelPlace {
  readonly position: `inside${Side}${Row}`
}

type Side = 'Start' | 'End' | 'Middle'
type Row = 'Top' | 'Bottom'

interface Box {
  readonly left: number
  readonly right: number
  readonly bottom: number
  readonly top: number
}

interface Candidate {
  readonly place: LevelPlace
  readonly box: Box
  /** How many lines go through it. */
  readonly crossings: number
}

/**
 * Where the names of lines across a chart stand, so that none is written over another: above its line, or below where
 * fewer lines cross it; each at another end than the one before. Null for a name that has no room left.
 *
 * @param names lowest first
 * @param across how long the lines are, px
 */
export function levelPlaces(names: readonly LevelName[], across: number): (LevelPlace | null)[] {
  const taken: Box[] = []
  const places: (LevelPlace | null)[] = names.map(() => null)
  // The outer ones of a bundle come first: there is room for them where no line goes.
  const asked = names
    .map((_, i) => ({ i, candidates: candidatesOf(names, i, across) }))
    .toSorted((a, b) => (a.candidates[0]?.crossings ?? 0) - (b.candidates[0]?.crossings ?? 0))
  for (const { candidates, i } of asked) {
    const chosen = candidates.find(({ box }) => !taken.some((other) => meet(box, other)))
    if (chosen === undefined) continue
    taken.push(chosen.box)
    places[i] = chosen.place
  }
  return places
}

/** Where one of the names can stand, best first. */
function candidatesOf(names: readonly LevelName[], i: number, across: number): Candidate[] {
  const name = names[i]
  if (name === undefined) return []
  const sides: readonly Side[] = i % 2 === 0 ? ['Start', 'End', 'Middle'] : ['End', 'Start', 'Middle']
  return (['Top', 'Bottom'] as const)
    .flatMap((row) =>
      sides.map((side): Candidate => {
        const box = boxOf(name, side, row, across)
        const crossings = names.filter(({ height }) => height > box.bottom && height < box.top).length
        return { place: { position: `inside${side}${row}` }, box, crossings }
      }),
    )
    .filter(({ box }) => box.bottom >= 0) // Below the lowest line the axis is lettered.
    .toSorted((a, b) => a.crossings - b.crossings)
}

function boxOf({ height, width }: LevelName, side: Side, row: Row, across: number): Box {
  const lefts = { Start: beside, End: across - beside - width, Middle: (across - width) / 2 }
  const left = lefts[side]
  const bottom = row === 'Top' ? height : height - limitRow
  return { left, right: left + width, bottom, top: bottom + limitRow }
}

const meet = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.bottom < b.top && b.bottom < a.top
