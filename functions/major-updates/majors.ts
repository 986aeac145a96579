import {
  type InventoryPackage,
  majorsBetween,
  type NewestReleases,
  newestReleases,
  plainLine,
} from '@hubkeeper/audit'
import { countOf, type Finding, figure, finding, only, type Part, type ReleaseAnswer } from '@hubkeeper/core'
import { byReason, listText, placeText, subjectOf, type Unanswered } from '../dependency-update/words.ts'
import type { UpdateContext } from './context.ts'

const check = 'dependencies.major'

/** Packages that are asked about, and findings that name one each, at most. */
const most = { asked: 3000, shown: 100 } as const

/** A package with the newest releases of the version that the hub has. */
export interface ComparedPackage {
  readonly of: InventoryPackage
  /** What the hub has, or asks for. */
  readonly version: string
  readonly newest: NewestReleases
  /** The newest major version; null where there is no newer one. */
  readonly target: string | null
  /** What Python that takes, as PEP 440 specifiers, where it is not the hub's; null where it is. */
  readonly needsPython: string | null
  /** How many major versions it is behind: 0 for none, 1 where they cannot be counted. */
  readonly behind: number
  readonly changelog: string | null
}

/** What indexes say of the packages that a hub asks for. */
export interface Comparison {
  readonly compared: readonly ComparedPackage[]
  /** Packages of which nobody told. */
  readonly unanswered: readonly Unanswered[]
  /** Packages about which there is nobody to ask, each in words. */
  readonly unasked: readonly string[]
}

/** Asks for the releases of what the hub itself asks for; what came with others is theirs to upgrade. */
export async function compareWithIndexes(
  { hub, progress, releases }: Pick<UpdateContext, 'hub' | 'progress' | 'releases'>,
  packages: readonly InventoryPackage[],
): Promise<Comparison> {
  const { npm, pypi } = hub.audit.releases
  const wanted = packages.filter((each) => each.asked)
  const isAsked = ({ ecosystem }: InventoryPackage): boolean => (ecosystem === 'PyPI' ? pypi : npm) !== null
  const asked = wanted.filter(isAsked).slice(0, most.asked)
  const beyond = wanted.filter(isAsked).slice(most.asked)
  progress.step(`Asking for newer releases of ${countOf(asked.length, 'package')}`)
  const answers = asked.length === 0 ? [] : await releases.releasesOf(asked)
  const compared: ComparedPackage[] = []
  const unanswered: Unanswered[] = beyond.map((of) => ({
    subject: subjectOf(of),
    reason: 'there are too many packages to ask about',
  }))
  const unasked = wanted
    .filter((each) => !isAsked(each))
    .map((of) => `${subjectOf(of)}: no index of ${of.ecosystem} is configured`)
  for (const [i, of] of asked.entries()) {
    const answer = answers[i]
    if (answer?.state === 'done') compared.push(...comparedOf(of, answer, hub.audit.python))
    else if (answer?.state === 'failed') unanswered.push({ subject: subjectOf(of), reason: answer.reason })
    else unasked.push(`${subjectOf(of)}: its index does not know it`)
  }
  return { compared, unanswered, unasked }
}

function comparedOf(
  of: InventoryPackage,
  { changelog, releases }: Extract<ReleaseAnswer, { state: 'done' }>,
  { version: python }: { readonly version: string },
): ComparedPackage[] {
  const counting = of.versions.find(({ counts }) => counts)
  if (counting === undefined) return []
  const { version } = counting
  const newest = newestReleases(counting, releases, { python })
  // What only another Python takes is what has to be planned for.
  const anywhere = releases.map((release) => ({ ...release, requiresPython: null }))
  const target = newestReleases(counting, anywhere, { python }).major
  const takes = releases.find((release) => release.version === target)?.requiresPython ?? null
  const needsPython = target === newest.major ? null : takes
  const behind = target === null ? 0 : (majorsBetween(of.ecosystem, version, target) ?? 1)
  return [{ of, version, newest, target, needsPython, behind, changelog }]
}

/** Those with a newer major version, furthest behind first. */
export const outdatedMajors = ({ compared }: Comparison): ComparedPackage[] =>
  compared.filter(({ target }) => target !== null).toSorted((a, b) => b.behind - a.behind)

/** A finding for each newer major version, and one for what could not be found out. */
export function majorFindings(comparison: Comparison): Part {
  const { compared, unanswered, unasked } = comparison
  const outdated = outdatedMajors(comparison)
  const unknown =
    unanswered.length === 0
      ? []
      : [
          finding(check, 'unknown', {
            subject: 'unanswered',
            actual: `the index did not answer about ${countOf(unanswered.length, 'package')}`,
            evidence: byReason(unanswered).slice(0, most.shown),
          }),
        ]
  if (compared.length === 0) {
    const details = {
      actual: 'there is no package to ask an index about',
      evidence: unasked.slice(0, most.shown),
    }
    return only(unknown[0] ?? finding(check, 'skipped', details))
  }
  const rest = outdated.slice(most.shown)
  const others = finding(check, 'ok', {
    actual:
      outdated.length === 0
        ? `${countOf(compared.length, 'package')}, none with a newer major version`
        : `${outdated.length.toLocaleString('en')} of ${countOf(compared.length, 'package')} have a newer major version`,
    evidence: [...notShown(rest), ...unasked.slice(0, most.shown)],
  })
  return {
    findings: [...outdated.slice(0, most.shown).map(majorFinding), others, ...unknown],
    figures: [figure('dependencies.majors', outdated.length, 'count')],
  }
}

function notShown(rest: readonly ComparedPackage[]): string[] {
  const names = rest.map(({ of }) => subjectOf(of))
  return names.length === 0 ? [] : [`not shown: ${listText(names, most.shown)}`]
}

function majorFinding(compared: ComparedPackage): Finding {
  const { behind, changelog, of, target, version } = compared
  const places = of.versions.flatMap(({ pinnedAt }) => pinnedAt.map(placeText))
  return finding(check, 'ok', {
    subject: subjectOf(of),
    expected: plainLine(target ?? '', 60),
    actual: plainLine(version, 60),
    evidence: [
      `${countOf(behind, 'major version')} behind`,
      ...pythonNote(compared),
      ...(places.length === 0 ? [] : [`asked for at ${listText(places, 5, 120)}`]),
      changelog === null ? 'its index names no changelog' : `changes: ${changelog}`,
    ],
  })
}

/** That the newest major version takes another Python, and which one may be had without it. */
export function pythonNote({ needsPython, newest }: ComparedPackage): string[] {
  if (needsPython === null) return []
  const until = newest.major === null ? '' : `; without it, up to ${plainLine(newest.major, 60)}`
  return [`it takes Python ${plainLine(needsPython, 100)}, which the hub’s is not${until}`]
}
