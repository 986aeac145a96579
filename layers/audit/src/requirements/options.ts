import { type Word, wordsOf } from './words.ts'

/** An option of a line. */
export interface GivenOption {
  /** Its long name without dashes, such as `requirement`. */
  readonly name: string
  /** Empty for one that takes none. */
  readonly value: string
  /** Where it stands in the line, its value included. */
  readonly start: number
  readonly end: number
}

/** The options of a line, as far as they could be read. */
export interface LineOptions {
  readonly options: readonly GivenOption[]
  /** Why the rest could not be read, in words; null where nothing is left. */
  readonly problem: string | null
}

/** Options that take a value, with other spellings: those of pip, and those of older versions of it. */
const valued = new Map([
  ['index-url', 'index-url'],
  ['pypi-url', 'index-url'],
  ['extra-index-url', 'extra-index-url'],
  ['find-links', 'find-links'],
  ['no-binary', 'no-binary'],
  ['only-binary', 'only-binary'],
  ['trusted-host', 'trusted-host'],
  ['use-feature', 'use-feature'],
  ['all-releases', 'all-releases'],
  ['only-final', 'only-final'],
  ['constraint', 'constraint'],
  ['requirement', 'requirement'],
  ['editable', 'editable'],
  ['hash', 'hash'],
  ['global-option', 'global-option'],
  ['install-option', 'install-option'],
  ['config-setting', 'config-settings'],
  ['config-settings', 'config-settings'],
  ['allow-external', 'allow-external'],
  ['allow-unverified', 'allow-unverified'],
])

const flags = new Set([
  'no-index',
  'pre',
  'prefer-binary',
  'require-hashes',
  'process-dependency-links',
  'allow-all-external',
  'always-unzip',
  'use-wheel',
  'no-use-wheel',
])

const letters = new Map([
  ['i', 'index-url'],
  ['f', 'find-links'],
  ['c', 'constraint'],
  ['r', 'requirement'],
  ['e', 'editable'],
  ['C', 'config-settings'],
  ['Z', 'always-unzip'],
])

const longNames = [...valued.keys(), ...flags]

/** Where the options of a line begin: at a word with a dash; its length where there are none. */
export function optionsBegin(line: string): number {
  const match = /(?:^|\s)-/.exec(line)
  return match === null ? line.length : match.index + match[0].length - 1
}

/** Reads the options of a line from `start` on. */
export function readOptions(line: string, start: number): LineOptions {
  const words = wordsOf(line, start)
  if (words === null) return { options: [], problem: 'a quote in its options is not closed' }
  const options: GivenOption[] = []
  for (let index = 0; index < words.length; ) {
    const read = readOption(line, words, index)
    if (typeof read === 'string') return { options, problem: read }
    options.push(read.option)
    index = read.next
  }
  return { options, problem: null }
}

type OptionRead = { readonly option: GivenOption; readonly next: number } | string

function readOption(line: string, words: readonly Word[], index: number): OptionRead {
  const word = words[index]
  if (word === undefined) return 'an option is missing'
  const [, long, attached] = /^--([^=]+)(?:=(.*))?$/s.exec(word.text) ?? []
  if (long !== undefined) return withValue(line, words, index, longNameOf(long), attached)
  const [, letter, rest] = /^-([^-])(.*)$/s.exec(word.text) ?? []
  if (letter === undefined) return `${word.text} is no option`
  return withValue(line, words, index, letters.get(letter), rest === '' ? undefined : rest)
}

/** The one long name that a text is, or is the beginning of. */
function longNameOf(text: string): string | undefined {
  const name = longNames.includes(text) ? [text] : longNames.filter((each) => each.startsWith(text))
  const meant = new Set(name.map((each) => valued.get(each) ?? each))
  return meant.size === 1 ? [...meant][0] : undefined
}

function withValue(
  line: string,
  words: readonly Word[],
  index: number,
  name: string | undefined,
  attached: string | undefined,
): OptionRead {
  const word = words[index]
  if (word === undefined || name === undefined) return `pip knows no option ${word?.text ?? ''}`
  const { end, start } = word
  if (flags.has(name)) return { option: { name, value: '', start, end }, next: index + 1 }
  if (attached !== undefined && name !== 'editable') {
    return { option: { name, value: attached, start, end }, next: index + 1 }
  }
  const first = words[index + 1]
  // An editable one may be written as `name @ url ; marker`.
  const next = name === 'editable' ? endOfValue(words, index + 1) : index + 2
  const last = words[next - 1]
  if (attached !== undefined && last !== undefined) {
    const value = attached + line.slice(end, last.end)
    return { option: { name, value, start, end: last.end }, next }
  }
  if (first === undefined || last === undefined || next === index + 1) return `--${name} names nothing`
  const value = next === index + 2 ? first.text : line.slice(first.start, last.end)
  return { option: { name, value, start, end: last.end }, next }
}

/** The first word from `index` on that is an option. */
function endOfValue(words: readonly Word[], index: number): number {
  let at = index
  while (at < words.length && !words[at]?.text.startsWith('-')) at += 1
  return at
}
