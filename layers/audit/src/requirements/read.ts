import { posix } from 'node:path'
import { rulesOf } from '../packages/rules.ts'
import { plainLine } from '../plain-text.ts'
import { contradictionsIn } from './contradictions.ts'
import { markerHolds, markerValues } from './judge-marker.ts'
import { type LogicalLine, logicalLines } from './logical-lines.ts'
import type { MarkerVariable } from './marker.ts'
import { isLockFile, readLockFile } from './npm-lock.ts'
import { type LineContent, type LineRequirement, readLine } from './read-line.ts'
import { withoutCredentials } from './reference.ts'
import type { InvalidLine, MarkerEnvironment, Requirement, RequirementSet } from './requirement.ts'

/** Text of a file, or why it cannot be read, in words. */
export type FileContent = { readonly text: string } | { readonly reason: string }

/** See {@link readRequirements}. */
export interface ReadRequirementsOptions {
  /** Files of requirements, and lock files of npm, by key. */
  readonly keys: readonly string[]
  /** Asked once for each file and role; decode bytes with `decodeText`. */
  readonly read: (key: string) => Promise<FileContent>
  /** What markers are judged for. */
  readonly environment: MarkerEnvironment
}

/** More are not read: no hub has so many. */
const maxFiles = 1000

/** Characters of the path of a file. */
const maxPath = 4096

/**
 * Reads everything that files ask for, with the files that they include and the constraints that they name. All
 * of them count as one installation: a constraint narrows what any of them asks for. Its own requirements stand
 * in the set as they are written, with `constraint: true`. Environment variables stay as they are written.
 */
export async function readRequirements(options: ReadRequirementsOptions): Promise<RequirementSet> {
  const reader = new Reader(options)
  for (const key of options.keys) await reader.follow(key, false, null)
  return reader.result()
}

class Reader {
  readonly #read: ReadRequirementsOptions['read']
  readonly #values: Readonly<Record<MarkerVariable, string>>
  readonly #requirements: Requirement[] = []
  readonly #invalid: InvalidLine[] = []
  readonly #unreadable: { readonly key: string; readonly reason: string }[] = []
  readonly #files = new Set<string>()
  /** Files by what they are read as: a circle of includes ends here. */
  readonly #followed = new Set<string>()

  constructor({ environment, read }: ReadRequirementsOptions) {
    this.#read = read
    this.#values = markerValues(environment)
  }

  result(): RequirementSet {
    return {
      requirements: this.#requirements,
      invalid: [...this.#invalid, ...contradictionsIn(this.#requirements)],
      unreadable: this.#unreadable,
      files: [...this.#files],
    }
  }

  /** Reads a file that is named, or that a line of another one includes. */
  async follow(key: string, constraint: boolean, by: string | null): Promise<void> {
    const role = `${constraint ? 'c' : 'r'} ${key}`
    if (this.#followed.has(role)) return
    this.#followed.add(role)
    const content = this.#followed.size > maxFiles ? tooMany : await this.#read(key)
    if ('reason' in content) {
      this.#miss(key, content.reason, by)
      return
    }
    this.#files.add(key)
    if (isLockFile(key)) this.#takeLockFile(key, content.text, by)
    else for (const line of logicalLines(content.text)) await this.#takeLine(key, line, constraint)
  }

  #miss(key: string, reason: string, by: string | null): void {
    if (by === null) this.#unreadable.push({ key, reason })
    else {
      // What a line includes may be any text.
      const shown = plainLine(withoutCredentials(key), 200)
      this.#unreadable.push({ key: shown, reason: `${reason} (included by ${by})` })
    }
  }

  #takeLockFile(key: string, text: string, by: string | null): void {
    const read = readLockFile(key, text)
    if ('reason' in read) this.#miss(key, read.reason, by)
    else {
      this.#requirements.push(...read.requirements)
      this.#invalid.push(...read.invalid)
    }
  }

  async #takeLine(key: string, line: LogicalLine, constraint: boolean): Promise<void> {
    const { includes, problems, requirements }: LineContent = readLine(line)
    const place = { key, line: line.line }
    for (const each of requirements) this.#requirements.push(this.#placed(each, key, line, constraint))
    for (const reason of problems) {
      const text = plainLine(withoutCredentials(line.text + line.comment), 200)
      this.#invalid.push({ place, text, reason })
    }
    for (const include of includes) {
      const by = `${key}:${line.line}`
      const target = keyOf(include.path, key)
      if ('reason' in target) this.#miss(include.path, target.reason, by)
      // As in pip, what a constraint includes by -r is asked for.
      else await this.follow(target.key, include.constraint, by)
    }
  }

  #placed(read: LineRequirement, key: string, line: LogicalLine, constraint: boolean): Requirement {
    const { clauses, editable, extras, hashSpans, hashes, marker, name, url } = read
    const pins = clauses.filter(
      ({ operator, version }) => operator === '===' || (operator === '==' && !version.endsWith('.*')),
    )
    const pin = pins.length === 1 ? pins[0] : undefined
    return {
      ecosystem: 'PyPI',
      name,
      normalized: rulesOf('PyPI').normalize(name),
      extras,
      specifier:
        clauses.length === 0 ? null : clauses.map(({ operator, version }) => operator + version).join(','),
      pinned: pin?.version ?? null,
      marker: marker?.text ?? null,
      applies: marker === null || markerHolds(marker.condition, this.#values),
      url,
      editable,
      hashes,
      place: { key, line: line.line },
      constraint,
      span: pin === undefined ? null : line.spanOf(pin.start, pin.end),
      line: line.span,
      hashSpans,
    }
  }
}

const tooMany: FileContent = { reason: `more than ${maxFiles} files include one another` }

/** The key of a file that another one includes. */
function keyOf(path: string, from: string): { readonly key: string } | { readonly reason: string } {
  // No system has longer ones, and to put one together takes long.
  if (path.length > maxPath) return { reason: `its name has more than ${maxPath} characters` }
  if (path.includes('${')) return { reason: 'its name has an environment variable, which is not known here' }
  if (/^[a-z][a-z0-9+.-]+:/i.test(path)) return { reason: 'it lies elsewhere, and nothing is fetched' }
  const key = path.startsWith('/') ? posix.normalize(path) : posix.join(posix.dirname(from), path)
  const leaves = key === '..' || key.startsWith('../') || key.startsWith('/')
  // A file that is named by an absolute path lies nowhere that could be left.
  return leaves && !from.startsWith('/') ? { reason: 'it lies outside of the hub’s directory' } : { key }
}
