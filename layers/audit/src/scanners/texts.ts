import * as z from 'zod'
import { plainLine } from '../plain-text.ts'
import type { Severity } from '../severity.ts'
import type { CodeLocation, UnreadPart } from './code-finding.ts'

/** A text that is left out where it is none. */
export const optionalText = z.string().optional().catch(undefined)

/** A list that is empty where there is none: several scanners leave empty ones out. */
export const optionalList = z.array(z.unknown()).nullish().catch(undefined)

/** Of an id, as it is shown. */
export const plainId = (id: string): string => plainLine(id, 100)

/** Names of packages and versions. */
export const plainName = (name: string): string => plainLine(name, 200)

/** A path without `./` before it; what it leads to is not looked at. */
export const plainPath = (path: string): string => plainLine(path.replace(/^(\.\/)+/, ''), 500)

/** Where a finding lies; lines count from 1. */
export const locationOf = (path: string, line: number | undefined): CodeLocation => ({
  path: plainPath(path),
  line: line !== undefined && Number.isSafeInteger(line) && line >= 1 ? line : null,
})

/** An `https:` link; null for anything else. */
export function linkOf(text: string | undefined): string | null {
  if (text === undefined || text.length > 500 || !URL.canParse(text)) return null
  const url = new URL(text)
  return url.protocol === 'https:' && url.username === '' && url.password === '' ? url.href : null
}

const words: Readonly<Record<string, Severity>> = {
  CRITICAL: 'critical',
  HIGH: 'high',
  MEDIUM: 'medium',
  MODERATE: 'medium',
  LOW: 'low',
  NEGLIGIBLE: 'low',
  INFORMATIONAL: 'none',
  NONE: 'none',
}

/** The severity that a word means; `unknown` for one that rates nothing, such as UNDEFINED or UNTRIAGED. */
export const severityOf = (word: string | undefined): Severity => {
  const upper = word?.toUpperCase() ?? ''
  return Object.hasOwn(words, upper) ? (words[upper] ?? 'unknown') : 'unknown'
}

/** CVE before all others, so that two scanners call one flaw alike. */
export function idsOf(ids: readonly string[]): {
  readonly rule: string
  readonly aliases: readonly string[]
} {
  const all = [...new Set(ids.filter((id) => id !== '').map(plainId))].sort()
  const rule = all.find((id) => /^CVE-/i.test(id)) ?? ids.map(plainId)[0] ?? ''
  return { rule, aliases: all.filter((id) => id !== rule) }
}

/** Every entry that has a shape; how many have not is told. */
export function readEach<T>(
  entries: readonly unknown[],
  schema: z.ZodType<T>,
): { readonly read: readonly T[]; readonly wrong: number } {
  const read = entries.flatMap((entry) => {
    const parsed = schema.safeParse(entry)
    return parsed.success ? [parsed.data] : []
  })
  return { read, wrong: entries.length - read.length }
}

/** That entries could not be understood; nothing where all could. */
export const notUnderstood = (wrong: number, what: string): readonly UnreadPart[] =>
  wrong === 0 ? [] : [anywhere(`${wrong} ${what}${wrong === 1 ? '' : 's'} could not be understood`)]

/** Of which nobody knows what it is about. */
export const anywhere = (words: string): UnreadPart => ({ place: null, words })

/** A file or a package, and why there is nothing of it. */
export const unreadAt = (place: string, reason: string): UnreadPart => ({
  place,
  words: `${place}: ${plainLine(reason)}`,
})
