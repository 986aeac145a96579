import {
  type AuditDocument,
  auditDocument,
  type Flaw,
  flawsOf,
  type Inventory,
  inventoryOf,
  type MarkerEnvironment,
  type RequirementSet,
  readRequirements,
  versionsOf,
  vulnerabilitiesOf,
} from '@hubkeeper/audit'
import { type AdvisorySource, HubkeeperError, UsageError } from '@hubkeeper/core'
import { keyOfFile, readTextFile, shownFile } from './files.ts'

/** What an audit of files of requirements found. */
export interface RequirementsAudit {
  readonly document: AuditDocument
  /** Each flaw once, however many advisories tell of it. */
  readonly flaws: readonly Flaw[]
  readonly inventory: Inventory
  /** What could not be understood of advisories, each in words. */
  readonly remarks: readonly string[]
  /** Whether a file could not be read at all, or a package not be asked for, so that nobody knows of its flaws. */
  readonly incomplete: boolean
  readonly source: string
  readonly requests: number
}

/** See {@link auditRequirements}. */
export interface RequirementsAuditOptions {
  /** Paths, from the current directory. */
  readonly files: readonly string[]
  readonly environment: MarkerEnvironment
  readonly advisories: AdvisorySource
  /** From which the files are named. */
  readonly directory: string
}

/**
 * Audits what files ask for.
 *
 * @throws UsageError when one of them cannot be read
 * @throws HubkeeperError `unreachable` when advisories cannot be had
 */
export async function auditRequirements({
  advisories,
  directory,
  environment,
  files,
}: RequirementsAuditOptions): Promise<RequirementsAudit> {
  const keys = files.map(keyOfFile)
  const read = await readRequirements({ keys, read: readTextFile, environment })
  const missing = read.unreadable.find(({ key }) => keys.includes(key))
  if (missing !== undefined) {
    throw new UsageError(`${shownFile(missing.key, directory)} cannot be read: ${missing.reason}`, {
      hint: 'name a file of requirements, or a package-lock.json: hubkeeper audit requirements requirements.txt',
    })
  }
  const set = namedFrom(read, directory)
  const inventory = inventoryOf(set, [])
  const versions = versionsOf(inventory)
  const answer = await advisories.query(versions)
  if (answer.state === 'failed') {
    throw new HubkeeperError('unreachable', `advisories cannot be had: ${answer.reason}`, {
      hint: 'try again, or give a copy of the records: --advisories DIR or --advisories all.zip',
    })
  }
  const { remarks, unreadable, vulnerabilities } = vulnerabilitiesOf(versions, answer.records, answer.matches)
  return {
    document: auditDocument(inventory, set, vulnerabilities),
    flaws: flawsOf(vulnerabilities),
    inventory,
    remarks: [...new Set([...answer.unreadable, ...unreadable, ...remarks])],
    incomplete: set.unreadable.length > 0 || (answer.unasked ?? []).length > 0,
    source: answer.origin.source,
    requests: answer.requests,
  }
}

/** Places within a sentence as well. */
const withoutDirectory = (reason: string, directory: string): string =>
  reason.replaceAll(`${keyOfFile(directory).replace(/\/$/, '')}/`, '')

/** Files by the names that people know them by. */
function namedFrom(set: RequirementSet, directory: string): RequirementSet {
  const named = <T extends { readonly place: RequirementSet['invalid'][number]['place'] }>(one: T): T => ({
    ...one,
    place: { ...one.place, key: shownFile(one.place.key, directory) },
  })
  return {
    requirements: set.requirements.map(named),
    invalid: set.invalid
      .map(named)
      .map(({ reason, ...line }) => ({ ...line, reason: withoutDirectory(reason, directory) })),
    unreadable: set.unreadable.map(({ key, reason }) => ({
      key: shownFile(key, directory),
      reason: withoutDirectory(reason, directory),
    })),
    files: set.files.map((key) => shownFile(key, directory)),
  }
}
