import { createHash } from 'node:crypto'

const capacity = 128 * 1024

/** Writes tagged values into a SHA-256; see `docs/digest.md`. */
export interface Encoder {
  null(): void
  integer(value: bigint): void
  real(value: number): void
  /** `T` for text, `B` for a blob. */
  bytes(tag: 'T' | 'B', value: Uint8Array): void
  text(value: string): void
  /** Ends it; SHA-256 of everything, hex. */
  digest(): string
}

const tags = { N: 0x4e, I: 0x49, F: 0x46, T: 0x54, B: 0x42 } as const

/** A new encoder. Small values are gathered, so that the hash is called once per 128 KiB. */
export function createEncoder(): Encoder {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(capacity)
  let used = 0

  const flush = (): void => {
    hash.update(buffer.subarray(0, used))
    used = 0
  }
  const reserve = (bytes: number): void => {
    if (used + bytes > capacity) flush()
  }
  const tag = (sign: keyof typeof tags): void => {
    buffer[used] = tags[sign]
    used += 1
  }
  const bytes: Encoder['bytes'] = (sign, value) => {
    reserve(9)
    tag(sign)
    used = buffer.writeBigUInt64BE(BigInt(value.length), used)
    if (value.length > capacity / 4) {
      flush()
      hash.update(value)
      return
    }
    reserve(value.length)
    buffer.set(value, used)
    used += value.length
  }

  return {
    null() {
      reserve(1)
      tag('N')
    },
    integer(value) {
      reserve(9)
      tag('I')
      used = buffer.writeBigInt64BE(value, used)
    },
    real(value) {
      reserve(9)
      tag('F')
      // SQLite calls both zeros equal and may store either.
      used = buffer.writeDoubleBE(value === 0 ? 0 : value, used)
    },
    bytes,
    text: (value) => bytes('T', Buffer.from(value, 'utf8')),
    digest() {
      flush()
      return hash.digest('hex')
    },
  }
}
