import { createHash } from 'node:crypto'

/** Chooses a number from 0 to below `bound`, for a purpose of that name. */
export type Choose = (purpose: string, bound: number) => number

/**
 * Where a fault is planted: the same for the same seed, whatever else is planted before, and whatever is left
 * out. Six bytes of a hash are taken, so that for a file of any size each place is as likely as another.
 */
export const placesOf =
  (seed: number, fault: string, sample: number): Choose =>
  (purpose, bound) => {
    const hash = createHash('sha256')
      .update(JSON.stringify([seed, fault, sample, purpose]))
      .digest()
    return hash.readUIntBE(0, 6) % bound
  }
