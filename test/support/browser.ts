import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The browser that pages are looked at with; null where there is none. */
export const browserPath: string | null =
  [process.env.HUBKEEPER_BROWSER ?? '', ...usual].find((path) => existsSync(path)) ?? null

/** What a test that needs it says when it is skipped. */
export const needingBrowser = (name: string): string =>
  browserPath === null
    ? `${name} (skipped: no browser; apt-get install chromium, or name one in HUBKEEPER_BROWSER)`
    : name

/** Starts the browser; whoever does closes it. @throws Error where there is none */
export function startBrowser(): Promise<Browser> {
  if (browserPath === null) throw new Error(needingBrowser('a browser is needed'))
  return chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] })
}
