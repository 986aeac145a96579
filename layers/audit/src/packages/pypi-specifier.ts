import { compare, explain, valid } from '@renovatebot/pep440'

/** One clause of a PEP 440 specifier: `>=` and `1.0`. */
export interface Clause {
  readonly operator: string
  readonly version: string
}

/** Of PEP 440. */
const operators: readonly string[] = ['===', '~=', '==', '!=', '<=', '>=', '<', '>']

const clausePattern = /^(===|~=|==|!=|<=|>=|<|>)\s*(\S+)$/
const wildcard = /^v?(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*\.\*$/i

/** Whether a clause is one that PEP 440 knows. */
export function isClause({ operator, version }: Clause): boolean {
  if (!operators.includes(operator)) return false
  // Arbitrary equality compares texts, whatever they are.
  if (operator === '===') return /^[^\s,;)]+$/.test(version)
  if (version.endsWith('.*')) return (operator === '==' || operator === '!=') && wildcard.test(version)
  const explained = explain(version)
  if (explained === null || valid(version) === null) return false
  if (operator === '~=') return explained.release.length > 1 && explained.local === null
  return operator === '==' || operator === '!=' || explained.local === null
}

/** The clauses of a specifier, none for an empty one; null when one of them is none. */
export function clausesOf(specifier: string): Clause[] | null {
  const clauses: Clause[] = []
  for (const part of specifier.split(',')) {
    if (part.trim() === '') continue
    const [, operator = '', version = ''] = clausePattern.exec(part.trim()) ?? []
    if (operator === '' || !isClause({ operator, version })) return null
    clauses.push({ operator, version })
  }
  return clauses
}

/**
 * Whether a PEP 440 specifier takes a version. The library's own answer differs from that of PyPA's packaging for
 * `<` and `>` near pre- and post-releases, and for wildcards longer than the version.
 */
export function pypiTakes(version: string, specifier: string): boolean {
  const clauses = clausesOf(specifier)
  const text = version.trim()
  if (clauses === null) return false
  return clauses.every((clause) => takes(clause, text))
}

function takes({ operator, version }: Clause, candidate: string): boolean {
  if (operator === '===') return candidate.toLowerCase() === version.toLowerCase()
  const explained = explain(candidate)
  if (explained === null) return false
  const open = explained.public
  switch (operator) {
    case '==':
      return equals(candidate, version)
    case '!=':
      return !equals(candidate, version)
    case '~=':
      return compare(open, version) >= 0 && startsWith(candidate, compatible(version))
    case '>=':
      return compare(open, version) >= 0
    case '<=':
      return compare(open, version) <= 0
    case '<':
      return isBelow(candidate, version)
    default:
      return isAbove(candidate, version)
  }
}

/** A local version counts only where the clause names one. */
function equals(candidate: string, version: string): boolean {
  if (version.endsWith('.*')) return startsWith(candidate, version.slice(0, -2))
  const isLocal = explain(version)?.local !== null
  return compare(isLocal ? candidate : publicOf(candidate), version) === 0
}

/** A pre-release of the version itself is not below it. */
function isBelow(candidate: string, version: string): boolean {
  if (compare(candidate, version) >= 0) return false
  if (explain(version)?.is_prerelease) return true
  return !explain(candidate)?.is_prerelease || compare(candidate, `${publicOf(version)}.dev0`) < 0
}

/** A post-release of the version itself is not above it, nor is a local version of it. */
function isAbove(candidate: string, version: string): boolean {
  if (compare(candidate, version) <= 0) return false
  const open = publicOf(candidate)
  if (compare(open, version) === 0) return false
  if (explain(version)?.is_postrelease || !explain(candidate)?.is_postrelease) return true
  return compare(open.replace(/\.post\d+(\.dev\d+)?$/, ''), version) !== 0
}

const publicOf = (version: string): string => explain(version)?.public ?? version

/** What `~=` lets no number of the release change: all but the last. */
function compatible(version: string): string {
  const { epoch, release } = explain(version) ?? { epoch: 0, release: [] }
  return `${epoch}!${release.slice(0, -1).join('.')}`
}

/** Whether a version's release begins as `prefix` does; numbers that it lacks are 0. */
function startsWith(candidate: string, prefix: string): boolean {
  const [one, other] = [explain(candidate), explain(prefix)]
  if (one === null || other === null || one.epoch !== other.epoch) return false
  return other.release.every((number, index) => number === (one.release[index] ?? 0))
}
