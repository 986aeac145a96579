// The library is CommonJS that bundlers wrote: Node finds its functions only on the default export.
import cvss from 'ae-cvss-calculator'
import * as z from 'zod'
import { plainLine } from '../plain-text.ts'
import { type Severity, worseSeverity } from '../severity.ts'
import type { OsvRecord } from './record.ts'

/** How a record, or several, rate a flaw. */
export interface Rating {
  readonly severity: Severity
  /** Highest CVSS base score, 0–10; null without a vector. */
  readonly score: number | null
}

/** Nobody rated it. */
export const unrated: Rating = { severity: 'unknown', score: null }

/** How each version writes its vectors; those of version 2 have no prefix. */
const prefixes: Readonly<Record<string, RegExp>> = {
  CVSS_V2: /^\(?AV:/,
  CVSS_V3: /^CVSS:3\.[01]\//,
  CVSS_V4: /^CVSS:4\.0\//,
}

/** What is used of a vector of the library, which itself says any. */
interface Vector {
  isBaseFullyDefined(): boolean
  calculateScores(): unknown
}
const scoresSchema = z.object({ base: z.number().min(0).max(10) })

/**
 * The base score of a CVSS vector (https://www.first.org/cvss/, versions 2.0, 3.0, 3.1 and 4.0); null where it is
 * none, or an incomplete one. Version 4.0 has one score for a vector: where it tells that nobody exploits the flaw
 * yet, that is in it, as advisory databases show it.
 */
export function baseScore(type: string, vector: string): number | null {
  if (prefixes[type]?.test(vector) !== true) return null
  const read: Vector | null = cvss.fromVector(vector)
  if (read?.isBaseFullyDefined() !== true) return null
  const scores = scoresSchema.safeParse(read.calculateScores())
  return scores.success ? scores.data.base : null
}

/** The qualitative rating of a base score, as CVSS 3.1 and 4.0 have it. */
export function severityOfScore(score: number): Severity {
  if (score >= 9) return 'critical'
  if (score >= 7) return 'high'
  if (score >= 4) return 'medium'
  return score > 0 ? 'low' : 'none'
}

const words: Readonly<Record<string, Severity>> = {
  CRITICAL: 'critical',
  HIGH: 'high',
  MODERATE: 'medium',
  MEDIUM: 'medium',
  LOW: 'low',
}

type Rated = Pick<OsvRecord, 'severity' | 'database_specific'>

/**
 * The worst that a record and what it says of a package give: by its vectors, else by the word of its database,
 * else unknown. `odd` are the vectors that could not be read.
 */
export function ratingOf(rated: readonly Rated[]): Rating & { readonly odd: readonly string[] } {
  const vectors = rated
    .flatMap(({ severity }) => severity ?? [])
    .filter(({ type }) => Object.hasOwn(prefixes, type))
    .map(({ score, type }) => ({ vector: score, score: baseScore(type, score) }))
  const odd = vectors.filter(({ score }) => score === null).map(({ vector }) => plainLine(vector, 100))
  const scores = vectors.flatMap(({ score }) => (score === null ? [] : [score]))
  if (scores.length > 0) {
    const score = Math.max(...scores)
    return { severity: severityOfScore(score), score, odd }
  }
  const named = rated.flatMap(({ database_specific: own }) => {
    const word = own?.severity?.toUpperCase() ?? ''
    return Object.hasOwn(words, word) ? [words[word] ?? 'unknown'] : []
  })
  return { severity: worstOf(named), score: null, odd }
}

/** The worst of those that were rated; unknown when none was. */
export const worstOf = (severities: readonly Severity[]): Severity =>
  severities
    .filter((severity) => severity !== 'unknown')
    .reduce<Severity | null>(
      (worst, severity) => (worst === null ? severity : worseSeverity(worst, severity)),
      null,
    ) ?? 'unknown'
