import { setTimeout as wait } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { startBrowser } from '../../support/browser.ts'

/** What a parser made of a document. */
export interface Parsed {
  /** Each element with the names of its attributes, in order; pictures left out. */
  readonly outside: readonly string[]
  /** The different names of elements and attributes in pictures, which may have more or fewer of them. */
  readonly svg: readonly string[]
  /** All that can be read. */
  readonly text: string
}

/** Parses documents as browsers do. */
export interface BrowserParser {
  parse(html: string): Promise<Parsed>
  close(): Promise<void>
}

/** How long a parser that answers in milliseconds is waited for, in ms. */
const patience = 20_000

/** A browser of its own that parses; one that stopped answering is replaced, once for each document. */
export async function startParser(): Promise<BrowserParser> {
  let browser = await startBrowser()
  let tab = await browser.newPage()

  const attempt = async (html: string): Promise<Parsed | null> => {
    const given = new AbortController()
    const answer = tab.evaluate<Parsed>(`(${parse})(${asScript(html)})`)
    const late = wait(patience, null, { signal: given.signal, ref: false }).catch(() => null)
    return Promise.race([answer, late]).finally(() => given.abort())
  }

  return {
    async parse(html) {
      const first = await attempt(html)
      if (first !== null) return first
      abandon(browser)
      browser = await startBrowser()
      tab = await browser.newPage()
      const second = await attempt(html)
      if (second === null) throw new Error(`no browser parses this within ${patience} ms: ${html}`)
      return second
    },
    close: () => browser.close(),
  }
}

/** Ends a browser that may never say that it ended. */
function abandon(browser: Browser): void {
  browser.close().catch((error: unknown) => console.warn('a browser that hung was not closed', error))
}

/** A text as a literal of a script. */
const asScript = (text: string): string =>
  JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')

/** In the browser: what its parser makes of a document. */
const parse = `(html) => {
  const parsed = new DOMParser().parseFromString(html, 'text/html')
  const named = (element) => element.localName + [...element.attributes].map(({ name }) => ' ' + name).sort().join('')
  const all = [...parsed.querySelectorAll('*')]
  const inPicture = (element) => element.closest('.picture svg') !== null
  return {
    outside: all.filter((element) => !inPicture(element)).map(named),
    svg: [...new Set(all.filter(inPicture).flatMap((element) => named(element).split(' ')))],
    text: parsed.documentElement.textContent,
  }
}`
