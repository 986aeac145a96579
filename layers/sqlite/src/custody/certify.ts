import {
  type BackupManifest,
  type Certificate,
  type CertificateLevel,
  type CrossCheck,
  certifiedTables,
  type Examination,
  missingFrom,
  type Outcome,
  orphansIn,
  reasonOf,
  searchIndexFaults,
} from '@hubkeeper/core'

/** What a certificate is judged from. */
export interface Evidence {
  readonly manifest: BackupManifest
  /** Of the stored bytes, as read back. */
  readonly bytes: number
  readonly sha256: string
  /** Null when the bytes differ: a file that was not written is not looked into. */
  readonly examination: Examination | null
  /** Null when it was not asked for; then `crossCheckSkipped` says why. */
  readonly crossCheck: Outcome<CrossCheck> | null
  readonly crossCheckSkipped: string | null
  /** Violations that it may have, as it or the proven backup before it had them; null when there is none. */
  readonly baseline: number | null
}

/** What is true of a stored backup, without who said so and when. */
export type Judgement = Pick<
  Certificate,
  'level' | 'digest' | 'tables' | 'foreignKeyViolations' | 'faults' | 'missing' | 'engine' | 'crossCheck'
>

/** Judges the evidence; each level stands on the one before it. */
export function certify(evidence: Evidence): Judgement {
  const nothing = { digest: null, tables: [], foreignKeyViolations: null, missing: [], engine: null }
  const differing = differenceOf(evidence, evidence.manifest)
  const skipped = { engine: null, skipped: 'the levels below it were not reached' }
  if (differing !== null) return { ...nothing, level: 'none', faults: [differing], crossCheck: skipped }
  const { examination } = evidence
  if (examination === null) {
    return { ...nothing, level: 'bytes', faults: ['it was not opened'], crossCheck: skipped }
  }
  const structure = structureFaults(examination, evidence.baseline)
  const { digest } = examination
  const content = digest.state === 'done' ? digest.value : null
  const second = crossCheckOf(evidence, content?.value ?? null)
  const faults = [
    ...structure,
    ...(digest.state === 'done' ? [] : [`content digest: ${reasonOf(digest)}`]),
    ...second.faults,
  ]
  return {
    level: levelOf(structure, content !== null, second),
    digest: content?.value ?? null,
    tables: content === null ? [] : certifiedTables(content, examination),
    foreignKeyViolations: violationsOf(examination),
    faults,
    missing: missingOf(examination),
    engine: examination.structure.state === 'done' ? examination.structure.value.engineVersion : null,
    crossCheck: { engine: second.engine, skipped: second.skipped },
  }
}

/** Two sizes that differ, to the byte: rounded, they may look the same. */
export const sizesOf = (is: number, was: number): string =>
  `${is.toLocaleString('en')} bytes, ${was.toLocaleString('en')}`

/** How a stored copy differs from what was written, in words; null when it does not. */
export function differenceOf(
  { bytes, sha256 }: Pick<Evidence, 'bytes' | 'sha256'>,
  written: Pick<BackupManifest, 'bytes' | 'sha256'>,
): string | null {
  if (bytes !== written.bytes) return `the stored copy has ${sizesOf(bytes, written.bytes)} were written`
  return sha256 === written.sha256
    ? null
    : `the stored copy’s SHA-256 is ${sha256}, of what was written ${written.sha256}`
}

interface SecondOpinion {
  readonly engine: string | null
  readonly skipped: string | null
  readonly faults: readonly string[]
}

function levelOf(structure: readonly string[], content: boolean, second: SecondOpinion): CertificateLevel {
  if (structure.length > 0) return 'bytes'
  // Two engines that disagree prove nothing about the content.
  if (!content || second.faults.length > 0) return 'structure'
  return second.engine === null ? 'content' : 'cross-checked'
}

/** Rows whose parent is missing, over all tables; null when it could not be looked at. */
export const violationsOf = ({ foreignKeys }: Examination): number | null =>
  foreignKeys.state === 'done' ? orphansIn(foreignKeys.value) : null

const missingOf = ({ structure, integrity, digest }: Examination): string[] => [
  ...missingFrom([structure, integrity, digest]),
  ...(structure.state === 'done' ? structure.value.missing : []),
]

function structureFaults(examination: Examination, baseline: number | null): string[] {
  const { structure, integrity, foreignKeys, searchIndexes } = examination
  const faults: string[] = []
  if (structure.state !== 'done') faults.push(`cannot be read: ${reasonOf(structure)}`)
  if (integrity.state !== 'done') faults.push(`integrity: ${reasonOf(integrity)}`)
  else faults.push(...integrity.value)
  if (foreignKeys.state !== 'done') faults.push(`foreign keys: ${reasonOf(foreignKeys)}`)
  const violations = violationsOf(examination)
  if (baseline !== null && violations !== null && violations > baseline) {
    faults.push(`${violations} rows without a parent, ${baseline} in the proven backup before it`)
  }
  if (searchIndexes.state !== 'done') faults.push(`search indexes: ${reasonOf(searchIndexes)}`)
  else faults.push(...searchIndexFaults(searchIndexes.value))
  return faults
}

function crossCheckOf({ crossCheck, crossCheckSkipped }: Evidence, digest: string | null): SecondOpinion {
  if (crossCheck === null) return { engine: null, skipped: crossCheckSkipped, faults: [] }
  if (crossCheck.state !== 'done') {
    const fault = crossCheck.state === 'fault' ? [`cross-check: ${reasonOf(crossCheck)}`] : []
    return { engine: null, skipped: reasonOf(crossCheck), faults: fault }
  }
  const { engineVersion, integrity } = crossCheck.value
  const faults = integrity.map((problem) => `cross-check: ${problem}`)
  if (digest !== null && crossCheck.value.digest !== digest) {
    faults.push(`cross-check: the second engine reads other content (${crossCheck.value.digest})`)
  }
  return { engine: engineVersion, skipped: null, faults }
}
