import type { AdvisoryMatch, PackageVersion } from '@hubkeeper/core'
import { rulesOf } from '../packages/rules.ts'
import { plainLine } from '../plain-text.ts'
import { fixesAfter, holdsFor, isInRanges, oddBounds } from './affected.ts'
import { ratingOf, unrated } from './cvss.ts'
import { packageKey, packageKeyOf } from './package-key.ts'
import { isWithdrawn, modifiedAt, type OsvAffected, type OsvRecord, readRecord } from './record.ts'
import { ascending } from './versions.ts'
import type { Vulnerability } from './vulnerability.ts'

/** What records say of packages. */
export interface AdvisoryReading {
  /** One for each package version and advisory, in the order of the packages, then by id. */
  readonly vulnerabilities: readonly Vulnerability[]
  /** Records that count for nothing, as they could not be read, each in words. */
  readonly unreadable: readonly string[]
  /** What could not be understood of records that count, each in words. */
  readonly remarks: readonly string[]
}

interface Candidate {
  readonly record: OsvRecord
  /** What it says of this one package. */
  readonly affected: readonly OsvAffected[]
}

const versionKey = (found: PackageVersion): string => `${packageKey(found)} ${found.version}`

/** The records by the package that they are about. */
function byPackage(records: Iterable<OsvRecord>): Map<string, Candidate[]> {
  const found = new Map<string, Candidate[]>()
  for (const record of records) {
    const entries = Map.groupBy(record.affected ?? [], packageKeyOf)
    for (const [key, affected] of entries) {
      if (key === null) continue
      const candidates = found.get(key)
      if (candidates === undefined) found.set(key, [{ record, affected }])
      else candidates.push({ record, affected })
    }
  }
  return found
}

/** Of several records with one id the newest. */
function byId(records: readonly unknown[]): { found: Map<string, OsvRecord>; unreadable: string[] } {
  const found = new Map<string, OsvRecord>()
  const unreadable: string[] = []
  for (const raw of records) {
    const read = readRecord(raw)
    if ('unreadable' in read) unreadable.push(read.unreadable)
    else {
      const other = found.get(read.record.id)
      const isOlder = other !== undefined && timeOf(read.record) < timeOf(other)
      if (!isOlder) found.set(read.record.id, read.record)
    }
  }
  return { found, unreadable }
}

const timeOf = (record: OsvRecord): number => modifiedAt(record)?.getTime() ?? 0

/** Which bounds of a record were no versions, where it was not found to hold: it may yet. */
const doubtsAbout = (found: PackageVersion, { affected, record }: Candidate): string[] => {
  const bounds = affected.flatMap((entry) => oddBounds(entry, found.ecosystem))
  if (bounds.length === 0) return []
  const named = plainLine([...new Set(bounds)].join(', '), 100)
  return [
    `${record.id} bounds versions of ${plainLine(found.name, 100)} by what is no version (${named}): it comes before all others`,
  ]
}

function vulnerabilityOf(
  found: PackageVersion,
  { affected, record }: Candidate,
): Vulnerability & { odd: readonly string[] } {
  const { ecosystem, version } = found
  const { isVersion } = rulesOf(ecosystem)
  const holding = affected.filter((entry) => holdsFor(version, entry, ecosystem))
  const { odd, score, severity } = ratingOf([record, ...(holding.length > 0 ? holding : affected)])
  const fixes = affected
    .flatMap((entry) => fixesAfter(version, entry, ecosystem))
    // What mends one line may lie in another one that is not mended yet.
    .filter((fix) => !isVersion(fix) || !affected.some((entry) => isInRanges(fix, entry, ecosystem)))
  return {
    ecosystem,
    package: plainLine(affected[0]?.package?.name ?? found.name, 200),
    version,
    advisory: record.id,
    aliases: [...new Set((record.aliases ?? []).map((alias) => plainLine(alias, 100)))].sort(),
    severity,
    score,
    fixVersions: ascending(fixes, ecosystem),
    summary: plainLine(record.summary || record.details || ''),
    odd,
  }
}

/** An advisory that its source counts, and of which no more is known. */
const unexplained = ({ ecosystem, name, version }: PackageVersion, id: string): Vulnerability => ({
  ecosystem,
  package: plainLine(name, 200),
  version,
  advisory: plainLine(id, 100),
  aliases: [],
  ...unrated,
  fixVersions: [],
  summary: 'its record could not be read',
})

/**
 * Which advisories hold for which versions: those whose record covers it, and those that the source itself counts,
 * though their record could not be read. Withdrawn ones never do.
 *
 * @param records in the OSV format, as they came
 * @param matches what the source itself counts; null where it does not
 */
export function vulnerabilitiesOf(
  packages: readonly PackageVersion[],
  records: readonly unknown[],
  matches: readonly AdvisoryMatch[] | null,
): AdvisoryReading {
  const { found: known, unreadable } = byId(records)
  const candidates = byPackage(known.values())
  const counted = Map.groupBy(matches ?? [], versionKey)
  const remarks = new Set<string>()
  const distinct = new Map(packages.map((found) => [versionKey(found), found]))
  const vulnerabilities = [...distinct].flatMap(([key, found]) => {
    const ids = new Set((counted.get(key) ?? []).flatMap((match) => match.ids))
    const own = candidates.get(packageKey(found)) ?? []
    const holding = new Map<string, Vulnerability>()
    for (const candidate of own) {
      const { affected, record } = candidate
      if (isWithdrawn(record)) continue
      const covers = affected.some((entry) => holdsFor(found.version, entry, found.ecosystem))
      if (covers || ids.has(record.id)) {
        const { odd, ...vulnerability } = vulnerabilityOf(found, candidate)
        holding.set(record.id, vulnerability)
        for (const vector of odd) remarks.add(`${record.id} has a severity that is no CVSS vector: ${vector}`)
      } else for (const doubt of doubtsAbout(found, candidate)) remarks.add(doubt)
    }
    for (const id of ids) {
      const record = known.get(id)
      if (holding.has(id) || (record !== undefined && isWithdrawn(record))) continue
      if (record === undefined) holding.set(id, unexplained(found, id))
      else {
        const { odd: _, ...vulnerability } = vulnerabilityOf(found, { record, affected: [] })
        holding.set(id, vulnerability)
      }
    }
    return [...holding.values()].sort((one, other) => (one.advisory < other.advisory ? -1 : 1))
  })
  return { vulnerabilities, unreadable, remarks: [...remarks] }
}
