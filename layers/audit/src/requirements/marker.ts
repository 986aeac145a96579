import { isClause } from '../packages/pypi-specifier.ts'

/** One side of a comparison. */
export type MarkerOperand =
  | { readonly kind: 'variable'; readonly name: MarkerVariable }
  | { readonly kind: 'text'; readonly text: string }

/** The condition of a requirement. */
export type Marker =
  | { readonly kind: 'all'; readonly parts: readonly Marker[] }
  | { readonly kind: 'any'; readonly parts: readonly Marker[] }
  | {
      readonly kind: 'comparison'
      readonly left: MarkerOperand
      readonly operator: string
      readonly right: MarkerOperand
    }

/** What markers ask for (PEP 508). */
export const markerVariables = [
  'python_version',
  'python_full_version',
  'os_name',
  'sys_platform',
  'platform_release',
  'platform_system',
  'platform_version',
  'platform_machine',
  'platform_python_implementation',
  'implementation_name',
  'implementation_version',
  'extra',
] as const

/** One of {@link markerVariables}. */
export type MarkerVariable = (typeof markerVariables)[number]

/** How they were written before there was PEP 508; pip still reads them. */
const formerNames: Readonly<Record<string, MarkerVariable>> = {
  'os.name': 'os_name',
  'sys.platform': 'sys_platform',
  'platform.version': 'platform_version',
  'platform.machine': 'platform_machine',
  'platform.python_implementation': 'platform_python_implementation',
  python_implementation: 'platform_python_implementation',
}

const token = /\s*(?:('[^']*'|"[^"]*")|(===|~=|==|!=|<=|>=|<|>|[()])|([A-Za-z_][\w.]*)|(\S))/y

/** Deeper ones are not read. */
const maxDepth = 50

/** Thrown within this file only. */
class MarkerFault extends Error {}

/** Reads the condition of a requirement (PEP 508), or says why it cannot be read. */
export function readMarker(text: string): { readonly marker: Marker } | { readonly problem: string } {
  try {
    const reader = new MarkerReader(tokensOf(text))
    const marker = reader.any(0)
    reader.end()
    return { marker }
  } catch (error) {
    if (error instanceof MarkerFault) return { problem: error.message }
    throw error
  }
}

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  const trimmed = text.trimEnd()
  token.lastIndex = 0
  while (token.lastIndex < trimmed.length) {
    const [whole, , , , other] = token.exec(trimmed) ?? []
    if (whole === undefined || other !== undefined) {
      throw new MarkerFault(`its marker cannot be read from ${other ?? 'its start'} on`)
    }
    tokens.push(whole.trim())
  }
  return tokens
}

class MarkerReader {
  readonly #tokens: readonly string[]
  #next = 0

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  any(depth: number): Marker {
    return this.#series('any', () => this.#series('all', () => this.#single(depth)))
  }

  end(): void {
    const rest = this.#tokens[this.#next]
    if (rest !== undefined) throw new MarkerFault(`its marker does not go on with ${rest}`)
  }

  #series(kind: 'all' | 'any', read: () => Marker): Marker {
    const word = kind === 'all' ? 'and' : 'or'
    const parts = [read()]
    while (this.#tokens[this.#next] === word) {
      this.#next += 1
      parts.push(read())
    }
    const [first] = parts
    return first !== undefined && parts.length === 1 ? first : { kind, parts }
  }

  #single(depth: number): Marker {
    if (this.#tokens[this.#next] !== '(') return this.#comparison()
    if (depth === maxDepth) throw new MarkerFault('its marker has too many parentheses')
    this.#next += 1
    const inner = this.any(depth + 1)
    if (this.#take() !== ')') throw new MarkerFault('a parenthesis of its marker is not closed')
    return inner
  }

  #comparison(): Marker {
    const left = this.#operand()
    const operator = this.#operator()
    const right = this.#operand()
    // Only versions are compatible with each other.
    if (operator === '~=' && right.kind === 'text' && !isClause({ operator, version: right.text })) {
      throw new MarkerFault(`its marker compares with ~= to what is no version: ${right.text}`)
    }
    return { kind: 'comparison', left, operator, right }
  }

  #operand(): MarkerOperand {
    const text = this.#take()
    if (/^['"]/.test(text)) return { kind: 'text', text: text.slice(1, -1) }
    const name =
      markerVariables.find((each) => each === text) ??
      (Object.hasOwn(formerNames, text) ? formerNames[text] : undefined)
    if (name === undefined)
      throw new MarkerFault(`its marker asks for ${text}, which is nothing that markers know`)
    return { kind: 'variable', name }
  }

  #operator(): string {
    const text = this.#take()
    if (text === 'in' || /^[=~!<>]/.test(text)) return text
    if (text === 'not' && this.#take() === 'in') return 'not in'
    throw new MarkerFault(`its marker compares with ${text}`)
  }

  #take(): string {
    const text = this.#tokens[this.#next]
    if (text === undefined) throw new MarkerFault('its marker ends too early')
    this.#next += 1
    return text
  }
}
