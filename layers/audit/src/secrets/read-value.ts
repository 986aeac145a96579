import type { TextKind } from '@hubkeeper/core'

/** Longer values are taken as if they ended there. */
const maxLength = 2048

/** A value as it stands in a text. */
export interface ReadValue {
  readonly start: number
  readonly end: number
  readonly quoted: boolean
  readonly inSentence: boolean
}

const opening = /(\\{0,3})(["'`])/y
const bare = /[^\s"'`,;&|()[\]{}<>]{1,2048}/y
const sentence = /[ \t]+[A-Za-z]/y

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/**
 * The value that begins at `at`: in quotes, escaped ones included; to the end of the line where the
 * assignment is all that stands on it; else up to the next sign that ends one.
 */
export function readValue(text: string, at: number, kind: TextKind, ownLine: boolean): ReadValue | null {
  const quote = matchAt(opening, text, at)
  if (quote !== null) {
    const [mark, escapes = '', sign = ''] = quote
    const start = at + mark.length
    return { start, end: closing(text, start, escapes, sign), quoted: true, inSentence: false }
  }
  if (ownLine) {
    const line = text.slice(at, lineEnd(text, at))
    const value = (kind === 'environment' ? line : line.replace(/\s[#;].*$/, '')).replace(/[\s,;]+$/, '')
    if (value === '' || /^[[{|>&]/.test(value)) return null
    return { start: at, end: at + value.length, quoted: false, inSentence: false }
  }
  const [found] = matchAt(bare, text, at) ?? []
  if (found === undefined) return null
  const value = found.replace(/[.:!?\\]+$/, '')
  const inSentence = /[ \t]/.test(text[at - 1] ?? '') && matchAt(sentence, text, at + found.length) !== null
  return { start: at, end: at + value.length, quoted: false, inSentence }
}

const lineEnd = (text: string, at: number): number => {
  const limited = text.slice(at, at + maxLength)
  const end = limited.search(/[\r\n]/)
  return at + (end < 0 ? limited.length : end)
}

/** Where a quoted value ends: at the same quote, as much escaped as the first, or with its line. */
function closing(text: string, start: number, escapes: string, sign: string): number {
  const limit = lineEnd(text, start)
  for (let at = start; at < limit; at++) {
    if (escapes !== '') {
      if (text.startsWith(escapes + sign, at)) return at
    } else if (text[at] === '\\') at++
    else if (text[at] === sign) return at
  }
  return limit
}
