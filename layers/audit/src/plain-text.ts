import { onOneLine, withoutMarkup } from '@hubkeeper/core'

/** Room for colours and spaces that become nothing; what lies behind it is not looked at. */
const roomFor = (max: number): number => 4 * max + 256

/**
 * A text of strangers as one plain line of at most `max` UTF-16 units: names of packages, advisories,
 * messages of scanners. What is left out is told by `…`; invisible characters show as `\ufffd`.
 */
export function plainLine(text: string, max = 300): string {
  const room = roomFor(max)
  const line = onOneLine(text.length > room ? text.slice(0, room) : text)
  if (line.length <= max && text.length <= room) return line
  const kept = line.slice(0, Math.max(0, max - 1))
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}…`
}

/** Like {@link plainLine}, for a document in Markdown; `max` counts before signs are escaped. */
export const markdownText = (text: string, max = 300): string => withoutMarkup(plainLine(text, max))
