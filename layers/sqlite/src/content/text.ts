import { isUtf8 } from 'node:buffer'
import type { EncodingTrouble } from '@hubkeeper/core'

/** How the database writes its texts, as `PRAGMA encoding` says. */
export type Encoding = 'UTF-8' | 'UTF-16le' | 'UTF-16be'

/** What is known of one text. */
export interface TextFacts {
  /** Code points. */
  readonly characters: number
  readonly blank: 'empty' | 'whitespace' | null
  /** Whether it ends within a word or a sentence, whatever space follows. A code or an address does not. */
  readonly endsWithin: boolean
  readonly troubles: readonly EncodingTrouble[]
  /**
   * Without what makes no difference to a reader: case, how much space there is where, and how Unicode composes its
   * letters. Null for what is blank, and for bytes that are no text: what they were is not known.
   */
  readonly normalised: string | null
}

/** Of Unicode's White_Space, and the two that take no space at all. */
const space = '[\\p{White_Space}\\u200b\\ufeff]'
const blankText = new RegExp(`^${space}*$`, 'u')
const spaces = new RegExp(`${space}+`, 'gu')
const oneSpace = new RegExp(space, 'u')

/** What ends a sentence, a heading, a piece of markup or code. */
const sentenceEnd = /[.!?…。！？:;)\]}>"'”’»*`|]$/u

/** Signs without a space, such as of a hash or a key: no sentence could be cut in it. */
const isCode = /^[!-~]*$/

const surrogate = /[\ud800-\udfff]/
const loneSurrogate = /\p{Surrogate}/u

/** What Windows-1252 and ISO 8859-1 make of the bytes 80 to BF, with which no character begins in UTF-8. */
const follower = '\\u0080-\\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ'
/** Those that may also follow a word that ends in a capital letter with a tilde or circumflex. */
const punctuation = '‘’“”„‚…–—»«'
const misread = new RegExp(
  [
    `[ÂÃ](?![${punctuation}])[${follower}]`,
    `(?<!\\p{Lu})[ÂÃ][${punctuation}]`,
    `[ÂÃ][${punctuation}](?=\\p{L})`,
    `[âï][${follower}]{2}`,
    `ð[${follower}]{3}`,
  ].join('|'),
  'u',
)

/** What a text says of itself; bytes as the database stores them. */
export function factsOf(bytes: Buffer, encoding: Encoding): TextFacts {
  const valid = encoding === 'UTF-8' ? isUtf8(bytes) : bytes.length % 2 === 0
  const text = decode(bytes, encoding)
  const broken = !valid || (encoding !== 'UTF-8' && loneSurrogate.test(text))
  const troubles: EncodingTrouble[] = []
  if (broken) troubles.push('invalid')
  if (text.includes('\0')) troubles.push('nul')
  if (holdsReplacement(text, bytes, broken && encoding === 'UTF-8')) troubles.push('replacement')
  if (misread.test(text)) troubles.push('mojibake')
  const blank = text === '' ? 'empty' : blankText.test(text) ? 'whitespace' : null
  const trimmed = trim(text)
  return {
    characters: codePoints(text),
    blank,
    endsWithin: blank === null && !sentenceEnd.test(trimmed) && !isCode.test(trimmed),
    troubles,
    normalised: broken || blank !== null ? null : trimmed.replace(spaces, ' ').toLowerCase().normalize('NFC'),
  }
}

/** Without the space at its ends. An expression that looks for the end of each run takes the square of its length. */
function trim(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && oneSpace.test(text.charAt(start))) start += 1
  while (end > start && oneSpace.test(text.charAt(end - 1))) end -= 1
  return text.slice(start, end)
}

function decode(bytes: Buffer, encoding: Encoding): string {
  if (encoding === 'UTF-8') return bytes.toString('utf8')
  const whole = bytes.subarray(0, bytes.length - (bytes.length % 2))
  return (encoding === 'UTF-16le' ? whole : Buffer.from(whole).swap16()).toString('utf16le')
}

const replacement = '\ufffd'
const replacementBytes = Buffer.from(replacement)

/** In what is not UTF-8 the decoder writes U+FFFD itself: only the bytes tell whether one was there. */
const holdsReplacement = (text: string, bytes: Buffer, look: boolean): boolean =>
  text.includes(replacement) && (!look || bytes.includes(replacementBytes))

function codePoints(text: string): number {
  if (!surrogate.test(text)) return text.length
  let count = 0
  for (const _ of text) count += 1
  return count
}
