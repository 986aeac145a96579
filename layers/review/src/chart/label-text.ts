import { onOneLine } from '@hubkeeper/core'
import { shortened } from './text-width.ts'

/** Joins words, and is seen by nobody: WORD JOINER of Unicode. */
const unseen = '\u2060'

/**
 * A name as it can stand in a picture. The renderer remembers widths of texts in a plain object, and writes
 * to `Object.prototype` itself where a text is called like something of it; an unseen letter makes it
 * another text.
 *
 * @param most usual letters that there is room for
 */
export function labelText(name: string, most: number): string {
  const text = shortened(onOneLine(name), most)
  return text in {} ? `${text}${unseen}` : text
}
