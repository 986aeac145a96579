import {
  applyIgnores,
  flawsOf,
  type Inventory,
  plainLine,
  versionsOf,
  vulnerabilitiesOf,
} from '@hubkeeper/audit'
import { countOf, formatDuration, type LastKnownAdvisories } from '@hubkeeper/core'
import type { AuditContext } from './context.ts'
import { flawedPackages } from './vulnerable.ts'
import { flawText, subjectOf } from './words.ts'

/** What the last answer says of the packages as they are now, with its age; a line each. */
export function lastKnownLines(
  { at, hub }: Pick<AuditContext, 'at' | 'hub'>,
  known: LastKnownAdvisories | undefined,
  inventory: Inventory,
): string[] {
  if (known === undefined) return ['there is no earlier answer']
  const { matches, origin, records } = known
  const { vulnerabilities } = vulnerabilitiesOf(versionsOf(inventory), records, matches)
  const { counted } = applyIgnores(flawsOf(vulnerabilities), hub.audit.ignore, at)
  const age = formatDuration(at.getTime() - origin.readAt.getTime())
  return [
    `${plainLine(origin.source)} last answered ${age} ago, at ${origin.readAt.toISOString()}: ${countOf(counted.length, 'flaw')}`,
    ...flawedPackages(inventory, counted).flatMap(({ of, versions }) =>
      versions.flatMap(({ flaws, of: { version } }) =>
        flaws.map((flaw) => `${subjectOf(of)} ${plainLine(version, 60)}: ${flawText(flaw)}`),
      ),
    ),
  ]
}
