import {
  fingerprintOf,
  type Issue,
  type IssueTool,
  plainLine,
  type Severity,
  type Tellable,
  type ToolRun,
} from '@hubkeeper/audit'
import { type CheckId, type Finding, finding, formatValue, HubkeeperError, isCheckId } from '@hubkeeper/core'

/** An issue, and what the report says of it. */
export interface FoundIssue {
  readonly issue: Issue
  /** Null for one that is mild: it is counted, and stands in the documents beside the report. */
  readonly tell: ((isNew: boolean) => Finding) | null
}

/** A part of a scope at which nobody could look. */
export interface Gap {
  readonly scope: string
  /** A file, directory, package, URL or whatever the issues there are about; null where it may be anything. */
  readonly place: string | null
}

/** What one part of an audit came to. */
export interface Look {
  /** What is no issue: all is well, nothing to look at, or nobody could look. */
  readonly findings: readonly Finding[]
  /** Of those that nobody could look at, the ones that are told once: they stay so from month to month. */
  readonly once: readonly Tellable[]
  readonly issues: readonly FoundIssue[]
  /** Scopes at which nobody could look: what was there before is still taken to be there. */
  readonly blind: readonly string[]
  /** What else could not be looked at: what was there before is still taken to be there, too. */
  readonly partial: readonly Gap[]
  readonly runs: readonly ToolRun[]
}

/** A part that found nothing and missed nothing. */
export const nothing: Look = { findings: [], once: [], issues: [], blind: [], partial: [], runs: [] }

/** Parts as one. */
export const allOf = (looks: readonly Look[]): Look => ({
  findings: looks.flatMap(({ findings }) => findings),
  once: looks.flatMap(({ once }) => once),
  issues: looks.flatMap(({ issues }) => issues),
  blind: looks.flatMap(({ blind }) => blind),
  partial: looks.flatMap(({ partial }) => partial),
  runs: looks.flatMap(({ runs }) => runs),
})

/** One tool in one check: it looks at everything there, or it could not. */
export const scopeOf = ({ check, tool }: { readonly check: CheckId; readonly tool: IssueTool }): string =>
  `${check}:${tool}`

/** What a finding of Hubkeeper's own is filed under. */
export interface Filing {
  /** What is wrong, in kebab-case; null where the check says it all. */
  readonly rule?: string | null
  /** A file, or a URL. */
  readonly path?: string | null
  /** What cannot be looked at, where it is unknown; the subject by default. */
  readonly place?: string | null
  /** What makes it another issue, besides check, rule and subject. */
  readonly identity?: string
}

const severities: Partial<Record<Finding['status'], Severity>> = { critical: 'critical', warning: 'medium' }

/** A finding of Hubkeeper's own: an issue where something is wrong, else as it is. */
export function lookOf(
  found: Finding,
  { identity = '', path = null, place, rule = null }: Filing = {},
): Look {
  const { actual, check, status, subject, unit } = found
  if (!isCheckId(check)) throw new TypeError(`there is no check ${check}`)
  const scope = scopeOf({ check, tool: 'hubkeeper' })
  const severity = severities[status]
  if (severity === undefined) {
    if (status !== 'unknown') return { ...nothing, findings: [found] }
    const name = `${scope}:${fingerprintOf('unknown', rule, subject)}`
    return {
      ...nothing,
      once: [{ finding: found, about: [[name]] }],
      partial: [{ scope, place: place === undefined ? subject : place }],
    }
  }
  const about = subject === null ? '' : `${subject}: `
  const issue: Issue = {
    tool: 'hubkeeper',
    check,
    rule: rule === null ? check : `${check}/${rule}`,
    aliases: rule === null ? [] : [rule],
    severity,
    message: plainLine(`${about}${formatValue(actual, unit)}`),
    location: path === null ? null : { path, line: null },
    package: null,
    url: null,
    fixVersions: [],
    fingerprint: fingerprintOf('hubkeeper', check, rule, subject, identity),
  }
  return { ...nothing, issues: [{ issue, tell: () => found }] }
}

/** What `work` sees; a driver that cannot is a finding, and the audit goes on without it. */
export async function attempt(check: CheckId, work: () => Promise<Look>): Promise<Look> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof HubkeeperError)) throw error
    return {
      ...nothing,
      findings: [finding(check, 'unknown', { actual: error.message, advice: error.hint })],
      blind: [scopeOf({ check, tool: 'hubkeeper' })],
    }
  }
}
