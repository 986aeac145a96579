/** What a CREATE VIRTUAL TABLE statement says. */
export interface VirtualTable {
  /** In lower case. */
  readonly module: string
  /** As written, without the space and the comments around each. */
  readonly args: readonly string[]
}

const token =
  /\s+|--[^\n]*\n?|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*"|'(?:[^']|'')*'|`(?:[^`]|``)*`|\[[^\]]*\]|[\p{L}\p{N}_$]+|./gsu

const isBlank = (text: string): boolean => /^(\s|--|\/\*)/.test(text)
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

/** A quoted name or string as what it stands for. */
export function unquote(text: string): string {
  const [open] = text
  if (open === '[' && text.endsWith(']')) return text.slice(1, -1)
  if (open === undefined || !'"\'`'.includes(open) || !text.endsWith(open)) return text
  return text.slice(1, -1).replaceAll(open + open, open)
}

/**
 * The value of an option among the arguments, such as `content` in `content='articles'`; null when absent.
 *
 * @param least how many characters of its name are enough
 * @default all of them
 */
export function optionOf({ args }: VirtualTable, name: string, least: number = name.length): string | null {
  for (const arg of args) {
    const match = /^(\w+)\s*=\s*([\s\S]*)$/.exec(arg)
    const given = match?.[1]?.toLowerCase() ?? ''
    if (given.length >= least && name.startsWith(given)) return unquote(match?.[2]?.trim() ?? '')
  }
  return null
}
