import { seededRandom } from '../../../examples/sample-hub/content.ts'

/** Choices that are the same for the same seed. */
export interface Random {
  /** An integer from 0 to below `bound`. */
  integer(bound: number): number
  /** @throws RangeError when there is nothing to pick from */
  pick<T>(values: readonly T[]): T
  /** Two different ones, in random order. @throws RangeError when there are fewer */
  pair<T>(values: readonly T[]): [T, T]
  bytes(length: number): Buffer
}

/** A generator of its own for each seed. */
export function createRandom(seed: number): Random {
  const next = seededRandom(seed)
  const integer = (bound: number): number => Math.floor(next() * bound)
  const pick = <T>(values: readonly T[]): T => {
    const [value] = values.slice(integer(values.length))
    if (value === undefined) throw new RangeError('there is nothing to pick from')
    return value
  }
  return {
    integer,
    pick,
    pair(values) {
      const first = integer(values.length)
      const rest = values.filter((_, i) => i !== first)
      return [pick(values.slice(first, first + 1)), pick(rest)]
    },
    bytes: (length) => Buffer.from(Array.from({ length }, () => integer(256))),
  }
}
