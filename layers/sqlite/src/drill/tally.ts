import type { Detector, DrilledFault } from '@hubkeeper/core'
import type { CatalogueFault } from './catalogue.ts'
import type { Verdicts } from './look.ts'

/** How many places are named where a fault was missed. */
const maxMissed = 10

/** Counts who noticed one fault, each time it was planted. */
export interface Tally {
  add(place: string, verdicts: Verdicts): void
  planted(): number
  result(): DrilledFault
}

/** A tally of a fault; what `mute` detectors say is not counted. */
export function tallyOf(
  { name, title }: Pick<CatalogueFault, 'name' | 'title'>,
  expected: readonly Detector[],
  mute: ReadonlySet<Detector>,
): Tally {
  const seen: ReadonlySet<Detector>[] = []
  const missed: string[] = []
  const countOf = (detector: Detector): number => seen.filter((noticed) => noticed.has(detector)).length
  return {
    add(place, verdicts) {
      const noticed = [...verdicts]
        .filter(([, { state }]) => state === 'noticed')
        .map(([detector]) => detector)
      const counted = new Set(noticed.filter((detector) => !mute.has(detector)))
      seen.push(counted)
      const silent = expected.filter((detector) => !counted.has(detector))
      if (silent.length > 0) missed.push(`${place}: not noticed by ${silent.join(', ')}`)
    },
    planted: () => seen.length,
    result: () => ({
      name,
      title,
      expected: [...expected],
      planted: seen.length,
      noticed: seen.length - missed.length,
      byDetector: {
        bytes: countOf('bytes'),
        structure: countOf('structure'),
        integrity: countOf('integrity'),
        'foreign-keys': countOf('foreign-keys'),
        'search-indexes': countOf('search-indexes'),
        content: countOf('content'),
        'cross-check': countOf('cross-check'),
        vanished: countOf('vanished'),
        chain: countOf('chain'),
      },
      missed: missed.slice(0, maxMissed),
    }),
  }
}
