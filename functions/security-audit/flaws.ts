import { bySeverity, type CodeFinding, type Issue, severities } from '@hubkeeper/audit'
import { type Finding, finding } from '@hubkeeper/core'
import type { FoundIssue } from './look.ts'

/** The two checks that scanners answer. */
export type ScanCheck = 'code.findings' | 'image.findings'

/** In words: `3 found: 1 high, 2 low`. */
export function countsOf(findings: readonly CodeFinding[]): string {
  if (findings.length === 0) return 'nothing found'
  const counts = bySeverity(findings)
  const parts = severities.filter((each) => counts[each] > 0).map((each) => `${counts[each]} ${each}`)
  return `${findings.length} found: ${parts.join(', ')}`
}

/** An issue of it, and what a report says: what nobody rated is a warning, what is mild is counted. */
export function issueOf(check: ScanCheck, { scanner, ...rest }: CodeFinding): FoundIssue {
  const issue: Issue = { ...rest, tool: scanner, check }
  switch (issue.severity) {
    case 'critical':
    case 'high':
      return { issue, tell: (isNew) => findingOf(issue, isNew ? 'critical' : 'warning') }
    // Nobody rated it: it may be anything.
    case 'unknown':
      return { issue, tell: () => findingOf(issue, 'warning') }
    default:
      return { issue, tell: null }
  }
}

function findingOf(issue: Issue, status: 'critical' | 'warning'): Finding {
  const { aliases, check, fixVersions, location, message, package: about, rule, severity, tool, url } = issue
  const line = location?.line ?? null
  const where = location === null ? '' : line === null ? location.path : `${location.path}:${line}`
  const place = about === null ? where : `${about.name} ${about.version}`
  const fixed =
    fixVersions.length === 0 ? 'no fix is known' : `fixed in ${fixVersions.slice(0, 5).join(', ')}`
  return finding(check, status, {
    subject: `${rule} ${place}`.trim(),
    actual: `${severity}: ${message}`,
    evidence: [
      `found by ${tool}`,
      ...(about === null ? [] : [fixed]),
      ...(about === null || location === null ? [] : [where]),
      ...(aliases.length === 0 ? [] : [`also called ${aliases.slice(0, 10).join(', ')}`]),
      ...(url === null ? [] : [url]),
    ],
  })
}
