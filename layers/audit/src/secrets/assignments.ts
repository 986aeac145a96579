import type { TextKind } from '@hubkeeper/core'
import { familyOf, isAccount, type SecretFamily } from './names.ts'
import { type ReadValue, readValue } from './read-value.ts'

/** Something that is called a secret, and what was assigned to it. */
export interface Assignment {
  readonly name: string
  readonly family: SecretFamily
  /** It is an account and its password: only a default one is recognised. */
  readonly account: boolean
  readonly value: ReadValue
}

const maxName = 64

/** Assignments that are looked for within the value of another. */
const maxWithin = 8

/** What names of secrets have in them; the whole name is judged afterwards. */
const keyword =
  /pass(?:w(?:or)?[dt]|phrase|code)?|pwd|secret|token|credential|(?:api|access|private|auth|signing|encryption|master|account|storage|session|shared|client|license)[ _.-]?key|masterauth|authorization|admin|root|demo|guest/gi

const separator = /(?:\\{0,3}["'`])?\]?[ \t]{0,16}(?::=|=>|[=:])(?![=:])[ \t]{0,64}/y
const blank = /[ \t]{1,4}(?=[^\s-])/y
const beforeOwn = /^[ \t#;/]*(?:(?:export|set|env|-)[ \t]+)*["']?$/i

const isNameSign = (sign: string | undefined): boolean => sign !== undefined && /[\w.-]/.test(sign)

interface Name {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** The name around a keyword; null where it would be longer than any. */
function nameAround(text: string, from: number, to: number): Name | null {
  let start = from
  let end = to
  while (isNameSign(text[start - 1])) if (--start < from - maxName) return null
  while (isNameSign(text[end])) if (++end > to + maxName) return null
  return { text: text.slice(start, end).replace(/^[-.]+/, ''), start, end }
}

/** Where the value of a name begins; null where nothing is assigned to it. */
function valueStart(text: string, { end, start, text: name }: Name): number | null {
  separator.lastIndex = end
  if (separator.test(text)) return separator.lastIndex
  // `--password x` of a command line, and what redis.conf calls a password.
  const isOption = text.startsWith('--', start) || /^(?:requirepass|masterauth)$/i.test(name)
  blank.lastIndex = end
  if (isOption && blank.test(text)) return blank.lastIndex
  return text[start - 1] === '<' && text[end] === '>' ? end + 1 : null
}

/**
 * All that is assigned in a text to names of secrets, in env, ini, YAML, JSON, TOML, XML and log lines; also
 * within a value, where that is a URL or a list, but not without end.
 */
export function* assignmentsIn(text: string, kind: TextKind): Generator<Assignment> {
  let after = 0
  let outer = { end: 0, within: 0 }
  for (const match of text.matchAll(keyword)) {
    if (match.index < after) continue
    const name = nameAround(text, match.index, match.index + match[0].length)
    if (name === null) continue
    after = name.end
    const assignment = assignmentTo(name, text, kind)
    if (assignment === null) continue
    const { end } = assignment.value
    outer = name.end < outer.end ? { end: outer.end, within: outer.within + 1 } : { end, within: 0 }
    if (outer.within === maxWithin) after = outer.end
    yield assignment
  }
  yield* namedValues(text, kind)
}

function assignmentTo(name: Name, text: string, kind: TextKind): Assignment | null {
  const account = kind !== 'log' && isAccount(name.text)
  const family = account ? 'password' : familyOf(name.text)
  const at = family === null ? null : valueStart(text, name)
  if (family === null || at === null) return null
  const ownLine = kind !== 'log' && isOwnLine(text, name.start)
  const value = readValue(text, at, kind, ownLine)
  if (value === null || value.end === value.start) return null
  // Elsewhere it is an owner: `root:root`.
  if (account && !ownLine && !value.quoted) return null
  return { name: name.text, family, account, value }
}

/** Whether nothing but what may stand before an assignment stands before a name. */
function isOwnLine(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - maxName), start)
  return beforeOwn.test(before.slice(before.search(/[^\r\n]*$/)))
}

const nameAndValue =
  /\bname["']?\s{0,8}[:=]\s{0,8}["']?([\w.-]{2,64})["']?[ \t]{0,8},?\s{0,80}["']?value["']?\s{0,8}[:=][ \t]{0,8}/gi

/** Names and values side by side, as definitions of containers have them: `name: X`, `value: y`. */
function* namedValues(text: string, kind: TextKind): Generator<Assignment> {
  if (kind === 'environment') return
  for (const match of text.matchAll(nameAndValue)) {
    const [all, name = ''] = match
    const family = familyOf(name)
    if (family === null) continue
    const value = readValue(text, match.index + all.length, kind, false)
    if (value !== null && value.end > value.start) yield { name, family, account: false, value }
  }
}
