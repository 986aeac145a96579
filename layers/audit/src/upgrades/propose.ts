import type { PackageVersion, Release } from '@hubkeeper/core'
import type { Flaw } from '../advisories/vulnerability.ts'
import { type Clause, clausesOf, pypiTakes } from '../packages/pypi-specifier.ts'
import { rulesOf } from '../packages/rules.ts'
import type { Requirement } from '../requirements/requirement.ts'
import { chooseStep, type WeighedStep, weigh } from './choose.ts'
import { type ReleaseNeeds, stepsFrom } from './releases.ts'
import type { Declined, Upgrade } from './upgrade.ts'
import { isLocal } from './versions.ts'

/** What upgrades are chosen by. */
export interface UpgradeKnowledge extends ReleaseNeeds {
  /** Releases of a package; null where its index did not say. */
  readonly releasesOf: (requirement: Requirement) => readonly Release[] | null
  /**
   * Flaws of any version of a package. Answers for newer ones have to be as complete as those for the pinned one, or
   * flaws that an upgrade brings are not seen.
   */
  readonly flawsAt: (version: PackageVersion) => readonly Flaw[]
}

/** What is proposed, and where nothing is, though something is wanted. */
export interface Proposals {
  readonly upgrades: readonly Upgrade[]
  readonly declined: readonly Declined[]
}

/** A requirement that names one version of an index. */
interface Pinned extends Requirement {
  readonly pinned: string
}

const isPinned = (requirement: Requirement): requirement is Pinned =>
  requirement.pinned !== null && requirement.applies && requirement.url === null && !requirement.editable

/**
 * For each pinned requirement the newest patch-level release; where that leaves a flaw that a newer release mends,
 * the least release that mends them all, with its level and reason. Never an older version, and none with known
 * flaws worse than those that it mends.
 */
export function proposeUpgrades(
  requirements: readonly Requirement[],
  knowledge: UpgradeKnowledge,
): Proposals {
  const upgrades: Upgrade[] = []
  const declined: Declined[] = []
  const limits = limitsOf(requirements)
  // What is pinned at many places is looked at once.
  const choices = new Map<string, Choice>()
  for (const requirement of requirements.filter(isPinned)) {
    const key = `${keyOf(requirement)} ${requirement.pinned}`
    const choice = choices.get(key) ?? choiceFor(requirement, limits(requirement), knowledge)
    choices.set(key, choice)
    if ('step' in choice) upgrades.push(upgradeOf(requirement, choice.step))
    else if (choice.reason !== null) declined.push({ requirement, reason: choice.reason })
  }
  return { upgrades, declined }
}

/** A step; or why there is none, null where none is wanted: it is as new as its level allows, and has no known flaw. */
type Choice = { readonly step: WeighedStep } | { readonly reason: string | null }

const keyOf = ({ ecosystem, normalized }: Requirement): string => `${ecosystem}/${normalized}`

/** What else is said of the versions of a package, besides its pins: all files count as one installation. */
function limitsOf(requirements: readonly Requirement[]): (of: Requirement) => readonly Clause[] {
  const counting = requirements.filter(
    ({ applies, ecosystem, specifier }) => applies && specifier !== null && ecosystem === 'PyPI',
  )
  const byPackage = Map.groupBy(counting, keyOf)
  return (of) =>
    (byPackage.get(keyOf(of)) ?? []).flatMap(({ pinned, specifier }) =>
      (clausesOf(specifier ?? '') ?? []).filter(
        ({ operator, version }) => pinned !== version || !operator.startsWith('=='),
      ),
    )
}

function choiceFor(
  requirement: Pinned,
  limits: readonly Clause[],
  { flawsAt, python, releasesOf }: UpgradeKnowledge,
): Choice {
  const { ecosystem, name, pinned: version } = requirement
  const now = flawsAt({ ecosystem, name, version })
  const decline = (reason: string): Choice => ({ reason: now.length === 0 ? null : reason })
  if (!rulesOf(ecosystem).isVersion(version)) return decline('its version is none that can be compared')
  if (isLocal(ecosystem, version)) return decline('it is a local build, of which no index has releases')
  const releases = releasesOf(requirement)
  if (releases === null) return decline('it is not known which releases there are')
  const newer = stepsFrom({ ecosystem, version }, releases, { python }).filter(({ release }) =>
    limits.every((limit) => pypiTakes(release.version, limit.operator + limit.version)),
  )
  // Without a flaw nothing leads beyond patch level: nothing else has to be looked at.
  const steps = now.length === 0 ? newer.filter(({ level }) => level === 'patch') : newer
  const weighed = weigh(steps, now, (other) => flawsAt({ ecosystem, name, version: other }))
  const step = chooseStep(weighed)
  if (step !== null) return { step }
  return decline(
    weighed.some(({ mended }) => mended.length > 0)
      ? 'every release that mends something brings known flaws that are worse'
      : 'no release that may be installed here mends what is known',
  )
}

function upgradeOf(requirement: Pinned, { flaws, level, mended, release }: WeighedStep): Upgrade {
  const { ecosystem, name, pinned, place } = requirement
  const fixes = mended.map(({ id }) => id)
  return {
    ecosystem,
    name,
    from: pinned,
    to: release.version,
    level,
    reason:
      level === 'patch'
        ? null
        : `no patch-level release mends all that can be mended; this is the least ${level} one that mends ${fixes.length === 1 ? 'the flaw' : `${fixes.length} flaws`}`,
    fixes,
    remaining: flaws.map(({ id }) => id),
    place,
    requirement,
    hashes: release.hashes ?? [],
  }
}
