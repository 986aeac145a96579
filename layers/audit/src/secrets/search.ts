import type { SearchedText, UnsearchedText } from '@hubkeeper/core'
import { plainLine } from '../plain-text.ts'
import type { SecretFinding, SecretFindings, Sighting } from './finding.ts'
import { sightingsIn } from './sightings.ts'

/** See {@link searchSecrets}. */
export interface SecretSearchOptions {
  /** Tells values apart without giving them away; see {@link secretFingerprint}. */
  readonly fingerprint: (value: string) => string
  /** Findings and texts that could not be searched, beyond which the rest is only counted. */
  readonly maxFindings?: number
}

/**
 * Searches texts for secrets. A secret that stands in one place several times is one finding with a count: in
 * a configuration by line, in a log altogether. Memory is bounded by the longest text and `maxFindings`.
 */
export async function searchSecrets(
  texts: AsyncIterable<SearchedText | UnsearchedText>,
  { fingerprint, maxFindings = 1000 }: SecretSearchOptions,
): Promise<SecretFindings> {
  const findings = new Map<string, SecretFinding>()
  const unsearched: UnsearchedText[] = []
  let omitted = 0
  let places = 0
  let characters = 0
  let current: string | null = null

  const add = (finding: SecretFinding): void => {
    const { fingerprint: which, kind, line, place, rule } = finding
    const key = JSON.stringify([kind, place, rule, which, kind === 'log' ? 0 : line])
    const known = findings.get(key)
    if (known !== undefined) findings.set(key, { ...known, count: known.count + 1 })
    else if (findings.size < maxFindings) findings.set(key, finding)
    else omitted += 1
  }

  const leave = (text: UnsearchedText): void => {
    if (unsearched.length < maxFindings) unsearched.push(text)
    else omitted += 1
  }

  for await (const text of texts) {
    if (text.state === 'unread') {
      leave(text)
      continue
    }
    const here = `${text.kind} ${text.place}`
    if (here !== current) places += 1
    current = here
    characters += text.text.length
    try {
      for (const finding of await findingsIn(text, fingerprint)) add(finding)
    } catch (error) {
      // What went wrong may quote the text.
      const what = error instanceof Error ? error.name : 'something'
      leave({ state: 'unread', place: text.place, kind: text.kind, reason: `the search failed: ${what}` })
    }
  }
  return { findings: [...findings.values()].sort(byPlace), unsearched, omitted, places, characters }
}

async function findingsIn(
  searched: SearchedText,
  fingerprint: (value: string) => string,
): Promise<SecretFinding[]> {
  const { firstLine, kind, place, text } = searched
  const sightings = await sightingsIn(searched)
  const lineOf = lineCounter(text, firstLine)
  return sightings.map((sighting) => {
    const value = secretOf(text, sighting)
    const { name, rule, start } = sighting
    const isTold = name !== null && (rule === 'default-password' || !sharesWith(name, value))
    return {
      place,
      kind,
      line: lineOf(start),
      rule,
      name: isTold ? plainLine(name, 64) : null,
      length: value.length,
      fingerprint: fingerprint(value),
      count: 1,
    }
  })
}

/** The value itself. A key is the same however its lines are broken. */
const secretOf = (text: string, { end, rule, start }: Sighting): string => {
  const value = text.slice(start, end)
  return rule === 'private-key' ? value.replace(/\\[nr]|[\s>]/g, '') : value
}

/** Whether a name would give away six signs of the value that it stands for. */
function sharesWith(name: string, value: string): boolean {
  const secret = value.toLowerCase()
  const signs = name.toLowerCase()
  if (secret.length < 6) return signs.includes(secret)
  for (let at = 0; at + 6 <= signs.length; at++) if (secret.includes(signs.slice(at, at + 6))) return true
  return false
}

/** Lines of ascending places in a text. */
function lineCounter(text: string, firstLine: number): (at: number) => number {
  let line = firstLine
  // Kept between calls: looking for the end of one long line again and again would take forever.
  let next = text.indexOf('\n')
  return (at) => {
    for (; next >= 0 && next < at; next = text.indexOf('\n', next + 1)) line += 1
    return line
  }
}

const byPlace = (a: SecretFinding, b: SecretFinding): number =>
  a.place === b.place ? a.line - b.line : a.place < b.place ? -1 : 1
