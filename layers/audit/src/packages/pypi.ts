import { compare, explain, valid } from '@renovatebot/pep440'
import { pypiTakes } from './pypi-specifier.ts'
import type { EcosystemRules } from './rules.ts'
import { compareUnordered } from './unordered.ts'

const isVersion = (version: string): boolean => valid(version.trim()) !== null

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
  satisfies: pypiTakes,
  isPrerelease: (version) => explain(version.trim())?.is_prerelease ?? false,
}
