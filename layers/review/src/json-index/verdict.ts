import { type Json, type Member, writtenLike } from './json.ts'

/** One thing in which an index and the database differ. */
export interface IndexFlaw {
  /** Missing in the index; extra in it, for the database has no such row; or there with other values. */
  readonly kind: 'missing' | 'extra' | 'stale'
  /** Where in the index, such as `videos/a0bdf5f21b6e`. Strangers’ words. */
  readonly entry: string
  /** What differs, such as `title`; null for a whole entry. */
  readonly field: string | null
}

/** What came of comparing, with the index as it ought to be. */
export interface Judged {
  readonly entries: number
  readonly flaws: readonly IndexFlaw[]
  readonly root: Json
  /** Why entries that are missing cannot be made; null where they can. */
  readonly refused: string | null
  /** See `IndexJudgement`. */
  readonly uncompared: number
}

/** What the database tells of an entry, by field; null where it ought to, and what it holds cannot be read. */
export type Known = ReadonlyMap<string, Json | null>

/** Makes an entry of what the database tells of it; null where it does not tell all that entries say. */
export type EntryMould = (known: Known) => Json | null

/** What one entry says alone, nobody knows to be the same in others. */
const leastSiblings = 2

/** An entry that says more is not made for each row. */
const mostNames = 1000

/** Makes new entries in the manner of those that are there. */
export function mouldOf(siblings: readonly Json[]): EntryMould {
  const [first] = siblings
  if (first?.kind !== 'object') {
    return (known) => {
      const members = [...known].flatMap(([name, value]) => (value === null ? [] : [{ name, value }]))
      return members.length < known.size ? null : { kind: 'object', members }
    }
  }
  const names = new Set(first.members.map(({ name }) => name))
  const varying = new Set<string>()
  // Those that every entry so far says in the same way: what varied once is not compared again.
  let alike = first.members
  for (const sibling of siblings) {
    const own = sibling.kind === 'object' ? sibling.members : []
    const sources = new Map(own.map(({ name, value }) => [name, value.source]))
    for (const name of sources.keys()) if (!names.has(name)) varying.add(name)
    const stillAlike = ({ name, value }: Member): boolean => sources.get(name) === value.source
    for (const member of alike) if (!stillAlike(member)) varying.add(member.name)
    alike = alike.filter(stillAlike)
  }
  return (known) => {
    // What the database does not tell is taken over only where all of them say the same.
    const isUntold = (name: string): boolean =>
      !known.has(name) && (varying.has(name) || siblings.length < leastSiblings)
    if (names.size > mostNames) return null
    if ([...varying, ...names].some((name) => isUntold(name) || known.get(name) === null)) return null
    const members = first.members.map((member) => {
      const own = known.get(member.name) ?? null
      return own === null ? member : { ...member, value: writtenLike(own, member.value) }
    })
    return { kind: 'object', members, glue: first.glue }
  }
}

/** Why nothing is made anew that has no entry in common with the database. */
export const strange = 'it has no entry in common with the database: it may be made from another one'
