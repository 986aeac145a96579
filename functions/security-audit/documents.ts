import {
  type ComparedIssue,
  type Issue,
  plainLine,
  type Severity,
  sarifOf,
  severities,
  type ToolRun,
} from '@hubkeeper/audit'
import { type Attachment, formatValue } from '@hubkeeper/core'
import type { Snapshot } from './baseline.ts'
import type { SecurityContext } from './context.ts'
import type { Look } from './look.ts'

interface Conclusion {
  readonly before: Snapshot | null
  readonly present: readonly ComparedIssue[]
  /** Nobody could look for them this time. */
  readonly carried: readonly ComparedIssue[]
  /** What is mended. */
  readonly gone: readonly Issue[]
  /** How many are open of each severity, those that nobody could look for among them. */
  readonly open: Readonly<Record<Severity, number>>
  readonly score: number
}

/** Everything that was found, for other programs: SARIF, and JSON with what SARIF has no word for. */
export function documentsOf(
  { at, hub, run }: SecurityContext,
  look: Look,
  { before, carried, gone, open, present, score }: Conclusion,
): Attachment[] {
  const absent = gone.map((issue): ComparedIssue => ({ issue, change: 'absent', accepted: null }))
  const issues = [...present.toSorted(worstFirst), ...absent.toSorted(worstFirst)]
  const runs: readonly ToolRun[] = [...look.runs, ownRun(look)]
  const json = {
    schema: 1,
    hub: hub.id,
    run,
    at: at.toISOString(),
    score,
    before: before === null ? null : { run: before.run, at: before.at, score: before.score },
    open,
    tools: runs,
    issues: issues.map(({ accepted, change, issue }) => ({ ...issue, change, accepted })),
    notLookedFor: carried.map(({ accepted, issue }) => ({ ...issue, accepted })),
  }
  // Where a tool did look, what it has no result for would pass for mended.
  const all = [...issues, ...carried.toSorted(worstFirst)]
  return [
    { name: 'findings.sarif', text: document(sarifOf({ hub: hub.id, runs, issues: all, at, run })) },
    { name: 'findings.json', text: document(json) },
  ]
}

const document = (value: object): string => `${JSON.stringify(value, null, 1)}\n`

const worstFirst = ({ issue: one }: ComparedIssue, { issue: other }: ComparedIssue): number =>
  severities.indexOf(one.severity) - severities.indexOf(other.severity) ||
  (one.fingerprint < other.fingerprint ? -1 : 1)

/** Hubkeeper's own checks; scanners say themselves what they could not look at. */
function ownRun({ findings, once, runs }: Look): ToolRun {
  const scanners = new Set<string | null>(runs.map(({ tool }) => tool))
  const unread = [...findings, ...once.map(({ finding }) => finding)]
    .filter(({ check, status, subject }) => status === 'unknown' && !(isScan(check) && scanners.has(subject)))
    .map(({ actual, check, subject, unit }) =>
      plainLine(`${check}${subject === null ? '' : ` ${subject}`}: ${formatValue(actual, unit)}`, 500),
    )
  return { tool: 'hubkeeper', version: null, failure: null, unread }
}

const isScan = (check: string): boolean => check === 'code.findings' || check === 'image.findings'
