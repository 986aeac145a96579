import type { Ecosystem } from '@hubkeeper/core'
import { npmRules } from './npm.ts'
import { pypiRules } from './pypi.ts'

/** How one package index writes and orders its packages. */
export interface EcosystemRules {
  /** A name as the index compares it. */
  normalize(name: string): string
  /** Whether it is a version by the rules of the index. */
  isVersion(version: string): boolean
  /**
   * Negative, 0 or positive, for any texts: what is no version comes before everything that is, as osv.dev
   * orders it.
   */
  compare(a: string, b: string): number
  /** The same text for what {@link compare} finds equal, and for nothing else. */
  identity(version: string): string
  /**
   * Whether a specifier takes a version, pre-releases as well: whether one is wanted is another question. False
   * where either cannot be read.
   */
  satisfies(version: string, specifier: string): boolean
  /** Whether it comes before a release: alphas, betas, candidates, development versions. */
  isPrerelease(version: string): boolean
}

const rules: Readonly<Record<Ecosystem, EcosystemRules>> = { PyPI: pypiRules, npm: npmRules }

/** The rules of one package index. */
export const rulesOf = (ecosystem: Ecosystem): EcosystemRules => rules[ecosystem]
