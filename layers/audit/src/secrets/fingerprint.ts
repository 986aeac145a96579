import { createHmac, randomBytes } from 'node:crypto'

/** A new random salt, in hex. A hub keeps one, so that fingerprints of one run can be compared with the next. */
export const newSalt = (): string => randomBytes(32).toString('hex')

/**
 * Fingerprints by HMAC-SHA-256 (RFC 2104) with a salt that only this hub knows: who sees one cannot try
 * passwords against it. Shortened to 64 bits, which tells apart the secrets of one hub.
 */
export function secretFingerprint(salt: string): (value: string) => string {
  return (value) => createHmac('sha256', salt).update(value).digest('hex').slice(0, 16)
}
