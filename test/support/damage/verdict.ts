import type { Examination, FaultKind, Outcome } from '@hubkeeper/core'
import type { Detector, Expected } from './damage.ts'

/** What the parts of an examination noticed. */
export interface Seen {
  readonly noticed: ReadonlySet<Detector>
  /** Of the structure; null where it could be read. */
  readonly fault: FaultKind | null
  /** What the engine says it lacks. */
  readonly missing: readonly string[]
  /** Parts that a limit or a crash ended. */
  readonly stopped: readonly { readonly part: string; readonly by: string }[]
}

/** In the order in which they are looked at. */
const detectors: readonly Detector[] = ['structure', 'integrity', 'foreign-keys', 'search-indexes', 'digest']

/** Whether the value of a part that came to its end is that of a sound database. */
const judges: Record<Detector, (seen: Examination, baseDigest: string) => boolean> = {
  structure: ({ structure }) => structure.state === 'done',
  integrity: ({ integrity }) => integrity.state === 'done' && integrity.value.length === 0,
  'foreign-keys': ({ foreignKeys }) => foreignKeys.state === 'done' && foreignKeys.value.length === 0,
  'search-indexes': ({ searchIndexes }) =>
    searchIndexes.state === 'done' &&
    searchIndexes.value.every(({ outcome }) => outcome.state === 'done' && outcome.value === null),
  digest: ({ digest }, baseDigest) => digest.state === 'done' && digest.value.value === baseDigest,
}

/** Every part by the name of its property. */
const partsOf = (seen: Examination): [string, Outcome<unknown>][] =>
  Object.entries(seen).flatMap(([part, value]: [string, unknown]) =>
    isOutcome(value) ? [[part, value]] : [],
  )

const isOutcome = (value: unknown): value is Outcome<unknown> =>
  typeof value === 'object' && value !== null && 'state' in value

/** Reads off an examination who noticed what, of a file that was made from a base with this digest. */
export function seenIn(examination: Examination, baseDigest: string): Seen {
  const { structure } = examination
  const parts = partsOf(examination)
  const indexes = examination.searchIndexes.state === 'done' ? examination.searchIndexes.value : []
  const outcomes = [...parts.map(([, outcome]) => outcome), ...indexes.map(({ outcome }) => outcome)]
  return {
    noticed: new Set(detectors.filter((detector) => !judges[detector](examination, baseDigest))),
    fault: structure.state === 'fault' ? structure.fault.kind : null,
    missing: [
      ...(structure.state === 'done' ? structure.value.missing : []),
      ...outcomes.flatMap((outcome) => (outcome.state === 'fault' ? outcome.fault.missing : [])),
    ],
    stopped: parts.flatMap(([part, outcome]) =>
      outcome.state === 'stopped' ? [{ part, by: outcome.by }] : [],
    ),
  }
}

/** Whether what was seen is what is expected. */
export function matches(expected: Expected, { fault, missing, noticed, stopped }: Seen): boolean {
  const exactly = (by: readonly Detector[], perhaps: readonly Detector[]): boolean =>
    by.every((detector) => noticed.has(detector)) &&
    [...noticed].every((detector) => by.includes(detector) || perhaps.includes(detector))
  if (expected.verdict === 'stopped') {
    const before = detectors.slice(0, detectors.indexOf(expected.at))
    return (
      stopped[0]?.part === expected.at &&
      stopped.every(({ by }) => by === expected.by) &&
      before.every((detector) => !noticed.has(detector))
    )
  }
  if (stopped.length > 0) return false
  switch (expected.verdict) {
    case 'sound':
      return noticed.size === 0
    case 'unreadable':
      return fault !== null && expected.as.includes(fault) && noticed.size === detectors.length
    case 'fault':
      return exactly(expected.by, expected.perhaps)
    case 'needs-extension':
      return missing.includes(expected.missing) && exactly(expected.by, expected.perhaps)
  }
}

/** What was seen, for people; null where one of the expected verdicts is right. */
export function disagreement(
  expected: Expected | readonly Expected[],
  examination: Examination,
  baseDigest: string,
): unknown {
  const seen = seenIn(examination, baseDigest)
  const all = 'verdict' in expected ? [expected] : expected
  if (all.some((one) => matches(one, seen))) return null
  return {
    expected,
    seen: { ...seen, noticed: [...seen.noticed] },
    examination: Object.fromEntries(
      partsOf(examination).map(([part, outcome]) => [part, JSON.stringify(outcome).slice(0, 400)]),
    ),
  }
}
