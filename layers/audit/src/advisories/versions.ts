import type { Ecosystem } from '@hubkeeper/core'
import { rulesOf } from '../packages/rules.ts'
import { plainLine } from '../plain-text.ts'

/** Each version once, ascending; what is no version of the ecosystem comes last. */
export function ascending(versions: readonly string[], ecosystem: Ecosystem): string[] {
  const { compare, isVersion } = rulesOf(ecosystem)
  const sorted = [...new Set(versions)].sort(compare)
  const distinct = sorted.filter((version, index) => {
    const before = sorted[index - 1]
    return before === undefined || !isVersion(version) || compare(before, version) !== 0
  })
  return [...distinct.filter(isVersion), ...distinct.filter((version) => !isVersion(version))].map(
    (version) => plainLine(version, 100),
  )
}
