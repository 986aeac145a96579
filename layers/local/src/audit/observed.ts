import { type FindingStatus, type Observation, onOneLine } from '@hubkeeper/core'
import { type Entry, type FileRule, fileRules, type Standards } from './file-rules.ts'

/** Places that are told of one rule; of the others their number alone. */
export const toldPlaces = 20

interface Place {
  readonly place: string
  readonly status: FindingStatus
  readonly actual: string
}

const severity: readonly FindingStatus[] = ['critical', 'warning', 'unknown', 'skipped', 'ok']

/** Gathers what the rules say of one entry after another, bounded whatever there is. */
export function observing(standards: Standards) {
  const found = new Map<FileRule, { count: number; worst: FindingStatus; places: Place[] }>(
    fileRules.map((rule) => [rule, { count: 0, worst: 'ok', places: [] }]),
  )
  let looked = 0

  const worseOf = (one: FindingStatus, other: FindingStatus): FindingStatus =>
    severity.indexOf(one) < severity.indexOf(other) ? one : other

  return {
    see(entry: Entry): void {
      looked += 1
      for (const [rule, kept] of found) {
        const verdict = rule.judge(entry, standards)
        if (verdict === null) continue
        kept.count += 1
        kept.worst = worseOf(kept.worst, verdict.status)
        // The worst are told first; a harmless one makes room.
        const full = kept.places.length >= toldPlaces
        const milder = kept.places.findIndex(({ status }) => worseOf(status, verdict.status) !== status)
        if (full && milder < 0) continue
        if (full) kept.places.splice(milder, 1)
        kept.places.push({
          place: onOneLine(entry.key === '' ? '.' : entry.key),
          status: verdict.status,
          actual: onOneLine(verdict.actual),
        })
      }
    },

    /** One for each place, one for those that are only counted, and one for each rule that nothing broke. */
    observations: (): Observation[] =>
      [...found].flatMap(([{ advice, expected, rule }, { count, places, worst }]): Observation[] => {
        if (count === 0) {
          const actual = `so it is in ${looked} places`
          return [{ rule, place: '.', status: 'ok', expected, actual, advice: null }]
        }
        const told = places.map((place) => ({ rule, expected, advice, ...place }))
        const rest = count - places.length
        return rest === 0
          ? told
          : [
              ...told,
              {
                rule,
                place: `${rest} others`,
                status: worst,
                expected,
                actual: 'not told one by one',
                advice,
              },
            ]
      }),
  }
}
