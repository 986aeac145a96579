import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Where a command talks to people and programs. */
export interface Terminal {
  /** A line of the result, on standard output. */
  out(text: string): void
  /** A line for people only, on standard error. */
  err(text: string): void
  /** Whether standard error is a terminal: only then there is progress. */
  readonly interactive: boolean
  /** `text` in a style, where standard output shows styles. */
  paint(style: Style, text: string): string
}

/** The process's own terminal. */
export function processTerminal(): Terminal {
  return {
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
    // A terminal without a width, as some tools make it, cannot show progress.
    interactive: process.stderr.isTTY === true && process.stderr.columns > 20 && process.env.CI === undefined,
    paint: (style, text) => styleText(style, text, { stream: process.stdout }),
  }
}
