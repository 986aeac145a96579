import { KeyRefusedError } from '@hubkeeper/core'

/** S3's limit on a whole key, the prefix included, in bytes of UTF-8. */
const maxKeyBytes = 1024

function reasonAgainst(key: string, prefix: string): string | null {
  if (key === '') return 'it is empty'
  if (key.startsWith('/')) return 'it is absolute'
  if (/[\p{Cc}\\]/u.test(key)) return 'it has a backslash or a control character'
  const segments = key.split('/')
  if (segments.includes('')) return 'it has an empty part'
  if (segments.some((segment) => segment === '.' || segment === '..')) return 'it has the part . or ..'
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
