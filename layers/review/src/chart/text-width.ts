/** Pixels between two baselines and of a letter at the size that charts are lettered in. */
export const fontSize = 12

/** About how wide a text is in a chart, px: nobody can measure letters where there is no screen. */
export function textWidth(text: string): number {
  let width = 0
  for (const letter of text) width += (letter.codePointAt(0) ?? 0) > 0x2e80 ? fontSize : fontSize * 0.66
  return Math.ceil(width)
}

/** A text of at most `most` letters, with an ellipsis where it was longer. */
export function shortened(text: string, most: number): string {
  const letters = [...text]
  return letters.length <= most
    ? text
    : `${letters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`
}
