import { finding } from '../finding.ts'
import type { Examination, Outcome, Structure } from '../ports/examination.ts'
import type { Finding } from '../report.ts'
import { orphansIn } from './examination.ts'
import { adviceOn, reasonOf, statusWithoutValue } from './outcome.ts'

const maxEvidence = 10

/** Parts that a task that checks a database always looks at. */
export const checkedParts = ['structure', 'integrity', 'foreign-keys', 'search-indexes', 'hazards'] as const

/** The finding of a database of which there was nothing to examine. */
export function unreadable(outcome: Exclude<Outcome<unknown>, { state: 'done' }>, subject: string): Finding {
  return finding('database.readable', statusWithoutValue(outcome), {
    subject,
    expected: 'readable',
    actual: reasonOf(outcome),
    ...ownAdvice(outcome),
  })
}

/** What to do about what kept a check from looking, where that is known better than what is to be done otherwise. */
function ownAdvice(outcome: Exclude<Outcome<unknown>, { state: 'done' }>): { readonly advice?: string } {
  const advice = outcome.state === 'fault' ? adviceOn(outcome.fault) : undefined
  return advice === undefined ? {} : { advice }
}

/** Signs that a database is in use that nobody should have open. */
export const usedFindings = (signs: readonly string[], subject: string): Finding[] =>
  signs.map((actual) =>
    finding('database.hazards', 'warning', {
      subject,
      expected: 'nobody has it open',
      actual,
      advice:
        'set "authority": "server" if a server uses it; else open and close it once with its own program',
    }),
  )

/**
 * Everything that an examination says about a database, as findings.
 *
 * @param baseline rows without a parent in the newest proven backup; null when there is none
 */
export function databaseFindings(
  examination: Examination,
  subject: string,
  baseline: number | null,
): Finding[] {
  const { structure } = examination
  if (structure.state !== 'done') return [unreadable(structure, subject)]
  const { missing } = structure.value
  const readable = finding('database.readable', missing.length > 0 ? 'warning' : 'ok', {
    subject,
    expected: 'readable',
    actual: missing.length > 0 ? `needs ${missing.join(', ')}` : describeStructure(structure.value),
    ...(missing.length > 0
      ? { advice: 'this engine lacks them: what uses them is kept byte for byte, and not checked further' }
      : {}),
  })
  return [
    readable,
    integrityFinding(examination, subject),
    foreignKeyFinding(examination, subject, baseline),
    ...searchIndexFindings(examination),
    ...hazardFindings(examination),
  ]
}

/** `rollback journal, UTF-8, SQLite 3.53.4, written by 3.40.1`. */
const describeStructure = ({ encoding, engineVersion, journalMode, writerVersion }: Structure): string =>
  [
    journalMode === 'wal' ? 'WAL' : 'rollback journal',
    encoding,
    `SQLite ${engineVersion}`,
    ...(writerVersion === null ? [] : [`written by ${writerVersion}`]),
  ].join(', ')

/** Whether the structure of a database is sound. */
export function integrityFinding({ integrity }: Examination, subject: string): Finding {
  if (integrity.state !== 'done') {
    return finding('database.integrity', statusWithoutValue(integrity), {
      subject,
      expected: 'no problems',
      actual: reasonOf(integrity),
      ...ownAdvice(integrity),
    })
  }
  const problems = integrity.value
  return finding('database.integrity', problems.length === 0 ? 'ok' : 'critical', {
    subject,
    expected: 0,
    actual: problems.length,
    evidence: problems.slice(0, maxEvidence),
  })
}

function foreignKeyFinding({ foreignKeys }: Examination, subject: string, baseline: number | null): Finding {
  if (foreignKeys.state !== 'done') {
    return finding('database.foreign-keys', statusWithoutValue(foreignKeys), {
      subject,
      expected: 'no orphans',
      actual: reasonOf(foreignKeys),
    })
  }
  const orphans = orphansIn(foreignKeys.value)
  const firstSight = orphans > 0 ? 'warning' : 'ok'
  return finding(
    'database.foreign-keys',
    baseline === null ? firstSight : orphans > baseline ? 'critical' : 'ok',
    {
      subject,
      expected: baseline ?? 0,
      actual: orphans,
      evidence: foreignKeys.value
        .slice(0, maxEvidence)
        .map(({ table, parent, rows }) => `${rows} rows of ${table} without their ${parent}`),
    },
  )
}

/** Whether each full-text index agrees with its content. */
export function searchIndexFindings({ searchIndexes }: Examination): Finding[] {
  if (searchIndexes.state !== 'done') {
    return [
      finding('search-index.integrity', statusWithoutValue(searchIndexes), {
        expected: 'sound',
        actual: reasonOf(searchIndexes),
      }),
    ]
  }
  if (searchIndexes.value.length === 0) {
    return [finding('search-index.integrity', 'skipped', { actual: 'the database has no full-text index' })]
  }
  return searchIndexes.value.map(({ name, outcome }) =>
    outcome.state === 'done'
      ? finding('search-index.integrity', outcome.value === null ? 'ok' : 'critical', {
          subject: name,
          expected: 'sound',
          actual: outcome.value ?? 'sound',
        })
      : finding('search-index.integrity', statusWithoutValue(outcome), {
          subject: name,
          expected: 'sound',
          actual: reasonOf(outcome),
          ...ownAdvice(outcome),
        }),
  )
}

function hazardFindings({ hazards }: Examination): Finding[] {
  if (hazards.state !== 'done') {
    return [finding('database.hazards', statusWithoutValue(hazards), { actual: reasonOf(hazards) })]
  }
  if (hazards.value.length === 0) return [finding('database.hazards', 'ok', { actual: 'none' })]
  return hazards.value.map((hazard) =>
    finding('database.hazards', hazard.severity, {
      subject: hazard.name,
      expected: hazard.expected,
      actual: hazard.actual,
      advice: hazard.advice,
    }),
  )
}
