import { KeyRefusedError, problemOfKey } from '@hubkeeper/core'

/** S3's limit on a whole key, the prefix included, in bytes of UTF-8. */
const maxKeyBytes = 1024

function reasonAgainst(key: string, prefix: string): string | null {
  const problem = problemOfKey(key)
  if (problem !== null) return problem
  if (Buffer.byteLength(prefix + key) > maxKeyBytes) return `it is longer than ${maxKeyBytes} bytes`
  return null
}

/** Whether {@link checkKey} lets the key pass; a listing skips what it does not. */
export const isKey = (key: string, prefix: string): boolean => reasonAgainst(key, prefix) === null

/** Lets a key pass that every store may serve. @throws KeyRefusedError */
export function checkKey(key: string, prefix: string): void {
  const reason = reasonAgainst(key, prefix)
  if (reason !== null) throw new KeyRefusedError(key, reason)
}
