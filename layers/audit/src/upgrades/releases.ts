import type { PackageVersion, Release } from '@hubkeeper/core'
import { rulesOf } from '../packages/rules.ts'
import type { NewestReleases, UpgradeLevel } from './upgrade.ts'
import { isLocal, levelBetween, takesPython } from './versions.ts'

/** What releases have to run on. */
export interface ReleaseNeeds {
  /** Such as `3.11` or `3.11.4`. */
  readonly python: string
}

/** A release with how far it is. */
export interface Step {
  readonly release: Release
  readonly level: UpgradeLevel
}

/** What may be written into a file as it is: rules of versions put up with spaces and line ends around them. */
const writable = /^[0-9A-Za-z.!+_-]{1,100}$/

type Installed = Pick<PackageVersion, 'ecosystem' | 'version'>

/**
 * Newer releases that may be installed, oldest first: without pre-releases, those under development, local versions,
 * those that were yanked, and those that do not take the hub's Python. None for what is no version.
 */
export function stepsFrom(
  { ecosystem, version }: Installed,
  releases: readonly Release[],
  { python }: ReleaseNeeds,
): Step[] {
  const { compare, isPrerelease, isVersion } = rulesOf(ecosystem)
  if (!isVersion(version)) return []
  return releases
    .filter(
      (release) =>
        !release.yanked &&
        writable.test(release.version) &&
        isVersion(release.version) &&
        !isPrerelease(release.version) &&
        !isLocal(ecosystem, release.version) &&
        (ecosystem !== 'PyPI' || takesPython(release.requiresPython, python)) &&
        compare(release.version, version) > 0,
    )
    .toSorted((a, b) => compare(a.version, b.version))
    .flatMap((release) => {
      const level = levelBetween(ecosystem, version, release.version)
      return level === null ? [] : [{ release, level }]
    })
}

/** The newest release of each level that a version may be upgraded to. */
export function newestReleases(
  installed: Installed,
  releases: readonly Release[],
  needs: ReleaseNeeds,
): NewestReleases {
  const steps = stepsFrom(installed, releases, needs)
  const newest = (level: UpgradeLevel): string | null =>
    steps.findLast((step) => step.level === level)?.release.version ?? null
  const { compare } = rulesOf(installed.ecosystem)
  const own = releases.find(({ version }) => compare(version, installed.version) === 0)
  return {
    patch: newest('patch'),
    minor: newest('minor'),
    major: newest('major'),
    yanked: own?.yanked ?? false,
    known: own !== undefined,
  }
}
