import {
  type AcceptedFlaws,
  applyIgnores,
  type Flaw,
  flawsOf,
  type Inventory,
  type InventoryPackage,
  type InventoryVersion,
  rulesOf,
  stepsFrom,
  type UpgradeKnowledge,
  type Vulnerability,
  versionsOf,
  vulnerabilitiesOf,
} from '@hubkeeper/audit'
import type { AdvisoryAnswer, PackageVersion, Release } from '@hubkeeper/core'
import type { AuditContext } from './context.ts'
import type { ReleaseKnowledge } from './outdated.ts'

type Answered = Extract<AdvisoryAnswer, { state: 'done' }>

/** What is known of the versions that a hub has and asks for. */
export interface FlawKnowledge {
  readonly answer: Answered
  readonly vulnerabilities: readonly Vulnerability[]
  /** Flaws by whether somebody accepted them. */
  readonly flaws: AcceptedFlaws
  /** What could not be read or understood of the records, each in words. */
  readonly unread: readonly string[]
}

/** What came of asking, or why nothing did. */
export type Asked =
  | { readonly state: 'done'; readonly knowledge: FlawKnowledge; readonly requests: number }
  | Extract<AdvisoryAnswer, { state: 'failed' }>

/** Asks once for every version of an inventory. */
export async function askAdvisories(
  { advisories, at, hub }: Pick<AuditContext, 'advisories' | 'at' | 'hub'>,
  inventory: Inventory,
): Promise<Asked> {
  const versions = versionsOf(inventory)
  if (versions.length === 0) {
    return { state: 'failed', source: 'nobody', reason: 'there is no version to ask about', requests: 0 }
  }
  const answer = await advisories.query(versions)
  if (answer.state === 'failed') return answer
  const { remarks, unreadable, vulnerabilities } = vulnerabilitiesOf(versions, answer.records, answer.matches)
  const flaws = applyIgnores(flawsOf(vulnerabilities), hub.audit.ignore, at)
  const unread = [...new Set([...answer.unreadable, ...unreadable, ...remarks])]
  return {
    state: 'done',
    requests: answer.requests,
    knowledge: { answer, vulnerabilities, flaws, unread },
  }
}

/** Releases of one package that it might be upgraded to, and that were asked about. */
interface Candidates {
  readonly of: InventoryPackage
  readonly releases: readonly Release[]
}

/** Releases that are looked at of one version without flaws, the newest, and with flaws, the next. */
const lookedAt = { sound: 20, flawed: 200 } as const

/**
 * Asks for the flaws of what a hub might be upgraded to. A source that counts by itself tells only of the versions it
 * was asked about; one that has records has told already. Gives what upgrades are chosen by, or why nothing does.
 */
export async function askAboutUpgrades(
  { advisories, at, hub }: Pick<AuditContext, 'advisories' | 'at' | 'hub'>,
  { answer, flaws }: FlawKnowledge,
  inventory: Inventory,
  known: ReleaseKnowledge,
): Promise<{ readonly upgrades: UpgradeKnowledge; readonly requests: number } | { readonly reason: string }> {
  const { python } = hub.audit
  const flawed = new Set(flaws.counted.map(versionKey))
  const candidates = candidatesOf(known, python.version, (of) =>
    flawed.has(versionKey({ ...of, package: of.name })),
  )
  const newer = candidates.flatMap(({ of: { ecosystem, name }, releases }) =>
    releases.map(({ version }) => ({ ecosystem, name, version })),
  )
  const versions = [...versionsOf(inventory), ...newer]
  // With all that was asked before, so that what the source remembers until next time is whole.
  const all = answer.matches === null || newer.length === 0 ? answer : await advisories.query(versions)
  if (all.state === 'failed') return { reason: all.reason }
  const told = flawsOf(vulnerabilitiesOf(versions, all.records, all.matches).vulnerabilities)
  const byVersion = Map.groupBy(applyIgnores(told, hub.audit.ignore, at).counted, versionKey)
  const byPackage = new Map(candidates.map(({ of, releases }) => [packageKey(of), releases]))
  const asAsked = spellingIn(inventory)
  return {
    upgrades: {
      python: python.version,
      flawsAt: (of) => byVersion.get(versionKey({ ...asAsked(of), package: of.name })) ?? [],
      releasesOf: (requirement) => byPackage.get(packageKey(requirement)) ?? null,
    },
    requests: all === answer ? 0 : all.requests,
  }
}

/** A version as it was asked about: a file may say `1.0` of what is installed as `1.0.0`. */
function spellingIn({ packages }: Inventory): (of: PackageVersion) => PackageVersion {
  const known = new Map(packages.map((each) => [packageKey(each), each.versions]))
  return (of) => {
    const { compare, normalize } = rulesOf(of.ecosystem)
    const versions = known.get(packageKey({ ...of, normalized: normalize(of.name) })) ?? []
    return versions.find(({ version }) => compare(version, of.version) === 0) ?? of
  }
}

const versionKey = ({
  ecosystem,
  package: name,
  version,
}: Pick<Flaw, 'ecosystem' | 'package' | 'version'>): string =>
  JSON.stringify([ecosystem, rulesOf(ecosystem).normalize(name), version])

const packageKey = ({ ecosystem, normalized }: Pick<InventoryPackage, 'ecosystem' | 'normalized'>): string =>
  `${ecosystem}/${normalized}`

/** Newer releases of what is pinned: of what has flaws of any level, else of patch level. */
const candidatesOf = (
  { packages }: ReleaseKnowledge,
  python: string,
  isFlawed: (of: InventoryVersion) => boolean,
): Candidates[] =>
  packages.flatMap(({ answer, of }) => {
    if (answer.state !== 'done') return []
    const pinned = of.versions.filter(({ pinnedAt }) => pinnedAt.length > 0)
    const steps = pinned.flatMap((version) => {
      const all = stepsFrom(version, answer.releases, { python })
      return isFlawed(version)
        ? all.slice(0, lookedAt.flawed)
        : all.filter(({ level }) => level === 'patch').slice(-lookedAt.sound)
    })
    return [{ of, releases: [...new Set(steps.map(({ release }) => release))] }]
  })
