/** Colours and other orders to a terminal: control sequences and strings of ECMA-48, whole. */
const orders =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with control characters
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]/g

/** What is not seen, or turns the direction of what is: a name with one of them passes for another name. */
const unseen = /[\p{Cf}\p{Cs}\u115f\u1160\u3164\uffa0]/gu

/**
 * Any text as one line that shows all of what it is: no control characters, no orders to a terminal, and
 * `\ufffd` in place of every character that would be invisible or change the direction of reading.
 */
export const onOneLine = (text: string): string =>
  text
    .replace(orders, ' ')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(unseen, '\ufffd')
    .trim()

/** A part of a line, but for its beginning, that Markdown shows as it is: no markup, no link, no HTML. */
export const withoutInlineMarkup = (part: string): string =>
  part.replace(/[\\`*_{}[\]<>#|~&]/g, (sign) => `\\${sign}`)

/** One line that Markdown shows as it is: no markup, no link, no HTML. */
export const withoutMarkup = (line: string): string =>
  withoutInlineMarkup(line)
    // What would begin a list or a heading.
    .replace(/^(\s*)([-+=]|\d{1,9}(?=[.)](?:\s|$)))/, (_, space: string, sign: string) =>
      /\d/.test(sign) ? `${space}${sign}\\` : `${space}\\${sign}`,
    )
