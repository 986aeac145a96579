import * as z from 'zod'
import { rulesOf } from '../packages/rules.ts'
import { plainLine } from '../plain-text.ts'
import { withoutCredentials } from './reference.ts'
import type { InvalidLine, Requirement, Span } from './requirement.ts'

/** Whether a file is one that npm locks versions in, by its name: whatever people call it, pip reads no JSON. */
export const isLockFile = (key: string): boolean => /\.json$/i.test(key)

/** What a lock file pins, or why it cannot be read. */
export type LockRead =
  | { readonly requirements: readonly Requirement[]; readonly invalid: readonly InvalidLine[] }
  | { readonly reason: string }

const entrySchema = z.looseObject({
  version: z.string().optional(),
  resolved: z.union([z.string(), z.boolean()]).optional(),
  link: z.boolean().optional(),
  name: z.string().optional(),
})

const lockSchema = z.looseObject({
  lockfileVersion: z.number().optional(),
  packages: z.record(z.string(), z.unknown()).optional(),
  dependencies: z.record(z.string(), z.unknown()).optional(),
})

/** One entry of a lock file, as it is found. */
interface Entry {
  /** As the file names it. */
  readonly key: string
  readonly name: string
  readonly value: unknown
}

/**
 * Reads a `package-lock.json` of version 1, 2 or 3 (https://docs.npmjs.com/cli/configuring-npm/package-lock-json):
 * each version of a package once. Workspaces and other directories of the project itself are left out.
 */
export function readLockFile(key: string, text: string): LockRead {
  const lock = lockSchema.safeParse(jsonOf(text))
  if (!lock.success) return { reason: 'it is no lock file of npm' }
  const { dependencies, packages } = lock.data
  if (packages === undefined && dependencies === undefined) return { reason: 'it names no packages' }
  const entries = packages === undefined ? nested(dependencies ?? {}) : flat(packages)
  const locate = locator(text)
  const requirements = new Map<string, Requirement>()
  const invalid: InvalidLine[] = []
  for (const entry of entries) {
    const { line, span } = locate(entry.key)
    const place = { key, line }
    const found = pinOf(entry)
    if (found === null) continue
    if ('reason' in found) invalid.push({ place, text: plainLine(entry.key, 200), reason: found.reason })
    else if (!requirements.has(`${found.name}@${found.version}`)) {
      const { name, url, version } = found
      requirements.set(`${name}@${version}`, {
        ecosystem: 'npm',
        name,
        normalized: rulesOf('npm').normalize(name),
        extras: [],
        specifier: version,
        pinned: version,
        marker: null,
        applies: true,
        url,
        editable: false,
        hashes: [],
        place,
        constraint: false,
        span: null,
        line: span,
        hashSpans: [],
      })
    }
  }
  return { requirements: [...requirements.values()], invalid }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Entries of version 2 and 3, by where they are installed; the project itself and its workspaces lie elsewhere. */
function* flat(packages: Readonly<Record<string, unknown>>): Generator<Entry> {
  for (const [key, value] of Object.entries(packages)) {
    const at = key.lastIndexOf('node_modules/')
    if (at !== -1) yield { key, name: key.slice(at + 'node_modules/'.length), value }
  }
}

/** Entries of version 1, each before those below it. */
function* nested(dependencies: Readonly<Record<string, unknown>>): Generator<Entry> {
  const rest = Object.entries(dependencies).reverse()
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const [key, value] = next
    yield { key, name: key, value }
    const below = z.object({ dependencies: z.record(z.string(), z.unknown()) }).safeParse(value)
    if (below.success) rest.push(...Object.entries(below.data.dependencies).reverse())
  }
}

type Pin =
  | { readonly name: string; readonly version: string; readonly url: string | null }
  | { readonly reason: string }

/** What an entry pins; null for a directory of the project itself. */
function pinOf({ name: installedAs, value }: Entry): Pin | null {
  const read = entrySchema.safeParse(value)
  if (!read.success) return { reason: 'its entry cannot be read' }
  const { link, name, resolved, version = '' } = read.data
  if (link === true || version.startsWith('file:')) return null
  if (typeof resolved === 'string' && resolved.startsWith('file:')) return null
  // Version 1 writes another name, and a place, in place of the version.
  const [, alias, aliased] = /^npm:(.+)@([^@]+)$/.exec(version) ?? []
  const [pinned, called] = [aliased ?? version, alias ?? name ?? installedAs]
  if (!/^[^\p{C}\p{Z}]{1,214}$/u.test(called)) return { reason: 'its name is no name of a package' }
  if (!rulesOf('npm').isVersion(pinned)) {
    return { reason: `${plainLine(withoutCredentials(pinned), 100) || 'nothing'} is no version` }
  }
  const place = typeof resolved === 'string' && /^git/.test(resolved) ? withoutCredentials(resolved) : null
  return { name: called, version: pinned, url: place }
}

/** Finds entries in the text, each behind the one before; all are at the last that was found once one is not. */
function locator(text: string) {
  const endFrom = (start: number): number => {
    const end = text.indexOf('\n', start)
    return end === -1 ? text.length : end
  }
  let at = 0
  let line = 1
  let span: Span = { start: 0, end: endFrom(0) }
  let isLost = false
  return (key: string) => {
    const found = isLost ? -1 : entryIn(text, key, at)
    isLost = found === -1
    if (!isLost) at = found
    while (span.end < at) {
      span = { start: span.end + 1, end: endFrom(span.end + 1) }
      line += 1
    }
    return { line, span }
  }
}

/** Where an entry begins from a place on; what only names it has no braces. */
function entryIn(text: string, key: string, from: number): number {
  const name = `${JSON.stringify(key)}:`
  for (let at = text.indexOf(name, from); at !== -1; at = text.indexOf(name, at + 1)) {
    if (/^\s*\{/.test(text.slice(at + name.length, at + name.length + 100))) return at
  }
  return -1
}
