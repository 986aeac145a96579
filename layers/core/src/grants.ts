import type { Access } from './access.ts'
import type { HubConfig } from './config/schema.ts'
import { folderOf } from './glob.ts'
import { keys } from './keys.ts'
import { ledgerKeys } from './ledger/keys.ts'
import type { Task } from './task.ts'

/** What may be done with an object; `create` never writes over one. */
export type ObjectVerb = 'list' | 'read' | 'create' | 'replace' | 'delete'

/** Verbs on the objects below a prefix, or on the one object of that name. */
export interface ObjectGrant {
  readonly prefix: string
  readonly verbs: readonly ObjectVerb[]
  /** Whole files: read by version, written in parts. */
  readonly large?: true
}

/** What decides where the objects of a hub are. */
export type HubPlaces = Pick<HubConfig, 'logs' | 'searchIndex'> & {
  readonly database: { readonly path: string }
}

const databaseVerbs = {
  read: ['read'],
  maintain: ['read', 'replace'],
  restore: ['read', 'create', 'replace'],
} as const satisfies Record<string, readonly ObjectVerb[]>

const backupGrants = {
  read: [
    { prefix: keys.backups, verbs: ['list', 'read'], large: true },
    { prefix: keys.backupState, verbs: ['read'] },
  ],
  write: [
    { prefix: keys.backups, verbs: ['list', 'read', 'create'], large: true },
    { prefix: keys.backupState, verbs: ['read', 'create', 'replace'] },
  ],
} as const satisfies Record<string, readonly ObjectGrant[]>

/** One grant per folder that the globs lead to. */
const matching = (patterns: readonly string[], verbs: readonly ObjectVerb[]): ObjectGrant[] =>
  [...new Set(patterns.map(folderOf))].map((prefix) => ({ prefix, verbs }))

/**
 * The objects that an access amounts to: what a restricted store lets through when embedded, and
 * what becomes IAM on AWS. Nothing here may delete a backup.
 */
export function grantsOf(access: Access, { database, logs, searchIndex }: HubPlaces): ObjectGrant[] {
  const grants: ObjectGrant[] = []
  if (access.database !== undefined) {
    grants.push({ prefix: database.path, verbs: databaseVerbs[access.database], large: true })
  }
  if (access.backups !== undefined) grants.push(...backupGrants[access.backups])
  if (access.logs !== undefined && logs !== undefined && logs.logGroup === undefined) {
    grants.push(...matching(logs.files, ['list', 'read']))
  }
  if (access.files !== undefined) grants.push(...matching(searchIndex?.files ?? [], ['list']))
  if (access.ledger !== undefined) {
    grants.push({ prefix: ledgerPrefix + ledgerKeys.punctuality, verbs: ['read'] })
  }
  return grants
}

/** Where the ledger is kept, where it is kept as objects. */
export const ledgerPrefix = `${keys.state}ledger/`

/** What the runner itself needs for a task: to keep its reports, claims and leases. */
export function runnerGrants({
  name,
  schedule,
  writes,
}: Pick<Task, 'name' | 'schedule' | 'writes'>): ObjectGrant[] {
  const record = (prefix: string, verbs: readonly ObjectVerb[]): ObjectGrant => ({
    prefix: ledgerPrefix + prefix,
    verbs,
  })
  // Read as well: after a lost answer, looking is the only way to know one's own report.
  const reports: ObjectGrant = { prefix: keys.reportsOf(name), verbs: ['read', 'create'] }
  if (schedule.cadence === 'continuous') {
    return [reports, record(ledgerKeys.verdictOf(name), ['read', 'create', 'replace'])]
  }
  return [
    reports,
    record(ledgerKeys.runsOf(name), ['read', 'create', 'replace']),
    record(ledgerKeys.punctuality, ['read', 'create', 'replace']),
    ...(writes
      ? [
          record(ledgerKeys.freeze, ['read']),
          record(ledgerKeys.writeLease, ['read', 'create', 'replace', 'delete']),
        ]
      : []),
  ]
}
