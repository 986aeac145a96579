import { days, type Signature, UsageError } from '@hubkeeper/core'
import type { ChecklistItem } from './checklist.ts'
import { type KnownItem, knownItems } from './items/items.ts'
import { inWords, minuteOf } from './words.ts'

/** How far ahead a signature may end: what was known a year ago is not known, ms. */
export const longestSignature = days(366)

/** The signature of an item that counts at a moment: of several the newest; null when there is none. */
export const standing = (signatures: readonly Signature[], item: string, at: Date): Signature | null =>
  signatures
    .filter((each) => each.item === item && new Date(each.at) <= at && at < new Date(each.until))
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .at(-1) ?? null

/** What is to be said of an item that only a person can know. */
export function signatureLine(signatures: readonly Signature[], item: string, at: Date): string {
  const valid = standing(signatures, item, at)
  if (valid !== null) {
    return `signed by ${inWords(valid.by)} at ${minuteOf(new Date(valid.at))}, until ${minuteOf(new Date(valid.until))}: ${inWords(valid.note)}`
  }
  const expired = signatures
    .filter((each) => each.item === item && new Date(each.until) <= at)
    .toSorted((a, b) => Date.parse(a.until) - Date.parse(b.until))
    .at(-1)
  const before =
    expired === undefined
      ? 'nobody has signed it'
      : `what ${inWords(expired.by)} signed ended at ${minuteOf(new Date(expired.until))}`
  return `${before}: hubkeeper sign ${item} --note TEXT`
}

/** Why a person may not sign an item as it stands; null where they may. */
export function signingRefused({ signed, state }: ChecklistItem): string | null {
  if (signed) return null
  switch (state) {
    case 'ticked':
      return 'its evidence has ticked it already'
    case 'failed':
      return 'its evidence says that it is not so, and a signature does not change that'
    case 'open':
      return 'it is ticked by evidence alone, which is not there yet'
  }
}

/** An id or title as an id: `Disk space below 80 %` is `disk-space-below-80`. */
const idOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')

/** The item that an id, a title, or the beginning of one stands for. @throws UsageError that names those close to it */
export function itemNamed(text: string): KnownItem {
  const wanted = idOf(text)
  const items = knownItems()
  const exact = items.find(({ id, title }) => id === wanted || idOf(title) === wanted)
  if (exact !== undefined) return exact
  const beginning =
    wanted === ''
      ? []
      : items.filter(({ id, title }) => [id, idOf(title)].some((name) => name.startsWith(wanted)))
  const [first, second] = beginning
  if (first !== undefined && second === undefined) return first
  const name = inWords(text)
  if (first !== undefined) {
    throw new UsageError(`${name} may be ${beginning.map(({ id }) => id).join(' or ')}`, {
      hint: 'say more of it',
    })
  }
  const close = closest(wanted, items)
  throw new UsageError(`no checklist has an item ${name}`, {
    hint:
      close.length === 0
        ? 'see what there is: hubkeeper checklist'
        : `did you mean ${close.map(({ id }) => id).join(' or ')}? See hubkeeper checklist`,
  })
}

/** The few that have most in common with it, by pairs of letters. */
function closest(wanted: string, items: readonly KnownItem[]): KnownItem[] {
  const pairs = pairsOf(wanted)
  const rated = items
    .map((item) => ({ item, likeness: likeness(pairs, pairsOf(item.id)) }))
    .filter((each) => each.likeness > 0.4)
    .toSorted((a, b) => b.likeness - a.likeness)
  return rated.slice(0, 3).map(({ item }) => item)
}

const pairsOf = (text: string): ReadonlySet<string> =>
  new Set([...text].slice(1).map((letter, i) => `${text[i]}${letter}`))

/** The share of pairs in common, 0 to 1: Dice's coefficient. */
function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const common = [...one].filter((pair) => other.has(pair)).length
  return one.size + other.size === 0 ? 0 : (2 * common) / (one.size + other.size)
}
