import type { PackageName } from '@hubkeeper/core'
import { rulesOf } from '../packages/rules.ts'
import type { OsvAffected } from './record.ts'

/** Equal for the same package, however its name is written. */
export const packageKey = ({ ecosystem, name }: PackageName): string =>
  `${ecosystem}:${rulesOf(ecosystem).normalize(name)}`

/** The key of the package that an entry of a record is about; null where its ecosystem is none that is understood. */
export function packageKeyOf({ package: about }: OsvAffected): string | null {
  if (about === null || about === undefined) return null
  // What follows a colon narrows it, as a release of a distribution does.
  const ecosystem = about.ecosystem.split(':')[0]
  return ecosystem === 'PyPI' || ecosystem === 'npm' ? packageKey({ ecosystem, name: about.name }) : null
}
