import type { Access } from './access.ts'
import { type AuditPlaces, auditGrants } from './audit-grants.ts'
import type { HubConfig } from './config/schema.ts'
import { folderOf, prefixOf } from './glob.ts'
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
export type HubPlaces = AuditPlaces &
  Pick<HubConfig, 'analysis' | 'searchIndex'> & {
    readonly backups: Pick<HubConfig['backups'], 'files'>
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
  prune: [
    // What it reads are manifests and certificates; of the copies it needs their names alone.
    { prefix: keys.backups, verbs: ['list', 'read', 'delete'] },
    // That it deleted them is noted in the chain of certificates.
    { prefix: keys.backupState, verbs: ['read', 'create', 'replace'] },
  ],
} as const satisfies Record<string, readonly ObjectGrant[]>

/** One grant per folder that the globs lead to. */
const matching = (patterns: readonly string[], verbs: readonly ObjectVerb[]): ObjectGrant[] =>
  [...new Set(patterns.map(folderOf))].map((prefix) => ({ prefix, verbs }))

/**
 * Whether logs below a folder may be deleted: the folder has a name, and nothing of the hub but its logs
 * and the like lies in it, for a permission reaches all of it.
 */
export function mayExpireLogs(
  folder: string,
  { database, searchIndex }: Pick<HubPlaces, 'database' | 'searchIndex'>,
): boolean {
  const indexes = (searchIndex?.files ?? []).map(folderOf)
  return (
    folder !== '' &&
    ![database.path, keys.backups, keys.reports, keys.state, ...indexes].some(
      (place) => place.startsWith(folder) || folder.startsWith(place),
    )
  )
}

/** Globs of the files that are kept with each backup. */
export const keptFiles = ({ backups, requirements, searchIndex }: HubPlaces): readonly string[] => [
  ...new Set([...backups.files, ...requirements, ...(searchIndex?.files ?? [])]),
]

const fileVerbs = {
  copy: ['list', 'read'],
  restore: ['list', 'read', 'create', 'replace'],
} as const satisfies Record<string, readonly ObjectVerb[]>

/** Files by their names alone, or those that are kept with backups whole. */
const fileGrants = (access: NonNullable<Access['files']>, places: HubPlaces): ObjectGrant[] =>
  access === 'copy' || access === 'restore'
    ? [...new Set(keptFiles(places).map(prefixOf))].map((prefix) => ({
        prefix,
        verbs: fileVerbs[access],
        large: true as const,
      }))
    : matching(places.searchIndex?.files ?? [], ['list'])

/** Search indexes in files; they are written only where the hub says so. */
function indexGrants({ analysis, searchIndex }: HubPlaces): ObjectGrant[] {
  const { regenerate } = analysis.searchIndex
  const verbs = ['list', 'read', ...(regenerate ? (['replace'] as const) : [])] as const
  return [
    ...[...new Set((searchIndex?.files ?? []).map(prefixOf))].map((prefix) => ({ prefix, verbs })),
    ...(regenerate ? [{ prefix: keys.replaced, verbs: ['create'] as const }] : []),
  ]
}

/** One grant per folder of logs. */
const logGrants = (
  access: NonNullable<Access['logs']>,
  patterns: readonly string[],
  places: HubPlaces,
): ObjectGrant[] =>
  matching(patterns, ['list', 'read']).map(({ prefix, verbs }) =>
    access === 'rotate' && mayExpireLogs(prefix, places)
      ? { prefix, verbs: [...verbs, 'delete'] }
      : { prefix, verbs },
  )

/**
 * The objects that an access amounts to: what a restricted store lets through when embedded, and
 * what becomes IAM on AWS. Only retention may delete a backup, and it may do nothing else to one.
 */
export function grantsOf(access: Access, places: HubPlaces): ObjectGrant[] {
  const { database, logs } = places
  const grants: ObjectGrant[] = []
  if (access.database !== undefined) {
    grants.push({ prefix: database.path, verbs: databaseVerbs[access.database], large: true })
  }
  if (access.backups !== undefined) grants.push(...backupGrants[access.backups])
  if (access.logs !== undefined && logs !== undefined && logs.logGroup === undefined) {
    grants.push(...logGrants(access.logs, logs.files, places))
  }
  if (access.files !== undefined) grants.push(...fileGrants(access.files, places))
  if (access.reports !== undefined) grants.push({ prefix: keys.reports, verbs: ['list', 'read'] })
  if (access.indexes !== undefined) grants.push(...indexGrants(places))
  if (access.ledger !== undefined) {
    const signed = access.ledger === 'review' ? [ledgerKeys.signatures] : []
    for (const key of [ledgerKeys.punctuality, ledgerKeys.freeze, ledgerKeys.expectations, ...signed]) {
      grants.push({ prefix: ledgerPrefix + key, verbs: ['read'] })
    }
    // A hold is placed where there is none: a person's is never replaced.
    const verbs = access.ledger === 'hold' ? (['read', 'create'] as const) : (['read'] as const)
    grants.push({ prefix: ledgerPrefix + ledgerKeys.hold, verbs })
  }
  return [...grants, ...auditGrants(access, places)]
}

/** What running the tasks of a hub takes besides: to see in its ledger how their runs go. */
export const followingGrants = (access: Access): ObjectGrant[] =>
  access.tasks === undefined ? [] : [{ prefix: ledgerPrefix + ledgerKeys.runs, verbs: ['read'] }]

/** Where the ledger is kept, where it is kept as objects. */
export const ledgerPrefix = `${keys.state}ledger/`

/** What the runner itself needs for a task: to keep its reports, claims and leases. */
export function runnerGrants({
  name,
  publishes,
  schedule,
  writes,
}: Pick<Task, 'name' | 'publishes' | 'schedule' | 'writes'>): ObjectGrant[] {
  const record = (prefix: string, verbs: readonly ObjectVerb[]): ObjectGrant => ({
    prefix: ledgerPrefix + prefix,
    verbs,
  })
  // Read as well: after a lost answer, looking is the only way to know one's own report.
  const reports = [keys.reportsOf(name), ...(publishes === undefined ? [] : [keys.published(publishes)])].map(
    (prefix): ObjectGrant => ({ prefix, verbs: ['read', 'create'] }),
  )
  if (schedule.cadence === 'continuous') {
    return [...reports, record(ledgerKeys.verdictOf(name), ['read', 'create', 'replace'])]
  }
  return [
    ...reports,
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
