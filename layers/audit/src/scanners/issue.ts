import type { CheckId, ScannerName } from '@hubkeeper/core'
import type { CodeFinding } from './code-finding.ts'

/** Who found an issue: a scanner, or a check of Hubkeeper's own. */
export type IssueTool = ScannerName | 'hubkeeper'

/** One thing that is wrong, whoever found it. */
export interface Issue extends Omit<CodeFinding, 'scanner'> {
  readonly tool: IssueTool
  readonly check: CheckId
}

/** What an issue has to do with the last time. */
export type IssueChange =
  | 'new'
  | 'unchanged'
  /** It is known, and was milder. */
  | 'updated'
  /** It was there, was looked for, and is not there any more. */
  | 'absent'

/** Why an issue is accepted for a time. */
export interface Acceptance {
  readonly reason: string
  /** The day from which it counts again. */
  readonly until: string
}

/** An issue, compared with the last time. */
export interface ComparedIssue {
  readonly issue: Issue
  readonly change: IssueChange
  /** Null where nobody accepted it. */
  readonly accepted: Acceptance | null
}

/** What one tool came to in one audit. */
export interface ToolRun {
  readonly tool: IssueTool
  readonly version: string | null
  /** Why there is no result, in words; null where it looked. */
  readonly failure: string | null
  /** What it could not look at, in words. */
  readonly unread: readonly string[]
}
