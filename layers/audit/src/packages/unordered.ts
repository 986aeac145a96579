/**
 * Compares texts of which at least one is no version: versions come after what is none. Those that are none are
 * ordered part by part, numbers as numbers.
 */
export function compareUnordered(a: string, b: string, isVersion: (text: string) => boolean): number {
  const [first, second] = [isVersion(a), isVersion(b)]
  if (first !== second) return first ? 1 : -1
  const [ones, others] = [partsOf(a), partsOf(b)]
  for (const [index, one] of ones.entries()) {
    const other = others[index]
    if (other === undefined) return 1
    const order = compareParts(one, other)
    if (order !== 0) return order
  }
  return ones.length - others.length
}

/** The same text for what is found equal, where it is no version. */
export const identityOfUnordered = (text: string): string =>
  partsOf(text)
    .map((part) => part.replace(/^0+(?=\d)/, ''))
    .join('')

const partsOf = (text: string): string[] => text.toLowerCase().match(/\d+|\D+/g) ?? []

/** Words come before numbers. */
function compareParts(a: string, b: string): number {
  const [first, second] = [/^\d/.test(a), /^\d/.test(b)]
  if (first !== second) return first ? 1 : -1
  if (!first) return a === b ? 0 : a < b ? -1 : 1
  const [number, other] = [BigInt(a), BigInt(b)]
  return number === other ? 0 : number < other ? -1 : 1
}
