import { markdownText } from '@hubkeeper/audit'
import type { Backup } from '@hubkeeper/core'
import { countOf } from '@hubkeeper/core'
import { placeText, subjectOf } from '../dependency-update/words.ts'
import type { JudgedProduct } from './end-of-life.ts'
import { type ComparedPackage, pythonNote } from './majors.ts'

/** What a plan is made of. */
export interface PlanParts {
  readonly hub: string
  readonly at: Date
  /** The backup that each step can be undone with. */
  readonly backup: Backup
  readonly products: readonly JudgedProduct[]
  /** Packages with a newer major version. */
  readonly outdated: readonly ComparedPackage[]
  /** What is missing in it, as nobody told, each in words. */
  readonly unanswered: readonly string[]
}

/** Steps that are written out; what comes to more is counted. */
const most = 500

interface PlanStep {
  readonly title: string
  readonly lines: readonly string[]
  /** Where changes are told. */
  readonly link?: string
}

/**
 * The plan, as Markdown: what is riskiest to leave as it is comes first. What is not supported any more, then what
 * will not be for long, then packages, those furthest behind first.
 */
export function upgradePlan({ at, backup, hub, outdated, products, unanswered }: PlanParts): string {
  const steps = [
    ...productSteps(products, 'critical'),
    ...productSteps(products, 'warning'),
    ...outdated.map(packageStep),
  ]
  const { id, takenAt } = backup.manifest
  const lines = [
    `# Upgrade plan: ${markdownText(hub)}`,
    '',
    `Of ${at.toISOString().slice(0, 10)}, in order of risk: what is riskiest to leave as it is comes first. One step at a time; after each, see whether the hub is well: \`hubkeeper run health-check\`.`,
    '',
    `The hub as it is now is kept and proven as backup ${id}, taken at ${takenAt}. To go back: \`hubkeeper restore ${id} --with-files\`.`,
    '',
    ...(steps.length === 0
      ? [unanswered.length === 0 ? 'Nothing is to be done.' : 'Of what is known, nothing is to be done.', '']
      : steps.slice(0, most).flatMap(stepLines)),
    ...(steps.length > most ? [`And ${countOf(steps.length - most, 'more step')}.`, ''] : []),
    ...(unanswered.length === 0 ? [] : missingLines(unanswered)),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

const stepLines = ({ lines, link, title }: PlanStep, i: number): string[] => [
  `## ${i + 1}. ${markdownText(title)}`,
  '',
  ...lines.map((line) => `- ${markdownText(line)}`),
  ...(link === undefined ? [] : [`- changes: <${link}>`]),
  '',
]

const missingLines = (unanswered: readonly string[]): string[] => [
  '## Not known',
  '',
  ...unanswered.slice(0, most).map((line) => `- ${markdownText(line)}`),
]

const productSteps = (products: readonly JudgedProduct[], status: 'critical' | 'warning'): PlanStep[] =>
  products
    .filter(({ finding }) => finding.status === status)
    .map(({ finding: { actual, evidence, subject }, support: { longest } }) => ({
      title: longest === null ? `${subject}` : `${subject} → ${longest}`,
      lines: [...(typeof actual === 'string' ? [actual] : []), ...evidence],
    }))

function packageStep(compared: ComparedPackage): PlanStep {
  const { behind, changelog, newest, of, target, version } = compared
  const nearer = newest.minor ?? newest.patch
  const places = of.versions.flatMap(({ pinnedAt }) => pinnedAt)
  return {
    title: `${subjectOf(of)} ${version} → ${target}`,
    lines: [
      `${countOf(behind, 'major version')} behind: what it breaks is told by its changes`,
      ...pythonNote(compared),
      ...(nearer === null ? [] : [`first to ${nearer}, the newest before the next major version`]),
      ...places.slice(0, 5).map((place) => `asked for at ${placeText(place)}`),
      ...(changelog === null ? ['its index names no changelog'] : []),
    ],
    ...(changelog === null ? {} : { link: changelog }),
  }
}
