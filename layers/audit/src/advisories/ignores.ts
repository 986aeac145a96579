import type { AuditConfig } from '@hubkeeper/core'
import { rulesOf } from '../packages/rules.ts'
import type { Flaw } from './vulnerability.ts'

/** An entry of `audit.ignore`. */
export type IgnoreEntry = AuditConfig['ignore'][number]

/** Flaws, sorted by whether somebody accepted them. */
export interface AcceptedFlaws {
  readonly counted: readonly Flaw[]
  readonly accepted: readonly { readonly flaw: Flaw; readonly entry: IgnoreEntry }[]
  /** Entries that hold no longer: what they accepted counts again. */
  readonly expired: readonly IgnoreEntry[]
  /** Entries for advisories that nothing matched. */
  readonly unused: readonly IgnoreEntry[]
}

/** Whether it is written like the id of an advisory in a database of the OSV schema; rules of scanners are not. */
export const isAdvisoryId = (id: string): boolean => /^[A-Z]+(-[A-Z]+)*-\d{4}[-:]\S+$|^GHSA-\S+$/i.test(id)

/** Whether an entry holds no longer at a moment: its day has begun, by UTC. */
export const hasExpired = ({ until }: IgnoreEntry, at: Date): boolean =>
  at.getTime() >= Date.parse(`${until}T00:00:00Z`)

const matches = ({ id, package: name }: IgnoreEntry, flaw: Flaw): boolean => {
  const { normalize } = rulesOf(flaw.ecosystem)
  return (
    (name === undefined || normalize(name) === normalize(flaw.package)) &&
    flaw.ids.some((other) => other.toUpperCase() === id.toUpperCase())
  )
}

/**
 * Takes out the flaws that entries accept, by any of their ids, and says which entries are to be decided anew.
 * Entries for rules of scanners are no concern of it. Only for flaws that came from asking about everything: with
 * a part of them, `unused` says nothing.
 */
export function applyIgnores(
  flaws: readonly Flaw[],
  entries: readonly IgnoreEntry[],
  at: Date,
): AcceptedFlaws {
  const holding = entries.filter((entry) => !hasExpired(entry, at))
  const judged = flaws.map((flaw) => ({ flaw, entry: holding.find((entry) => matches(entry, flaw)) }))
  return {
    counted: judged.flatMap(({ entry, flaw }) => (entry === undefined ? [flaw] : [])),
    accepted: judged.flatMap(({ entry, flaw }) => (entry === undefined ? [] : [{ flaw, entry }])),
    expired: entries.filter((entry) => isAdvisoryId(entry.id) && hasExpired(entry, at)),
    unused: holding.filter((entry) => isAdvisoryId(entry.id) && !flaws.some((flaw) => matches(entry, flaw))),
  }
}
