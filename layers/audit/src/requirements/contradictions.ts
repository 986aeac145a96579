import { rulesOf } from '../packages/rules.ts'
import { plainLine } from '../plain-text.ts'
import type { InvalidLine, Requirement } from './requirement.ts'

/** Of one package so many constraints are held against what is asked for. */
const maxConstraints = 100

/**
 * What is asked for, but that a constraint forbids: pip installs none of it. Ranges that never meet are not looked
 * for, only pins outside of the range of another.
 */
export function contradictionsIn(requirements: readonly Requirement[]): InvalidLine[] {
  const counting = requirements.filter(({ applies, url }) => applies && url === null)
  const constraints = Map.groupBy(
    counting.filter(({ constraint }) => constraint),
    keyOf,
  )
  return counting
    .filter(({ constraint }) => !constraint)
    .flatMap((asked) => {
      const all = constraints.get(keyOf(asked))?.slice(0, maxConstraints) ?? []
      const other = all.find((constraint) => contradict(asked, constraint))
      return other === undefined ? [] : [told(asked, other)]
    })
}

const keyOf = ({ ecosystem, normalized }: Requirement): string => `${ecosystem}/${normalized}`

/** Whether a pin of one of them lies outside of what the other takes; a build of a version is within that. */
function contradict(one: Requirement, other: Requirement): boolean {
  const judged = [isOutside(one, other), isOutside(other, one)].filter((outside) => outside !== null)
  return judged.length > 0 && judged.every((outside) => outside)
}

/** Null where the one is not pinned, or the other takes any version. */
function isOutside({ ecosystem, pinned }: Requirement, { specifier }: Requirement): boolean | null {
  if (pinned === null || specifier === null) return null
  return !rulesOf(ecosystem).satisfies(pinned, specifier)
}

const told = ({ name, place, specifier }: Requirement, other: Requirement): InvalidLine => ({
  place,
  text: plainLine(name + (specifier ?? ''), 200),
  reason: `the constraint ${plainLine(other.specifier ?? '', 100)} at ${plainLine(other.place.key)}:${other.place.line} contradicts it`,
})
