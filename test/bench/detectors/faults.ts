import type { Random } from '../../support/damage/random.ts'

/** A way in which the bytes of a file become others. */
export const faults = {
  /** One bit anywhere. */
  'bit flipped': (bytes: Buffer, random: Random): Buffer => {
    const changed = Buffer.from(bytes)
    const at = random.integer(changed.length)
    changed[at] = (changed[at] ?? 0) ^ (1 << random.integer(8))
    return changed
  },
  'page of zeros': (bytes: Buffer, random: Random): Buffer => {
    const changed = Buffer.from(bytes)
    const size = changed.readUInt16BE(16)
    const page = random.integer(changed.length / size)
    return changed.fill(0, page * size, (page + 1) * size)
  },
  'cut off': (bytes: Buffer, random: Random): Buffer => bytes.subarray(0, random.integer(bytes.length)),
  'bytes appended': (bytes: Buffer, random: Random): Buffer =>
    Buffer.concat([bytes, random.bytes(1 + random.integer(2 * bytes.readUInt16BE(16)))]),
} as const

/** Name of a fault. */
export type FaultName = keyof typeof faults
