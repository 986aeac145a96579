import { onOneLine } from '@hubkeeper/core'

/** A text of anybody as a part of one line, of so many characters at most. */
export function inWords(text: string, most = 200): string {
  const line = onOneLine(text)
  return line.length <= most ? line : `${line.slice(0, most).toWellFormed()}…`
}

/** Lines of evidence as one: what ends with a colon goes on, anything else is ended. */
export const asOneLine = (lines: readonly string[]): string =>
  lines.reduce((text, line) => (text === '' ? line : `${text}${text.endsWith(':') ? ' ' : '; '}${line}`), '')
