import { compare, explain, valid } from '@renovatebot/pep440'
import { pypiTakes } from './pypi-specifier.ts'
import type { EcosystemRules } from './rules.ts'
import { compareUnordered, identityOfUnordered } from './unordered.ts'

const isVersion = (version: string): boolean => valid(version.trim()) !== null

/** The zeros at the end of a release count for nothing (PEP 440). */
function identity(version: string): string {
  const explained = explain(version.trim())
  if (explained === null) return identityOfUnordered(version)
  const { dev, epoch, local, post, pre, release } = explained
  const last = release.findLastIndex((number) => number !== 0)
  return JSON.stringify([epoch, release.slice(0, last + 1), pre, post, dev, local])
}

/** PyPI: names by PEP 503, versions and specifiers by PEP 440. */
export const pypiRules: EcosystemRules = {
  normalize: (name) =>
    name
      .trim()
      .replace(/[-_.]+/g, '-')
      .toLowerCase(),
  isVersion,
  compare: (a, b) =>
    isVersion(a) && isVersion(b) ? compare(a.trim(), b.trim()) : compareUnordered(a, b, isVersion),
  identity,
  satisfies: pypiTakes,
  isPrerelease: (version) => explain(version.trim())?.is_prerelease ?? false,
}
