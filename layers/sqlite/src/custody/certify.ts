import {
  type BackupManifest,
  type Certificate,
  type CertificateLevel,
  type CrossCheck,
  type Examination,
  type Outcome,
  reasonOf,
  type SearchIndexCheck,
  type TableDigest,
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
  const differing = differenceOf(evidence)
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
    tables: content === null ? [] : tablesOf(content.tables, examination),
    foreignKeyViolations: violationsOf(examination),
    faults,
    missing: missingOf(examination),
    engine: examination.structure.state === 'done' ? examination.structure.value.engineVersion : null,
    crossCheck: { engine: second.engine, skipped: second.skipped },
  }
}

/** Each table with what is known of its contents. */
function tablesOf(digests: readonly TableDigest[], { contents }: Examination): Judgement['tables'] {
  const known = new Map(contents.state === 'done' ? contents.value.map((table) => [table.name, table]) : [])
  return digests.map((table) => {
    const found = known.get(table.name)
    return found === undefined ? table : { ...table, payloadBytes: found.payloadBytes, newest: found.newest }
  })
}

/** Two sizes that differ, to the byte: rounded, they may look the same. */
export const sizesOf = (is: number, was: number): string =>
  `${is.toLocaleString('en')} bytes, ${was.toLocaleString('en')}`

function differenceOf({ manifest, bytes, sha256 }: Evidence): string | null {
  if (bytes !== manifest.bytes) {
    return `the stored copy has ${sizesOf(bytes, manifest.bytes)} were written`
  }
  return sha256 === manifest.sha256
    ? null
    : `the stored copy’s SHA-256 is ${sha256}, of what was written ${manifest.sha256}`
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
  foreignKeys.state === 'done' ? foreignKeys.value.reduce((sum, { rows }) => sum + rows, 0) : null

const missingOf = ({ structure, integrity, digest }: Examination): string[] => [
  ...new Set(
    [structure, integrity, digest].flatMap((outcome) =>
      outcome.state === 'fault' ? outcome.fault.missing : [],
    ),
  ),
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
  else faults.push(...searchIndexes.value.flatMap(searchIndexFault))
  return faults
}

function searchIndexFault({ name, outcome }: SearchIndexCheck): string[] {
  if (outcome.state !== 'done') return [`search index ${name}: ${reasonOf(outcome)}`]
  return outcome.value === null ? [] : [`search index ${name}: ${outcome.value}`]
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
