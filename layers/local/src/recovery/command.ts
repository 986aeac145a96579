import { realpathSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import type { HubConfig, RestoredHub } from '@hubkeeper/core'

type RecoveryConfig = NonNullable<HubConfig['recovery']>

/** The start command, its placeholders filled in. */
export interface StartCommand {
  readonly program: string
  readonly args: string[]
  /** Everything that the hub finds in its environment. */
  readonly environment: Record<string, string>
}

/** Of our own environment: where programs are found, and how people write. Nothing that leads anywhere. */
const inherited = ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR'] as const

/** Fills in the port, the restored directory and the restored database. */
export function fillIn(
  { environment, start }: Pick<RecoveryConfig, 'environment' | 'start'>,
  { database, directory }: RestoredHub,
  port: number,
): StartCommand {
  const values: Readonly<Record<string, string>> = { port: String(port), directory, database }
  const fill = (text: string): string =>
    text.replace(/\{(port|directory|database)\}/g, (whole, name: string) => values[name] ?? whole)
  const [program = '', ...args] = start.map(fill)
  const own = Object.entries(environment).map(([name, value]) => [name, fill(value)])
  const ours = inherited.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return {
    program,
    args,
    environment: Object.fromEntries([...ours, ['HOME', directory], ['PORT', String(port)], ...own]),
  }
}

/**
 * Why a command is not run: it names a place of the real hub, in words. Null where it names none. The program
 * itself may lie there. What a program does by itself cannot be seen from here.
 */
export function refusalOf(
  { args, environment, program }: StartCommand,
  configured: Pick<RecoveryConfig, 'environment'>,
  { directory }: Pick<RestoredHub, 'directory'>,
  real: readonly string[],
): string | null {
  const given: [string, string][] = [
    ...args.map((arg): [string, string] => ['an argument', arg]),
    ...Object.keys(configured.environment).map((name): [string, string] => [name, environment[name] ?? '']),
  ]
  const places = [...new Set(real.flatMap((place) => [place, realPath(place)]))]
  const named = places.includes(realPath(resolve(directory, program))) ? program : null
  if (named !== null) return `it runs ${named}, which is the real hub’s`
  for (const [what, text] of given) {
    const place = placeIn(text, directory, places)
    if (place !== null) return `${what} leads to the real hub: ${place}`
  }
  return null
}

/** The place of the real hub that a text leads to; null for none. What lies in the restored directory is none. */
function placeIn(text: string, directory: string, places: readonly string[]): string | null {
  const others = text.replaceAll(directory, '')
  const written = places.find((place) => names(others, place))
  if (written !== undefined) return written
  for (const word of text.split(/[\s=:;,'"?&]+/)) {
    if (!word.includes('/') && !word.includes('..')) continue
    const path = realPath(resolve(directory, word))
    if (isInside(path, realPath(directory))) continue
    if (places.some((place) => isInside(path, place))) return path
  }
  return null
}

/** Whether a text has a path in it, or one below it: `/srv/hub` is not in `/srv/hub-demo`. */
export function names(text: string, place: string): boolean {
  for (let at = text.indexOf(place); at !== -1; at = text.indexOf(place, at + 1)) {
    const next = text[at + place.length]
    if (next === undefined || !/[\w.~-]/.test(next)) return true
  }
  return false
}

/** Whether a path is a directory or lies below it. */
export const isInside = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)

/** Where a path leads in the end; as far as it exists. */
export function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
