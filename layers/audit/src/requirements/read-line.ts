import { plainLine } from '../plain-text.ts'
import type { LogicalLine } from './logical-lines.ts'
import { type Marker, readMarker } from './marker.ts'
import { type GivenOption, optionsBegin, readOptions } from './options.ts'
import { type NamedRequirement, readRequirement } from './pep508.ts'
import { readReference, withoutCredentials } from './reference.ts'
import type { Span } from './requirement.ts'

/** A requirement of a line, before it is known what for. */
export interface LineRequirement extends NamedRequirement {
  readonly marker: { readonly text: string; readonly condition: Marker } | null
  readonly editable: boolean
  readonly hashes: readonly string[]
  readonly hashSpans: readonly Span[]
}

/** What one logical line says. */
export interface LineContent {
  /** One, or one for each that is editable. */
  readonly requirements: readonly LineRequirement[]
  readonly includes: readonly { readonly path: string; readonly constraint: boolean }[]
  /** What of it could not be read, each as one sentence. */
  readonly problems: readonly string[]
}

const hashPattern = /^[a-z0-9]+:[0-9a-f]+$/i

/** Reads one logical line; everything of it is understood, or a problem. */
export function readLine(line: LogicalLine): LineContent {
  const { comment, text } = line
  const problems: string[] = []
  const problem = (reason: string): void => void problems.push(sentence(reason))
  if ((text + comment).includes('\ufffd')) problem('it has bytes that are not of its file’s encoding')
  const begin = optionsBegin(text)
  const asked = text.slice(0, begin)
  if (/[\p{Cc}\p{Cf}\ufffd]/u.test(text.replaceAll('\t', ' '))) {
    if (problems.length === 0) problem('it has characters that cannot be seen')
    return { requirements: [], includes: [], problems }
  }
  const { options, problem: unread } = readOptions(text, begin)
  if (unread !== null) problem(unread)
  const named = (name: string): GivenOption[] => options.filter((option) => option.name === name)
  const hashes = named('hash')
  const read = [
    ...(asked.trim() === '' ? [] : [readAsked(asked, false)]),
    ...named('editable').map(({ value }) => readAsked(value, true)),
  ]
  if (read.some((one) => 'clauses' in one && one.url === null) && asked.includes('#'))
    problem('pip takes a # without a space before it for a part of what stands there')
  const known = hashesOf(hashes, line)
  const requirements: LineRequirement[] = []
  for (const one of read) {
    if ('problem' in one) problem(one.problem)
    else requirements.push({ ...one, ...known })
  }
  for (const { value } of hashes) if (!hashPattern.test(value)) problem(`${value} is no hash`)
  if (hashes.length > 0 && read.length === 0) problem('its hash belongs to no requirement')
  const includes = [...named('requirement'), ...named('constraint')].map(({ name, value }) => ({
    path: value,
    constraint: name === 'constraint',
  }))
  if (read.length > 0 && includes.length > 0) problem('pip does not follow -r or -c behind a requirement')
  return { requirements, includes: read.length > 0 ? [] : includes, problems }
}

/** The hashes that can be read. */
function hashesOf(
  options: readonly GivenOption[],
  line: LogicalLine,
): Pick<LineRequirement, 'hashes' | 'hashSpans'> {
  const known = options.filter(({ value }) => hashPattern.test(value))
  const spans = known.flatMap(({ end, start }) => line.spanOf(start, end) ?? [])
  return {
    hashes: known.map(({ value }) => value),
    hashSpans: spans.length === known.length ? spans : [],
  }
}

type AskedRead = Omit<LineRequirement, 'hashes' | 'hashSpans'> | { readonly problem: string }

function readAsked(text: string, editable: boolean): AskedRead {
  const read = readRequirement(text)
  const url = 'problem' in read ? null : read.requirement.url
  if ('requirement' in read && url !== null) {
    return withMarker({ ...read.requirement, url: withoutCredentials(url) }, read.marker, editable)
  }
  const reference = readReference(text.trim(), editable)
  if (reference !== null) {
    const { extras, marker, name } = reference
    const shown = name ?? plainLine(reference.url, 200)
    return withMarker({ name: shown, extras, clauses: [], url: reference.url }, marker, editable)
  }
  if ('problem' in read) return read
  if (editable) return { problem: 'it is editable, and names neither a URL nor a directory' }
  return withMarker(read.requirement, read.marker, editable)
}

function withMarker(requirement: NamedRequirement, text: string | null, editable: boolean): AskedRead {
  if (text === null) return { ...requirement, marker: null, editable }
  const read = readMarker(text)
  if ('problem' in read) return read
  return { ...requirement, marker: { text, condition: read.marker }, editable }
}

const sentence = (reason: string): string => plainLine(withoutCredentials(reason), 200)
