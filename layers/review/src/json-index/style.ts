import type { Glue, Json, JsonText, Member } from './json.ts'

/** How a text is written, so that what is added to it looks the same. */
export interface JsonStyle {
  /** One level of indentation; null where everything stands on one line. */
  readonly indent: string | null
  readonly newline: string
  /** Between entries that stand on one line. */
  readonly comma: string
  readonly colon: string
  /** Every other sign is written as an escape. */
  readonly ascii: boolean
}

/** How a text is written, by what it looks like. */
export function styleOf(text: string, { root }: Pick<JsonText, 'root'>): JsonStyle {
  const glue = root.kind === 'object' || root.kind === 'array' ? root.glue : undefined
  const colon = glue?.colon ?? ': '
  const first = glue?.first ?? ''
  return {
    indent: /\n([ \t]+)$/.exec(first)?.[1] ?? null,
    newline: text.includes('\r\n') ? '\r\n' : '\n',
    comma: /\s$/.test(colon) ? ', ' : ',',
    colon,
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what is asked is where ASCII ends
    ascii: /^[\x00-\x7f]*$/.test(text),
  }
}

/** A value as text; what was not made anew is written as it was, to the last byte. */
export function printJson(json: Json, style: JsonStyle, depth = 0): string {
  if (json.source !== undefined) return json.source
  switch (json.kind) {
    case 'object': {
      const glue = json.glue ?? glueBy(style, depth)
      return printParts('{}', json.members, glue, style, {
        leadOf: ({ written }) => written?.lead,
        print: (member, within) => printMember(member, glue.colon, within, depth + 1),
      })
    }
    case 'array':
      return printParts('[]', json.items, json.glue ?? glueBy(style, depth), style, {
        leadOf: ({ lead }) => lead,
        print: (item, within) => printJson(item, within, depth + 1),
      })
    case 'string':
      return quoted(json.value, style)
    case 'number':
    case 'literal':
      return JSON.stringify(json.value)
  }
}

/** How the parts of an object or a list are put together that is new. */
function glueBy({ colon, comma, indent, newline }: JsonStyle, depth: number): Glue {
  if (indent === null) return { first: '', between: comma, colon, last: '' }
  const first = newline + indent.repeat(depth + 1)
  return { first, between: `,${first}`, colon, last: newline + indent.repeat(depth) }
}

/** How a part is read and written. */
interface PartPrinter<T> {
  readonly leadOf: (part: T) => string | undefined
  readonly print: (part: T, style: JsonStyle) => string
}

function printParts<T>(
  brackets: '{}' | '[]',
  parts: readonly T[],
  glue: Glue,
  style: JsonStyle,
  { leadOf, print }: PartPrinter<T>,
): string {
  if (parts.length === 0) return brackets
  const isOnOneLine = !glue.first.includes('\n')
  const within = isOnOneLine ? { ...style, indent: null } : style
  const between = glue.between ?? (isOnOneLine ? style.comma : `,${glue.first}`)
  const inner = parts.map((part, at) => {
    const lead = leadOf(part)
    const before = at === 0 ? glue.first : lead?.includes(',') ? lead : between
    return before + print(part, within)
  })
  return brackets.charAt(0) + inner.join('') + glue.last + brackets.charAt(1)
}

const printMember = (
  { name, value, written }: Member,
  colon: string | null,
  style: JsonStyle,
  depth: number,
): string =>
  (written?.name ?? quoted(name, style)) +
  (written?.colon ?? colon ?? style.colon) +
  printJson(value, style, depth)

const quoted = (text: string, { ascii }: JsonStyle): string => {
  const quotedText = JSON.stringify(text)
  return ascii
    ? quotedText.replace(
        /[\u0080-\uffff]/g,
        (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
    : quotedText
}
