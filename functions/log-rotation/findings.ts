import { type Finding, finding, formatBytes, type LogAction, type LogPlan } from '@hubkeeper/core'
import type { AppliedPlan } from './apply.ts'

const maxEvidence = 20

/** Evidence that people can still read. */
const shortened = (lines: readonly string[]): string[] =>
  lines.length <= maxEvidence
    ? [...lines]
    : [...lines.slice(0, maxEvidence), `and ${lines.length - maxEvidence} more`]

/** What was done with one log. */
export function appliedFinding({ done, failed, plan, warnings }: AppliedPlan): Finding {
  const troubled = failed.length > 0 || warnings.length > 0
  return finding('logs.rotated', troubled ? 'warning' : 'ok', {
    subject: plan.log,
    expected: inWords(plan.actions),
    actual: failed.length === 0 ? inWords(plan.actions) : `${done.length} of ${plan.actions.length} done`,
    evidence: shortened([...failed, ...warnings, ...done, ...plan.notes]),
  })
}

/** What would be done with one log, and why it is not. */
export const plannedFinding = (plan: LogPlan, refused: string): Finding =>
  finding('logs.rotated', 'skipped', {
    subject: plan.log,
    actual: `${refused}: ${plan.actions.length === 0 ? 'nothing to do' : `would be ${inWords(plan.actions)}`}`,
    evidence: shortened([...plan.actions.map(intention), ...plan.warnings, ...plan.notes]),
  })

/** What holds for all logs. */
export const notedFinding = ([first = '', ...others]: readonly string[]): Finding =>
  finding('logs.rotated', 'ok', { actual: first, evidence: shortened(others) })

/** A change that would be made, in words. */
function intention(action: LogAction): string {
  const { bytes, key } = action.file
  const to = action.kind === 'rotate' ? `move to ${action.target}` : action.kind
  return `${key}, ${formatBytes(bytes)}: would ${to}`
}

/** Actions in words: `rotated, 3 deleted, 1 compressed`. */
function inWords(actions: LogPlan['actions']): string {
  const count = (kind: LogAction['kind']): number => actions.filter((action) => action.kind === kind).length
  const parts = [
    ...(count('rotate') === 0 ? [] : ['rotated']),
    ...(count('delete') === 0 ? [] : [`${count('delete')} deleted`]),
    ...(count('compress') === 0 ? [] : [`${count('compress')} compressed`]),
  ]
  return parts.length === 0 ? 'nothing to do' : parts.join(', ')
}
