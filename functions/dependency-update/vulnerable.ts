import {
  type Flaw,
  type Inventory,
  type InventoryPackage,
  type InventoryVersion,
  plainLine,
  rulesOf,
  severities,
  type Tellable,
} from '@hubkeeper/audit'
import { countOf, type Finding, finding } from '@hubkeeper/core'
import { bounded, boundedLines } from './bounded.ts'
import { everyTime } from './context.ts'
import { flawText, ratingText, subjectOf, versionText } from './words.ts'

const check = 'dependencies.vulnerable'

/** A package of which versions have flaws. */
export interface FlawedPackage {
  readonly of: InventoryPackage
  /** Each with its flaws, worst first. */
  readonly versions: readonly { readonly of: InventoryVersion; readonly flaws: readonly Flaw[] }[]
}

/** The packages of an inventory that have flaws. */
export function flawedPackages({ packages }: Inventory, flaws: readonly Flaw[]): FlawedPackage[] {
  const byVersion = Map.groupBy(flaws, (flaw) => keyOf(flaw, flaw.package, flaw.version))
  return packages.flatMap((of) => {
    const versions = of.versions.flatMap((version) => {
      const found = byVersion.get(keyOf(of, of.name, version.version)) ?? []
      return found.length === 0 ? [] : [{ of: version, flaws: found.toSorted(worstFirst) }]
    })
    return versions.length === 0 ? [] : [{ of, versions }]
  })
}

const keyOf = ({ ecosystem }: Pick<Flaw, 'ecosystem'>, name: string, version: string): string =>
  JSON.stringify([ecosystem, rulesOf(ecosystem).normalize(name), version])

const worstFirst = (a: Flaw, b: Flaw): number =>
  severities.indexOf(a.severity) - severities.indexOf(b.severity) || (b.score ?? 0) - (a.score ?? 0)

/** A finding for each package with flaws, or one that there is none. */
export function vulnerableFindings(inventory: Inventory, flawed: readonly FlawedPackage[]): Tellable[] {
  if (flawed.length > 0) return bounded(check, flawed.map(flawedTellable), expectedOfOthers)
  const count = inventory.packages.length
  if (count === 0) return everyTime(finding(check, 'skipped', { actual: 'there is no version to ask about' }))
  return everyTime(finding(check, 'ok', { actual: `${countOf(count, 'package')}, none with a known flaw` }))
}

/** Where no flaw has a fix, nothing can be expected yet: programs tell by it whether there is something to do. */
const mended = 'no known flaw'
const expectedOf = (flaws: readonly Flaw[]): string | null =>
  flaws.some(({ fixVersions }) => fixVersions.length > 0) ? mended : null
const expectedOfOthers = (others: readonly Finding[]): string | null =>
  others.some(({ expected }) => expected !== null) ? mended : null

/** What is asked for while something else is installed is a warning at most: it does not run. */
function flawedTellable({ of, versions }: FlawedPackage): Tellable {
  const critical = versions.some(
    ({ flaws, of: { counts } }) => counts && flaws.some(({ severity }) => severity === 'critical'),
  )
  const told = finding(check, critical ? 'critical' : 'warning', {
    subject: subjectOf(of),
    expected: expectedOf(versions.flatMap(({ flaws }) => flaws)),
    actual: versions.map(actualText).join('; '),
    evidence: boundedLines([
      ...of.versions.map(versionText),
      ...versions.flatMap(({ flaws, of: { version } }) =>
        flaws.map((flaw) =>
          versions.length === 1 ? flawText(flaw) : `${plainLine(version, 60)}: ${flawText(flaw)}`,
        ),
      ),
    ]),
  })
  return { finding: told, about: versions.flatMap(({ flaws }) => flaws.map((flaw) => namesOf(of, flaw))) }
}

/** `3.3.0: 2 flaws, the worst critical 9.8`. */
function actualText({ flaws, of: { version } }: FlawedPackage['versions'][number]): string {
  const [worst] = flaws
  const rated = worst === undefined ? '' : ratingText(worst)
  return `${plainLine(version, 60)}: ${flaws.length === 1 ? `1 flaw, ${rated}` : `${flaws.length} flaws, the worst ${rated}`}`
}

/** A flaw of a package is the same one in every version, by whatever id it is told. */
const namesOf = (of: InventoryPackage, { ids }: Flaw): string[] =>
  ids.map((id) => `${check}:${of.ecosystem}/${of.normalized}:${id}`)
