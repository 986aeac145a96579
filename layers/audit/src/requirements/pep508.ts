import { parsePipRequirementsLine } from 'pip-requirements-js'
import { type Clause, isClause } from '../packages/pypi-specifier.ts'

/** A clause, with where its version stands in the text. */
export interface PlacedClause extends Clause {
  readonly start: number
  readonly end: number
}

/** What a text says before its marker. */
export interface NamedRequirement {
  readonly name: string
  readonly extras: readonly string[]
  readonly clauses: readonly PlacedClause[]
  /** Of a direct reference: `name @ url`. */
  readonly url: string | null
}

/** A requirement, or why the text is none. */
export type RequirementRead =
  | { readonly requirement: NamedRequirement; readonly marker: string | null }
  | { readonly problem: string }

/** Longer texts are not given to the library, which remembers much of every character. */
const maxForLibrary = 1000

const named = /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*/
const identifier = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/
const direct = /^@\s*\S+(?:\s*$|\s+;|(?<=;)\s)/

/** Reads one requirement (PEP 508), its marker only as far as where it stands. */
export function readRequirement(text: string): RequirementRead {
  const [head = ''] = named.exec(text) ?? []
  if (head === '') return { problem: 'it does not begin with the name of a package' }
  const rest = text.slice(head.length)
  const isDirect = rest.startsWith('@')
  if (isDirect && !direct.test(rest)) return { problem: 'its URL cannot be read' }
  // The `;` of a URL is the URL's own, but where a space stands beside it.
  const separator = isDirect ? /(?<=\s);|;(?=\s)/.exec(rest) : /;/.exec(rest)
  const end = separator === null ? text.length : head.length + separator.index
  const marker = separator === null ? null : text.slice(end + 1).trim()
  const before = text.slice(0, end)
  const read = byLibrary(before) ?? byHand(before, head)
  if ('problem' in read) return read
  const wrong = faultOf(read)
  return wrong === null ? { requirement: read, marker } : { problem: wrong }
}

/** What the library reads; null for what it throws on, though pip may take it. */
function byLibrary(text: string): NamedRequirement | null {
  if (text.length > maxForLibrary) return null
  try {
    const data = parsePipRequirementsLine(text, { includeLocations: true })?.data
    if (data === undefined || data.type === 'RequirementsFile' || data.type === 'ConstraintsFile') return null
    return {
      name: data.name.data,
      extras: (data.extras ?? []).map((extra) => extra.data),
      clauses:
        data.type === 'ProjectURL'
          ? []
          : (data.versionSpec ?? []).map(({ data: { operator, version } }) => ({
              operator: operator.data,
              version: version.data,
              start: version.location.startIdx,
              end: version.location.endIdx,
            })),
      url: data.type === 'ProjectURL' ? data.url.data : null,
    }
  } catch {
    // Read by hand then, which says what is wrong with it.
    return null
  }
}

/** What pip takes besides: `===`, a comma at the end, any URL. */
function byHand(text: string, head: string): NamedRequirement | { readonly problem: string } {
  const [, name = '', bracket] = named.exec(text) ?? []
  const extras = (bracket ?? '').split(',').map((extra) => extra.trim())
  const some = { name, extras: extras.length === 1 && extras[0] === '' ? [] : extras }
  const rest = text.slice(head.length)
  if (rest.startsWith('@')) return { ...some, clauses: [], url: rest.slice(1).trim() }
  const spec = rest.trimEnd()
  const isOpened = spec.startsWith('(')
  const inner = isOpened ? spec.slice(1, -1) : spec
  if (isOpened !== spec.endsWith(')') || /[()]/.test(inner)) {
    return { problem: `it does not go on with ${spec}` }
  }
  const clauses = placedClauses(inner, head.length + (isOpened ? 1 : 0))
  if (clauses === null) return { problem: `it does not go on with ${spec}` }
  return { ...some, clauses, url: null }
}

function placedClauses(text: string, offset: number): PlacedClause[] | null {
  const clauses: PlacedClause[] = []
  const parts = text.split(',')
  let at = offset
  for (const [index, part] of parts.entries()) {
    const [, before = '', operator = '', version = ''] =
      /^(\s*(===|~=|==|!=|<=|>=|<|>)\s*)(\S+)\s*$/.exec(part) ?? []
    if (version !== '') {
      const start = at + before.length
      clauses.push({ operator, version, start, end: start + version.length })
    } else if (part.trim() !== '' || index !== parts.length - 1) return null
    at += part.length + 1
  }
  return clauses
}

function faultOf({ clauses, extras, name }: NamedRequirement): string | null {
  if (!identifier.test(name)) return `${name} is no name of a package`
  const extra = extras.find((each) => !identifier.test(each))
  if (extra !== undefined) return `${extra === '' ? 'an empty text' : extra} is no name of an extra`
  const clause = clauses.find((each) => !isClause(each))
  return clause === undefined ? null : `${clause.operator}${clause.version} is no version by PEP 440`
}
