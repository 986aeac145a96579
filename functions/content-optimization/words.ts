import { onOneLine } from '@hubkeeper/core'

/** Strangers’ words as a line of so many characters at most. */
export function plain(text: string, most = 80): string {
  const line = onOneLine(text)
  const characters = [...line.slice(0, most * 2 + 2)]
  return characters.length <= most ? line : `${characters.slice(0, most).join('')}…`
}

/** What rows of a type are called. */
export const typeName = (type: string | null): string =>
  type === null ? '(no type)' : plain(type, 60) || '(empty)'
