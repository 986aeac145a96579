import type { StoredValue } from '../digest/source.ts'

type Value = StoredValue | undefined

/** SQLite's order of types, by the first letter of what `typeof()` says. */
const ranks: Readonly<Record<string, number>> = { n: 0, i: 1, r: 1, t: 2, b: 3 }

function rankOf(type: string | undefined): number {
  const rank = type === undefined ? undefined : ranks[type]
  if (rank === undefined) throw new TypeError(`there is no type ${type}`)
  return rank
}

/**
 * The order of two stored values under BINARY, as SQLite sorts them: below 0, 0 or above. An integer and a real
 * are compared exactly.
 */
export function compareValues(
  typeA: string | undefined,
  a: Value,
  typeB: string | undefined,
  b: Value,
): number {
  if (typeA !== typeB) {
    const ranked = rankOf(typeA) - rankOf(typeB)
    if (ranked !== 0) return ranked
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b)
  if (isNumeric(a) && isNumeric(b)) return a < b ? -1 : a > b ? 1 : 0
  if (a === null && b === null) return 0
  throw new TypeError(`a value of type ${typeA} came as ${typeof a}, or of ${typeB} as ${typeof b}`)
}

const isNumeric = (value: Value): value is bigint | number =>
  typeof value === 'bigint' || typeof value === 'number'

/** Whether two values of one type are written alike by the digest's encoder, for which both zeros are one. */
export const sameValue = (a: Value, b: Value): boolean =>
  a === b || (a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0)
