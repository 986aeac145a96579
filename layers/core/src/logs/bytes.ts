/** The byte at an index; 0 outside, which no log line contains. */
export const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0

export const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39

export const isLetter = (byte: number): boolean => {
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x7a
}

export const isUpper = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a

/** Space or tab. */
export const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x09

/** The number that `count` digits at `at` spell; -1 when one is no digit. */
export function digits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let index = at; index < at + count; index += 1) {
    const digit = byteAt(bytes, index) - 0x30
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

/** Skips blanks and terminal colours (`ESC [ … letter`). */
export function skipBlanks(bytes: Uint8Array, at: number, end: number): number {
  let index = at
  while (index < end) {
    const byte = byteAt(bytes, index)
    if (isBlank(byte)) index += 1
    else if (byte === 0x1b) index = skipColour(bytes, index, end)
    else break
  }
  return index
}

/** Skips the escape sequence that starts at `at`, or the lone escape byte. */
export function skipColour(bytes: Uint8Array, at: number, end: number): number {
  if (byteAt(bytes, at + 1) !== 0x5b) return at + 1
  let index = at + 2
  while (index < end && index < at + 24 && !(byteAt(bytes, index) >= 0x40 && byteAt(bytes, index) <= 0x7e)) {
    index += 1
  }
  return index + 1
}

/** A name as bytes, for comparing without making strings. */
export const ascii = (text: string): readonly number[] => [...text].map((letter) => letter.charCodeAt(0))

/** Whether the bytes from `start` to `end` are exactly `name`. */
export function equals(bytes: Uint8Array, start: number, end: number, name: readonly number[]): boolean {
  if (end - start !== name.length) return false
  for (let index = 0; index < name.length; index += 1) {
    if (bytes[start + index] !== name[index]) return false
  }
  return true
}
