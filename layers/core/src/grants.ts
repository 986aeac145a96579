import type { Access } from './access.ts'
import { keys } from './keys.ts'

/** What may be done with an object; `create` never writes over one. */
export type ObjectVerb = 'list' | 'read' | 'create' | 'replace' | 'delete'

/** Verbs on the objects below a prefix, or on the one object of that name. */
export interface ObjectGrant {
  readonly prefix: string
  readonly verbs: readonly ObjectVerb[]
}

/** Keys whose place is the hub's own choice. */
export interface HubKeys {
  readonly database: string
}

const databaseGrants = {
  read: ['read'],
  maintain: ['read', 'replace'],
  restore: ['read', 'create', 'replace'],
} as const satisfies Record<string, readonly ObjectVerb[]>

const backupGrants = {
  read: [
    { prefix: keys.backups, verbs: ['list', 'read'] },
    { prefix: `${keys.state}backups/`, verbs: ['read'] },
  ],
  write: [
    { prefix: keys.backups, verbs: ['list', 'read', 'create'] },
    { prefix: `${keys.state}backups/`, verbs: ['read', 'create', 'replace'] },
  ],
} as const satisfies Record<string, readonly ObjectGrant[]>

/**
 * The objects that an access amounts to: what a restricted store lets through when embedded, and
 * what becomes IAM on AWS. Nothing here may delete a backup.
 */
export function grantsOf(access: Access, hub: HubKeys): ObjectGrant[] {
  const grants: ObjectGrant[] = []
  if (access.database !== undefined) {
    grants.push({ prefix: hub.database, verbs: databaseGrants[access.database] })
  }
  if (access.backups !== undefined) grants.push(...backupGrants[access.backups])
  return grants
}

/** What the runner itself needs for every task: to keep its report. */
export const runnerGrants: readonly ObjectGrant[] = [{ prefix: keys.reports, verbs: ['create'] }]
