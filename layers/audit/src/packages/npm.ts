import semver from 'semver'
import type { EcosystemRules } from './rules.ts'
import { compareUnordered, identityOfUnordered } from './unordered.ts'

const isVersion = (version: string): boolean => semver.valid(version) !== null

/** npm: names as they are written, Semantic Versioning 2.0.0. */
export const npmRules: EcosystemRules = {
  normalize: (name) => name.trim(),
  isVersion,
  compare: (a, b) =>
    isVersion(a) && isVersion(b) ? semver.compare(a, b) : compareUnordered(a, b, isVersion),
  identity: (version) => semver.valid(version) ?? identityOfUnordered(version),
  satisfies: (version, specifier) => semver.satisfies(version, specifier, { includePrerelease: true }),
  isPrerelease: (version) => semver.prerelease(version) !== null,
}
