import { type Finding, formatValue, type Report } from '@hubkeeper/core'
import { type ComingRun, comingRuns, type History } from '@hubkeeper/review'
import type { ReviewContext } from '../architecture-review/context.ts'

/** An upgrade that is proposed. */
export interface Upgrade {
  readonly kind: 'flaw' | 'patch' | 'major' | 'support'
  /** A package, or a product. */
  readonly of: string
  /** What there is, and what there should be, in words. */
  readonly detail: string
}

/** What is to come. */
export interface Planning {
  /** Of daily and rarer tasks the next run each, soonest first. */
  readonly coming: readonly ComingRun[]
  /** Most pressing first. */
  readonly upgrades: readonly Upgrade[]
  /** Of which upgrades nothing is known, and why, a sentence each. */
  readonly unknown: readonly string[]
  /** Where the upgrade plan is; null where there is none. */
  readonly plan: string | null
}

/** How far ahead it is planned, days: to the next review, also when clocks are set back before it. */
const ahead = 36

/** Findings that propose an upgrade, by what they propose, most pressing first. */
const proposals = [
  ['support', 'major-updates', 'runtime.end-of-life'],
  ['flaw', 'dependency-update', 'dependencies.vulnerable'],
  ['patch', 'dependency-update', 'dependencies.outdated'],
  ['major', 'major-updates', 'dependencies.major'],
] as const

/** The runs that are to come, and the upgrades that the newest audits propose. */
export function planningOf({ at, hub, ledger }: ReviewContext, history: History): Planning {
  const newest = (task: string): Report | undefined =>
    history.reports.get(task)?.findLast(({ status }) => status !== 'failed')
  const named = (report: Report | undefined, check: string): readonly Finding[] =>
    report?.findings.filter((each) => each.check === check) ?? []
  return {
    coming: comingRuns(ledger.tasks, hub.timeZone, at, ahead),
    upgrades: proposals.flatMap(([kind, task, check]) =>
      named(newest(task), check)
        .filter((each) => each.subject !== null && isProposal(kind, each))
        .map((each) => ({ kind, of: each.subject ?? '', detail: detailOf(each) })),
    ),
    unknown: [
      ...[...new Set(proposals.map(([, task]) => task))]
        .filter((task) => newest(task) === undefined)
        .map((task) => `No ${task} did its job in the last quarter: what it would propose is not known.`),
      ...proposals.flatMap(([, task, check]) =>
        named(newest(task), check)
          .filter(({ status }) => status === 'unknown')
          .map(
            ({ actual, subject, unit }) =>
              `${check} ${subject ?? ''}: ${formatValue(actual, unit)}, so it is not known.`,
          ),
      ),
    ],
    plan: newest('major-updates')?.artifacts.find(({ key }) => key.endsWith('/upgrade-plan.md'))?.key ?? null,
  }
}

/** A newer major version is told as ok: it is no flaw. For a flaw without a fix, nothing is expected. */
function isProposal(kind: Upgrade['kind'], { expected, status }: Finding): boolean {
  if (kind === 'major') return status === 'ok'
  return (status === 'warning' || status === 'critical') && (kind !== 'flaw' || expected !== null)
}

const detailOf = ({ actual, evidence, expected, unit }: Finding): string =>
  typeof actual === 'number'
    ? (evidence[0] ?? formatValue(actual, unit))
    : [formatValue(actual, unit), ...(expected === null ? [] : [formatValue(expected, unit)])].join(' → ')
