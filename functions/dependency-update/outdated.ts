import {
  type InventoryPackage,
  type InventoryVersion,
  type NewestReleases,
  newestReleases,
  plainLine,
  type Tellable,
} from '@hubkeeper/audit'
import { countOf, type Ecosystem, type Finding, figure, finding, type ReleaseAnswer } from '@hubkeeper/core'
import { bounded, boundedLines } from './bounded.ts'
import { type AuditContext, everyTime, type Told } from './context.ts'
import { byReason, subjectOf, versionText } from './words.ts'

const check = 'dependencies.outdated'

/** So many packages are asked about at most: one request each. */
const askedAtMost = 3000

/** A package with what its index says of it. */
export interface ReleasedPackage {
  readonly of: InventoryPackage
  readonly answer: ReleaseAnswer
}

/** What the indexes say, and of which packages they were not asked. */
export interface ReleaseKnowledge {
  readonly packages: readonly ReleasedPackage[]
  /** There are too many. */
  readonly leftOut: number
  /** No index of theirs is configured. */
  readonly unasked: readonly Ecosystem[]
}

/**
 * Asks for releases of what the hub asks for itself, and of what has flaws; what else came with others is theirs
 * to upgrade.
 */
export async function askReleases(
  { hub, releases }: Pick<AuditContext, 'hub' | 'releases'>,
  packages: readonly InventoryPackage[],
  flawed: ReadonlySet<InventoryPackage>,
): Promise<ReleaseKnowledge> {
  const { npm, pypi } = hub.audit.releases
  const isAsked = ({ ecosystem }: InventoryPackage): boolean => (ecosystem === 'PyPI' ? pypi : npm) !== null
  const wanted = [
    ...packages.filter((each) => flawed.has(each)),
    ...packages.filter((each) => !flawed.has(each) && each.asked),
  ]
  const askable = wanted.filter(isAsked)
  const chosen = askable.slice(0, askedAtMost)
  const answers = chosen.length === 0 ? [] : await releases.releasesOf(chosen)
  return {
    packages: chosen.flatMap((of, i) => {
      const answer = answers[i]
      return answer === undefined ? [] : [{ of, answer }]
    }),
    leftOut: askable.length - chosen.length,
    unasked: [...new Set(wanted.filter((each) => !isAsked(each)).map(({ ecosystem }) => ecosystem))],
  }
}

/** A version with the newest releases of each level. */
export interface JudgedVersion {
  readonly of: InventoryVersion
  readonly newest: NewestReleases
}

/** A package with how its versions stand. */
export interface JudgedPackage {
  readonly of: InventoryPackage
  readonly versions: readonly JudgedVersion[]
}

/** How the versions of packages stand whose index answered. */
export const judgedPackages = (
  { packages }: ReleaseKnowledge,
  needs: { readonly python: string },
): JudgedPackage[] =>
  packages.flatMap(({ answer, of }) =>
    answer.state !== 'done'
      ? []
      : [
          {
            of,
            versions: of.versions.map((version) => ({
              of: version,
              newest: newestReleases(version, answer.releases, needs),
            })),
          },
        ],
  )

/** A finding for each package that is behind its patch level or yanked, and what else there is to say. */
export function outdatedTold(knowledge: ReleaseKnowledge, judged: readonly JudgedPackage[]): Told {
  const failed = knowledge.packages.filter(({ answer }) => answer.state === 'failed')
  const behind = judged.filter(({ versions }) => versions.some(isBehind))
  const isUnseen = failed.length > 0 || knowledge.leftOut > 0
  return {
    tellables: [
      ...bounded(check, behind.map(behindTellable)),
      ...everyTime(...summaries(knowledge, judged, behind.length), ...unanswered(knowledge, failed)),
    ],
    figures: judged.length === 0 ? [] : [figure('dependencies.outdated', behind.length, 'count')],
    unseen: isUnseen ? [check] : [],
  }
}

const isBehind = ({ newest: { patch, yanked }, of: { counts } }: JudgedVersion): boolean =>
  counts && (patch !== null || yanked)

function behindTellable({ of, versions }: JudgedPackage): Tellable {
  const newestOf = versions.filter(isBehind).flatMap(({ newest: { patch } }) => patch ?? [])
  const isYanked = versions.some(({ newest, of: { counts } }) => counts && newest.yanked)
  const told = finding(check, 'warning', {
    subject: subjectOf(of),
    expected: newestOf[0] === undefined ? 'a release that was not yanked' : plainLine(newestOf[0], 60),
    actual: versions
      .filter(isBehind)
      .map(
        ({ newest: { yanked }, of: { version } }) =>
          `${plainLine(version, 60)}${yanked ? ', which was yanked' : ''}`,
      )
      .join('; '),
    evidence: boundedLines(
      versions.map(({ newest, of: version }) => `${versionText(version)}: ${newestText(newest)}`),
    ),
  })
  const name = `${check}:${of.ecosystem}/${of.normalized}`
  return { finding: told, about: isYanked ? [[name], [`${name}:yanked`]] : [[name]] }
}

/** `patch 2.32.5, minor 2.33.1, no newer major`. */
function newestText({ known, major, minor, patch }: NewestReleases): string {
  const of = (level: string, version: string | null): string =>
    version === null ? `no newer ${level}` : `${level} ${plainLine(version, 60)}`
  const text = [of('patch', patch), of('minor', minor), of('major', major)].join(', ')
  return known ? text : `${text}; its index has no such release`
}

/** Everything else, as one finding with the minor and major releases there are. */
function summaries(
  { packages, unasked }: ReleaseKnowledge,
  judged: readonly JudgedPackage[],
  behind: number,
): Finding[] {
  const absent = packages.filter(({ answer }) => answer.state === 'absent')
  const notes = [
    ...judged
      .filter(({ versions }) => !versions.some(isBehind))
      .flatMap(({ of, versions }) =>
        versions
          .filter(({ newest: { major, minor } }) => major !== null || minor !== null)
          .map(
            ({ newest, of: { version } }) =>
              `${subjectOf(of)} ${plainLine(version, 60)}: ${newestText(newest)}`,
          ),
      ),
    ...absent.map(({ of }) => `${subjectOf(of)}: its index does not know it`),
  ]
  const skipped = unasked.map((ecosystem) =>
    finding(check, 'skipped', { subject: ecosystem, actual: 'no index is configured to be asked' }),
  )
  const answered = judged.length + absent.length
  if (answered === 0) return skipped
  const actual = `${countOf(answered - behind, 'package')} of ${answered.toLocaleString('en')} at the newest patch level`
  return [finding(check, 'ok', { actual, evidence: boundedLines(notes) }), ...skipped]
}

/** What an index did not answer is unknown: it may be outdated. */
function unanswered({ leftOut }: ReleaseKnowledge, failed: readonly ReleasedPackage[]): Finding[] {
  const evidence = byReason(
    failed.map(({ answer, of }) => ({
      subject: subjectOf(of),
      reason: answer.state === 'failed' ? answer.reason : '',
    })),
  )
  return [
    ...(failed.length === 0
      ? []
      : [
          finding(check, 'unknown', {
            subject: 'unanswered',
            actual: `the index did not answer about ${countOf(failed.length, 'package')}`,
            evidence: boundedLines(evidence),
          }),
        ]),
    ...(leftOut === 0
      ? []
      : [
          finding(check, 'unknown', {
            subject: 'not asked',
            actual: `${countOf(leftOut, 'package')} beyond the first ${askedAtMost.toLocaleString('en')} were not asked about`,
          }),
        ]),
  ]
}
