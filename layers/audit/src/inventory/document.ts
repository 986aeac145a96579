import type { Vulnerability } from '../advisories/vulnerability.ts'
import { rulesOf } from '../packages/rules.ts'
import { plainLine } from '../plain-text.ts'
import type { RequirementSet } from '../requirements/requirement.ts'
import { compareText } from './compare-text.ts'
import type { Inventory } from './inventory.ts'

/** One advisory that holds for one package, as programs read it. */
export interface AuditEntry {
  /** Name as its index compares it. */
  readonly package: string
  readonly version: string
  readonly advisory: string
  readonly aliases: readonly string[]
  readonly severity: Vulnerability['severity']
  /** CVSS base score, 0–10; null where nobody scored it. */
  readonly score: number | null
  readonly fixVersions: readonly string[]
}

/** A line or a file that could not be read, as programs read it. */
export interface InvalidEntry {
  readonly file: string
  /** From 1; null for a whole file. */
  readonly line: number | null
  readonly text: string
  readonly reason: string
}

/** What an audit of requirements found, as programs read it: `hubkeeper audit requirements --json`. */
export interface AuditDocument {
  /** One for each package and advisory, by package, version and advisory. */
  readonly findings: readonly AuditEntry[]
  /** Numbers of requirements, see {@link Inventory}. */
  readonly pinned: number
  readonly unpinned: number
  readonly skippedByMarker: number
  readonly invalid: readonly InvalidEntry[]
}

/** The document about requirements and their flaws. */
export const auditDocument = (
  { pinned, skippedByMarker, unpinned }: Pick<Inventory, 'pinned' | 'skippedByMarker' | 'unpinned'>,
  { invalid, unreadable }: Pick<RequirementSet, 'invalid' | 'unreadable'>,
  vulnerabilities: readonly Vulnerability[],
): AuditDocument => ({
  findings: vulnerabilities.map(entryOf).sort(byPackage),
  pinned,
  unpinned,
  skippedByMarker,
  invalid: [
    ...invalid.map(({ place, reason, text }) => ({ file: place.key, line: place.line, text, reason })),
    ...unreadable.map(({ key, reason }) => ({ file: key, line: null, text: '', reason })),
  ],
})

const entryOf = (found: Vulnerability): AuditEntry => ({
  package: rulesOf(found.ecosystem).normalize(found.package),
  version: found.version,
  advisory: plainLine(found.advisory),
  aliases: found.aliases.map((alias) => plainLine(alias)),
  severity: found.severity,
  score: found.score,
  fixVersions: found.fixVersions.map((version) => plainLine(version)),
})

const byPackage = (a: AuditEntry, b: AuditEntry): number =>
  compareText(a.package, b.package) ||
  compareText(a.version, b.version) ||
  compareText(a.advisory, b.advisory)
