import type { Ecosystem, Installation, PackageVersion } from '@hubkeeper/core'
import { rulesOf } from '../packages/rules.ts'
import type { Place, Requirement, RequirementSet } from '../requirements/requirement.ts'
import { compareText } from './compare-text.ts'

/** One version of a package that a hub has, or asks for. */
export interface InventoryVersion extends PackageVersion {
  /** Environments and inventories in which it is installed; none for one that is only asked for. */
  readonly installedIn: readonly string[]
  /** Where exactly this version is asked for. */
  readonly pinnedAt: readonly Place[]
  /** It is what the hub has, as far as anything tells; else something else is installed in its place. */
  readonly counts: boolean
}

/** A package with every version of it. */
export interface InventoryPackage {
  readonly ecosystem: Ecosystem
  readonly name: string
  /** As its index compares it. */
  readonly normalized: string
  /** Each version once, in the order in which they were met; those that count first. */
  readonly versions: readonly InventoryVersion[]
  /** Whether a file asks for it; else it came with others. */
  readonly asked: boolean
}

/** Something that is asked for of which nothing tells the version. */
export interface Unversioned {
  readonly ecosystem: Ecosystem
  readonly name: string
  readonly normalized: string
  readonly place: Place
  /** What is asked for in place of a version: `>=1.0`, a URL, or any. */
  readonly asked: string
}

/** What a hub has and asks for. */
export interface Inventory {
  /** By ecosystem and name. */
  readonly packages: readonly InventoryPackage[]
  readonly unversioned: readonly Unversioned[]
  /** Requirements that count and leave no choice, by their own pin or by that of a constraint. */
  readonly pinned: number
  /** Requirements that count and leave a choice. */
  readonly unpinned: number
  /** Requirements whose marker does not hold. */
  readonly skippedByMarker: number
}

/** Every version of an inventory, once. */
export const versionsOf = ({ packages }: Pick<Inventory, 'packages'>): PackageVersion[] =>
  packages.flatMap(({ versions }) =>
    versions.map(({ ecosystem, name, version }) => ({ ecosystem, name, version })),
  )

/** Puts what is asked for and what is installed side by side. */
export function inventoryOf(
  { requirements }: Pick<RequirementSet, 'requirements'>,
  installations: readonly Installation[],
): Inventory {
  const all = new Map<string, Gathered>()
  const gathered = (
    ecosystem: Ecosystem,
    name: string,
    normalized = rulesOf(ecosystem).normalize(name),
  ): Gathered => {
    const key = `${ecosystem}/${normalized}`
    const found = all.get(key) ?? {
      ...{ ecosystem, name, normalized },
      ...{ versions: [], byIdentity: new Map(), open: [], asked: false },
    }
    all.set(key, found)
    return found
  }
  for (const { packages, source } of installations) {
    for (const { ecosystem, name, version } of packages) {
      const { installedIn } = versionIn(gathered(ecosystem, name), version)
      if (!installedIn.includes(source)) installedIn.push(source)
    }
  }
  const pinOf = pinsBy(requirements)
  const asked = requirements.filter(({ applies, constraint }) => applies && !constraint)
  for (const requirement of asked) {
    const { ecosystem, name, normalized } = requirement
    const found = gathered(ecosystem, name, normalized)
    const pin = pinOf(requirement)
    found.asked = true
    if (pin === null) found.open.push(requirement)
    else versionIn(found, pin).pinnedAt.push(requirement.place)
  }
  const sorted = [...all.values()].sort(byName)
  const pinned = asked.filter((each) => pinOf(each) !== null).length
  return {
    packages: sorted.filter(({ versions }) => versions.length > 0).map(packageOf),
    unversioned: sorted.filter(({ versions }) => versions.length === 0).flatMap(openOf),
    pinned,
    unpinned: asked.length - pinned,
    skippedByMarker: requirements.filter(({ applies, constraint }) => !applies && !constraint).length,
  }
}

/** What each requirement is pinned to: by itself, or by a constraint that applies. */
function pinsBy(requirements: readonly Requirement[]): (of: Requirement) => string | null {
  const constraints = new Map<string, string>()
  for (const { applies, constraint, ecosystem, normalized, pinned } of requirements) {
    if (constraint && applies && pinned !== null) constraints.set(`${ecosystem}/${normalized}`, pinned)
  }
  return ({ ecosystem, normalized, pinned, url }) =>
    pinned ?? (url === null ? (constraints.get(`${ecosystem}/${normalized}`) ?? null) : null)
}

interface GatheredVersion {
  readonly version: string
  readonly installedIn: string[]
  readonly pinnedAt: Place[]
}

/** What was met of one package so far. */
interface Gathered extends Pick<InventoryPackage, 'ecosystem' | 'name' | 'normalized'> {
  readonly versions: GatheredVersion[]
  /** The same, by what makes them the same version. */
  readonly byIdentity: Map<string, GatheredVersion>
  /** Requirements that leave a choice. */
  readonly open: Requirement[]
  asked: boolean
}

/** The entry of a version; `1.0` and `1.0.0` are one. */
function versionIn({ byIdentity, ecosystem, versions }: Gathered, version: string): GatheredVersion {
  const identity = rulesOf(ecosystem).identity(version)
  const same = byIdentity.get(identity)
  if (same !== undefined) return same
  const added: GatheredVersion = { version, installedIn: [], pinnedAt: [] }
  byIdentity.set(identity, added)
  versions.push(added)
  return added
}

function packageOf({ asked, ecosystem, name, normalized, versions }: Gathered): InventoryPackage {
  const isInstalled = versions.some(({ installedIn }) => installedIn.length > 0)
  const shown = versions.map((each) => ({
    ecosystem,
    name,
    ...each,
    counts: !isInstalled || each.installedIn.length > 0,
  }))
  return { ecosystem, name, normalized, versions: shown, asked }
}

const openOf = ({ ecosystem, name, normalized, open }: Gathered): Unversioned[] =>
  open.map(({ place, specifier, url }) => ({
    ecosystem,
    name,
    normalized,
    place,
    asked: url ?? specifier ?? 'any version',
  }))

const byName = (a: Gathered, b: Gathered): number =>
  compareText(a.ecosystem, b.ecosystem) || compareText(a.normalized, b.normalized)
