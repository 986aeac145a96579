import type { Ecosystem } from '@hubkeeper/core'
import { rulesOf } from '../packages/rules.ts'
import type { OsvAffected, OsvRange } from './record.ts'

type Compare = (version: string, bound: string) => number

/**
 * How an installed version compares with one that an advisory names. Where the advisory names none with a local
 * label, that of the installed one does not count, as for PEP 440's `==` and `<=`: a build of 1.0 is 1.0.
 */
export function compareWithBounds(ecosystem: Ecosystem): Compare {
  const { compare } = rulesOf(ecosystem)
  if (ecosystem !== 'PyPI') return compare
  return (version, bound) => compare(bound.includes('+') ? version : version.replace(/\+.*$/s, ''), bound)
}

/** One thing that happens along the versions of a range. */
interface Turn {
  readonly kind: 'introduced' | 'fixed' | 'last_affected'
  readonly version: string
}

/** The ranges whose order is that of the ecosystem; those of commits say nothing of versions. */
const orderedRanges = ({ ranges }: OsvAffected): OsvRange[] =>
  (ranges ?? []).filter(({ type }) => type === 'ECOSYSTEM' || type === 'SEMVER')

/** What happens in a range, ascending; `0` comes before every version. What happens at once stays in its order. */
function turnsOf({ events }: OsvRange, ecosystem: Ecosystem): Turn[] {
  const { compare } = rulesOf(ecosystem)
  const turns = (events ?? []).flatMap((event): Turn[] =>
    (['introduced', 'fixed', 'last_affected'] as const).flatMap((kind) => {
      const version = event[kind]
      return version === null || version === undefined ? [] : [{ kind, version }]
    }),
  )
  const isStart = ({ kind, version }: Turn): boolean => kind === 'introduced' && version === '0'
  return turns.toSorted((one, other) => {
    if (isStart(one) || isStart(other)) return Number(isStart(other)) - Number(isStart(one))
    return compare(one.version, other.version)
  })
}

/** Whether a version lies before the limits of a range; before one of them is enough. */
function isWithinLimits(version: string, { events }: OsvRange, compare: Compare): boolean {
  const limits = (events ?? []).flatMap(({ limit }) => (limit === null || limit === undefined ? [] : [limit]))
  return limits.length === 0 || limits.some((limit) => limit === '*' || compare(version, limit) < 0)
}

/** Whether a range of a record covers a version: the evaluation of the OSV schema. */
export function isInRange(version: string, range: OsvRange, ecosystem: Ecosystem): boolean {
  const compare = compareWithBounds(ecosystem)
  if (!isWithinLimits(version, range, compare)) return false
  let inside = false
  for (const { kind, version: at } of turnsOf(range, ecosystem)) {
    const order = kind === 'introduced' && at === '0' ? 1 : compare(version, at)
    if (kind === 'introduced' && order >= 0) inside = true
    if (kind === 'fixed' && order >= 0) inside = false
    if (kind === 'last_affected' && order > 0) inside = false
  }
  return inside
}

/** Whether one of the ranges covers a version. */
export const isInRanges = (version: string, affected: OsvAffected, ecosystem: Ecosystem): boolean =>
  orderedRanges(affected).some((range) => isInRange(version, range, ecosystem))

/** Whether what a record says of a package holds for a version: it is listed, or in a range. */
export function holdsFor(version: string, affected: OsvAffected, ecosystem: Ecosystem): boolean {
  const listed = affected.versions ?? []
  if (listed.includes(version) || isInRanges(version, affected, ecosystem)) return true
  const compare = compareWithBounds(ecosystem)
  return listed.some((other) => compare(version, other) === 0)
}

/**
 * The versions in which each line of a range is fixed, as far as they come after `version`, in no order. What is
 * no version of the ecosystem cannot be compared, and is among them.
 */
export function fixesAfter(version: string, affected: OsvAffected, ecosystem: Ecosystem): string[] {
  const { isVersion } = rulesOf(ecosystem)
  const compare = compareWithBounds(ecosystem)
  return orderedRanges(affected).flatMap((range) => {
    const fixes: string[] = []
    let inside = false
    for (const { kind, version: at } of turnsOf(range, ecosystem)) {
      // Only the first one after a line began mends it.
      if (kind === 'fixed' && (!isVersion(at) || (inside && compare(version, at) < 0))) fixes.push(at)
      if (kind !== 'last_affected') inside = kind === 'introduced'
    }
    return fixes
  })
}

/** Bounds of ranges that are no versions of the ecosystem: they come before every version. */
export const oddBounds = (affected: OsvAffected, ecosystem: Ecosystem): string[] =>
  orderedRanges(affected).flatMap((range) =>
    turnsOf(range, ecosystem)
      .map(({ version }) => version)
      .filter((version) => version !== '0' && !rulesOf(ecosystem).isVersion(version)),
  )
