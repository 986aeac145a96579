import type { Ecosystem } from '@hubkeeper/core'
import { explain } from '@renovatebot/pep440'
import semver from 'semver'
import { clausesOf, pypiTakes } from '../packages/pypi-specifier.ts'
import type { UpgradeLevel } from './upgrade.ts'

/** The numbers of a version, without what follows them. */
interface Numbers {
  /** Of PEP 440; 0 elsewhere. */
  readonly epoch: number
  readonly release: readonly number[]
}

function numbersOf(ecosystem: Ecosystem, version: string): Numbers | null {
  if (ecosystem === 'PyPI') return explain(version)
  const read = semver.parse(version)
  return read === null ? null : { epoch: 0, release: [read.major, read.minor, read.patch] }
}

/** Whether it is a local version of PEP 440, such as `2.1.0+cpu`: a build of somebody’s own, which no index has. */
export const isLocal = (ecosystem: Ecosystem, version: string): boolean =>
  ecosystem === 'PyPI' && (explain(version)?.local ?? null) !== null

/**
 * How far apart two versions are: the first of their numbers that differs, missing ones counting as 0. Another epoch
 * is another major version; post-releases are patches. Versions that are dates are judged in the same way. Null
 * where one of them is no version.
 */
export function levelBetween(ecosystem: Ecosystem, one: string, other: string): UpgradeLevel | null {
  const [a, b] = [numbersOf(ecosystem, one), numbersOf(ecosystem, other)]
  if (a === null || b === null) return null
  const differ = (place: number): boolean => (a.release[place] ?? 0) !== (b.release[place] ?? 0)
  if (a.epoch !== b.epoch || differ(0)) return 'major'
  return differ(1) ? 'minor' : 'patch'
}

/** How many major versions lie between two; null where their epochs differ, or one of them is no version. */
export function majorsBetween(ecosystem: Ecosystem, one: string, other: string): number | null {
  const [a, b] = [numbersOf(ecosystem, one), numbersOf(ecosystem, other)]
  if (a === null || b === null || a.epoch !== b.epoch) return null
  return Math.abs((b.release[0] ?? 0) - (a.release[0] ?? 0))
}

/**
 * Whether a release takes a version of Python, by the specifiers of its `Requires-Python`. One that cannot be read
 * keeps nobody from installing it: so does pip.
 */
export const takesPython = (requiresPython: string | null, python: string): boolean =>
  requiresPython === null || clausesOf(requiresPython) === null || pypiTakes(python, requiresPython)
