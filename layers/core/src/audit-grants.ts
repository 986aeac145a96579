import type { Access } from './access.ts'
import type { HubConfig } from './config/schema.ts'
import { folderOf, prefixOf } from './glob.ts'
import type { ObjectGrant, ObjectVerb } from './grants.ts'
import { keys } from './keys.ts'

/** What decides where the objects are that audits look at. */
export type AuditPlaces = Pick<HubConfig, 'audit' | 'logs' | 'requirements'>

const below = (patterns: readonly string[], verbs: readonly ObjectVerb[]): ObjectGrant[] =>
  [...new Set(patterns.map(prefixOf))].map((prefix) => ({ prefix, verbs }))

/** Requirements and the inventory; upgrades are written only where the hub says that they are applied. */
function packageGrants(
  level: NonNullable<Access['packages']>,
  { audit, requirements }: AuditPlaces,
): ObjectGrant[] {
  const applies = level === 'update' && audit.updates === 'apply'
  const { inventory } = audit.python
  return [
    ...below(requirements, applies ? ['list', 'read', 'replace'] : ['list', 'read']),
    ...(inventory === undefined ? [] : [{ prefix: inventory, verbs: ['read'] as const }]),
    ...(applies ? [{ prefix: keys.replaced, verbs: ['create'] as const }] : []),
  ]
}

/**
 * Whether what a glob matches can be granted: rights of a store reach prefixes, and one that begins with a
 * wildcard would be granted the whole hub, its database among it.
 */
export const isGrantable = (pattern: string): boolean => prefixOf(pattern) !== ''

/** What is searched for secrets; the stored logs only where the logs are files. */
const searched = ({ audit: { secrets }, logs }: AuditPlaces): readonly string[] =>
  [
    ...secrets.files,
    // Rotated ones lie beside them, under other names.
    ...(secrets.logs && logs !== undefined && logs.logGroup === undefined ? logs.files.map(folderOf) : []),
  ].filter(isGrantable)

/** The objects that the part of an access amounts to which audits use. */
export function auditGrants(access: Access, places: AuditPlaces): ObjectGrant[] {
  const { stored } = places.audit.advisories
  return [
    ...(access.packages === undefined ? [] : packageGrants(access.packages, places)),
    ...(access.advisories === undefined || stored === undefined ? [] : below([stored], ['list', 'read'])),
    ...(access.secrets === undefined ? [] : below(searched(places), ['list', 'read'])),
    ...(access.scanners === undefined ? [] : [{ prefix: keys.scans, verbs: ['read'] as const }]),
    ...(access.memory === undefined
      ? []
      : [{ prefix: keys.memory, verbs: ['read', 'create', 'replace'] as const }]),
  ]
}
