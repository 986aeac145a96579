import { closestNames, days, isWithdrawal, type Signature, UsageError } from '@hubkeeper/core'
import { momentText } from '../chart/moments.ts'
import type { ChecklistItem } from './checklist.ts'
import { type KnownItem, knownItems } from './items/items.ts'
import { inWords } from './words.ts'

/** How far ahead a signature may end: what was known a year ago is not known, ms. */
export const longestSignature = days(366)

/** What was signed of an item until a moment and not withdrawn by then, oldest first. */
function lasting(signatures: readonly Signature[], item: string, at: Date): readonly Signature[] {
  const made = signatures
    .filter((each) => each.item === item && new Date(each.at) <= at)
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
  return made.slice(made.findLastIndex(isWithdrawal) + 1)
}

/** The signature of an item that counts at a moment: of several the newest; null when there is none. */
export const standing = (signatures: readonly Signature[], item: string, at: Date): Signature | null =>
  lasting(signatures, item, at).findLast(({ until }) => at < new Date(until)) ?? null

/** What is to be said of an item that only a person can know. */
export function signatureLine(signatures: readonly Signature[], item: string, at: Date): string {
  const valid = standing(signatures, item, at)
  return valid === null
    ? `${whyNone(signatures, item, at)}: hubkeeper sign ${item} --note TEXT`
    : `signed by ${inWords(valid.by)} at ${momentText(new Date(valid.at))}, until ${momentText(new Date(valid.until))}: ${inWords(valid.note)}`
}

function whyNone(signatures: readonly Signature[], item: string, at: Date): string {
  const expired = lasting(signatures, item, at)
    .toSorted((a, b) => Date.parse(a.until) - Date.parse(b.until))
    .at(-1)
  if (expired !== undefined)
    return `what ${inWords(expired.by)} signed ended at ${momentText(new Date(expired.until))}`
  const withdrawn = signatures.findLast(
    (each) => each.item === item && new Date(each.at) <= at && isWithdrawal(each),
  )
  return withdrawn === undefined
    ? 'nobody has signed it'
    : `withdrawn by ${inWords(withdrawn.by)} at ${momentText(new Date(withdrawn.at))} (${inWords(withdrawn.note)})`
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
  const close = closestNames(
    wanted,
    items.map(({ id }) => id),
  )
  throw new UsageError(`no checklist has an item ${name}`, {
    hint:
      close.length === 0
        ? 'see what there is: hubkeeper checklist'
        : `did you mean ${close.join(' or ')}? See hubkeeper checklist`,
  })
}
