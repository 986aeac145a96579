import { createHash } from 'node:crypto'

const maxLength = 1024
/** Before the digest of what was cut; no escape begins with it. */
const cutMark = '%~'

/** What a dimension may not have: anything but printable ASCII, a leading colon, spaces at its ends. */
const unfit = /[^\x20-\x7e]|%|^[: ]| $/g

const escapeOf = (unit: string): string =>
  `%u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`

/**
 * Any text as a value of a dimension: 1–1024 characters of printable ASCII, another one for another text.
 * What does not fit is escaped as `%uXXXX`, one for each UTF-16 unit; what is too long ends in a digest.
 */
export function encodeDimension(text: string): string {
  // An escape needs something after it, which makes this one apart from all others.
  if (text === '') return '%'
  const encoded = text.replace(unfit, escapeOf)
  if (encoded.length <= maxLength) return encoded
  const digest = createHash('sha256').update(encoded).digest('hex')
  return `${encoded.slice(0, maxLength - cutMark.length - digest.length)}${cutMark}${digest}`
}

/** The text of {@link encodeDimension}; one that was too long stays shortened. */
export const decodeDimension = (value: string): string =>
  value === '%'
    ? ''
    : value.replace(/%u([0-9A-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
