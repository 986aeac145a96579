/** A word of a line, its quotes gone. */
export interface Word {
  readonly text: string
  /** Where it stands in the line, with its quotes. */
  readonly start: number
  readonly end: number
}

const part = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)/sy

/** Splits a line into words from `start` on, as a POSIX shell does; null where a quote is not closed. */
export function wordsOf(line: string, start = 0): Word[] | null {
  const words: Word[] = []
  let at = start
  for (;;) {
    while (at < line.length && /\s/.test(line.charAt(at))) at += 1
    if (at === line.length) return words
    const begin = at
    let text = ''
    while (at < line.length && !/\s/.test(line.charAt(at))) {
      part.lastIndex = at
      const match = part.exec(line)
      if (match === null) return null
      const [whole, single, double, escaped, plain] = match
      text += single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain ?? ''
      at += whole.length
    }
    words.push({ text, start: begin, end: at })
  }
}
