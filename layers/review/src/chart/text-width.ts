/** Pixels between two baselines and of a letter at the size that charts are lettered in. */
export const fontSize = 12

/** Of a letter of the Latin alphabet, rather too much than too little, px. */
export const usualWidth = fontSize * 0.66

/** About how wide a text is in a chart, px: nobody can measure letters where there is no screen. */
export function textWidth(text: string): number {
  let width = 0
  for (const letter of text) width += (letter.codePointAt(0) ?? 0) > 0x2e80 ? fontSize : usualWidth
  return Math.ceil(width)
}

/** A text no wider than `most` usual letters, with an ellipsis where it was. */
export function shortened(text: string, most: number): string {
  const room = Math.ceil(most * usualWidth)
  if (textWidth(text) <= room) return text
  let kept = ''
  for (const letter of text) {
    if (textWidth(`${kept}${letter}…`) > room) break
    kept += letter
  }
  return `${kept.trimEnd()}…`
}
