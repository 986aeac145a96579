import { createHash } from 'node:crypto'
import { severities } from '../severity.ts'
import { type CodeFinding, maxFindings } from './code-finding.ts'

/** 128 bits that stand for all of `parts`, in hexadecimal. */
export const fingerprintOf = (...parts: readonly (string | number | null)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)

/** A finding before it is told apart from others that are equal to it. */
export interface DraftFinding extends Omit<CodeFinding, 'fingerprint'> {
  /** What makes it the same thing in the next scan; neither its line nor anything secret. */
  readonly identity: readonly (string | null)[]
}

const lineOf = ({ location }: Pick<CodeFinding, 'location'>): number => location?.line ?? 0

/**
 * Findings with their fingerprints, the worst first. Equal ones are numbered by their lines: the second of three
 * stays the second one wherever the three move.
 */
export function fingerprinted(drafts: readonly DraftFinding[]): {
  readonly findings: readonly CodeFinding[]
  readonly leftOut: number
} {
  const seen = new Map<string, number>()
  const all = [...drafts]
    .sort((one, other) => lineOf(one) - lineOf(other))
    .map(({ identity, ...rest }): CodeFinding => {
      const base = fingerprintOf(rest.scanner, rest.rule, ...identity)
      const count = seen.get(base) ?? 0
      seen.set(base, count + 1)
      return { ...rest, fingerprint: count === 0 ? base : fingerprintOf(base, count) }
    })
  const rank = ({ severity }: CodeFinding): number => severities.indexOf(severity)
  const sorted = all.sort(
    (one, other) => rank(one) - rank(other) || (one.fingerprint < other.fingerprint ? -1 : 1),
  )
  return { findings: sorted.slice(0, maxFindings), leftOut: Math.max(0, sorted.length - maxFindings) }
}
