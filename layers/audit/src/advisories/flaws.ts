import { worstOf } from './cvss.ts'
import { packageKey } from './package-key.ts'
import { ascending } from './versions.ts'
import type { Flaw, Vulnerability } from './vulnerability.ts'

/** Databases by how well their ids are known. */
const preferred = [/^CVE-/i, /^GHSA-/i, /^PYSEC-/i]

const rankOf = (id: string): number => {
  const rank = preferred.findIndex((pattern) => pattern.test(id))
  return rank < 0 ? preferred.length : rank
}

/** Advisories of one version that share an id, directly or by way of others. */
function connected(vulnerabilities: readonly Vulnerability[]): Vulnerability[][] {
  const parents = new Map<string, string>()
  const rootOf = (id: string): string => {
    let root = id
    for (let parent = parents.get(root); parent !== undefined && parent !== root; parent = parents.get(root))
      root = parent
    parents.set(id, root)
    return root
  }
  for (const { advisory, aliases } of vulnerabilities)
    for (const alias of aliases) parents.set(rootOf(alias.toUpperCase()), rootOf(advisory.toUpperCase()))
  return [...Map.groupBy(vulnerabilities, ({ advisory }) => rootOf(advisory.toUpperCase())).values()]
}

/** Each once, in capitals or not, as it was written first. */
const distinct = (ids: readonly string[]): string[] => [
  ...new Map(ids.toReversed().map((id) => [id.toUpperCase(), id])).values(),
]

function flawOf(told: readonly Vulnerability[], first: Vulnerability): Flaw {
  const ids = distinct([
    ...told.map(({ advisory }) => advisory),
    ...told.flatMap(({ aliases }) => aliases),
  ]).sort()
  const scores = told.flatMap(({ score }) => (score === null ? [] : [score]))
  return {
    ecosystem: first.ecosystem,
    package: first.package,
    version: first.version,
    id: ids.reduce((best, id) => (rankOf(id) < rankOf(best) ? id : best), first.advisory),
    ids,
    severity: worstOf(told.map(({ severity }) => severity)),
    score: scores.length === 0 ? null : Math.max(...scores),
    fixVersions: ascending(
      told.flatMap(({ fixVersions }) => fixVersions),
      first.ecosystem,
    ),
    summary: told.find(({ summary }) => summary !== '')?.summary ?? '',
  }
}

/** Every flaw once for each version of a package, however many advisories tell of it; in the order in which they came. */
export function flawsOf(vulnerabilities: readonly Vulnerability[]): Flaw[] {
  const versions = Map.groupBy(
    vulnerabilities,
    ({ ecosystem, package: name, version }) => `${packageKey({ ecosystem, name })} ${version}`,
  )
  return [...versions.values()].flatMap(connected).flatMap((told) => {
    const [first] = told
    return first === undefined ? [] : [flawOf(told, first)]
  })
}
