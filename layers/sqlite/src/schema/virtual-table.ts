/** What a CREATE VIRTUAL TABLE statement says. */
export interface VirtualTable {
  /** In lower case. */
  readonly module: string
  /** As written, without the space and the comments around each. */
  readonly args: readonly string[]
}

// Of space SQLite knows these alone, a byte order mark among them where a word could begin: any other one is a
// letter to it.
const token =
  /[ \t\n\f\r\u{feff}][ \t\n\v\f\r\u{feff}]*|--[^\n]*\n?|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*"|'(?:[^']|'')*'|`(?:[^`]|``)*`|\[[^\]]*\]|[\w$\u{80}-\u{10ffff}]+|./gsu

const isBlank = (text: string): boolean => /^([ \t\n\f\r\ufeff]|--|\/\*)/.test(text)
const isText = (text: string): boolean => !isBlank(text)

/** Reads the statement that the schema holds for a virtual table; null for anything else. */
export function parseVirtualTable(sql: string): VirtualTable | null {
  const tokens = sql.match(token) ?? []
  const words = tokens.flatMap((text, i) => (isBlank(text) ? [] : [{ text, i }]))
  if (words[0]?.text.toLowerCase() !== 'create' || words[1]?.text.toLowerCase() !== 'virtual') return null
  // The name may be any quoted text, but a bare word USING can only be the keyword.
  const using = words.findIndex(({ text }, n) => n > 2 && text.toLowerCase() === 'using')
  const module = words[using + 1]
  if (using < 0 || module === undefined) return null
  const name = unquote(module.text).toLowerCase()
  return { module: name, args: argumentsFrom(tokens.slice(module.i + 1)) }
}

/** Splits at the commas outside of parentheses. SQLite leaves out space and comments around an argument. */
function argumentsFrom(tokens: readonly string[]): string[] {
  const args: string[] = []
  let depth = 0
  let current: string[] = []
  const end = (): string => {
    const [first, last] = [current.findIndex(isText), current.findLastIndex(isText)]
    return current.slice(Math.max(0, first), last + 1).join('')
  }
  for (const text of tokens) {
    if (text === ')') depth -= 1
    if (depth === 0 && text === ')') break
    if (depth === 1 && text === ',') {
      args.push(end())
      current = []
    } else if (depth > 0) current.push(text)
    if (text === '(') depth += 1
  }
  const last = end()
  return last === '' ? args : [...args, last]
}

/** A quoted name or string as what it stands for; what follows it is none of it. */
export function unquote(text: string): string {
  const [, inBrackets] = /^\[([^\]]*)\]/.exec(text) ?? []
  if (inBrackets !== undefined) return inBrackets
  const [, quote = '', within] = /^(["'`])((?:(?!\1)[\s\S]|\1\1)*)\1/.exec(text) ?? []
  return within === undefined ? text : within.replaceAll(quote + quote, quote)
}

/**
 * The value of an option among the arguments, such as `content` in `content='articles'`; null when absent. The last
 * one counts. FTS5 allows spaces around its sign; FTS4 takes them for a part of the value.
 *
 * @param least how many characters of its name are enough
 * @default all of them
 */
export function optionOf(
  { args, module }: VirtualTable,
  name: string,
  least: number = name.length,
): string | null {
  const option = module === 'fts5' ? /^(\w+) *= *(.*)$/s : /^(\w+)=(.*)$/s
  let found: string | null = null
  for (const arg of args) {
    const [, key = '', value = ''] = option.exec(arg) ?? []
    if (key.length >= least && name.startsWith(key.toLowerCase())) found = unquote(value)
  }
  return found
}
