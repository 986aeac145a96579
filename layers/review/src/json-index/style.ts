import type { Json } from './json.ts'

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
export function styleOf(text: string): JsonStyle {
  const isSpaced = /"\s*: /.test(text)
  const indent = /^\s*[{[][ \t]*\r?\n([ \t]+)\S/.exec(text)?.[1] ?? null
  return {
    indent,
    newline: text.includes('\r\n') ? '\r\n' : '\n',
    comma: isSpaced ? ', ' : ',',
    colon: isSpaced ? ': ' : ':',
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what is asked is where ASCII ends
    ascii: /^[\x00-\x7f]*$/.test(text),
  }
}

/** A value as text; what was not made anew is written as it was. */
export function printJson(json: Json, style: JsonStyle, depth = 0): string {
  if (json.source !== undefined) return json.source
  switch (json.kind) {
    case 'object': {
      const members = json.members.map(
        ({ name, value }) => quoted(name, style) + style.colon + printJson(value, style, depth + 1),
      )
      return enclosed('{', members, '}', style, depth)
    }
    case 'array': {
      const items = json.items.map((item) => printJson(item, style, depth + 1))
      return enclosed('[', items, ']', style, depth)
    }
    case 'string':
      return quoted(json.value, style)
    case 'number':
    case 'literal':
      return JSON.stringify(json.value)
  }
}

function enclosed(
  open: string,
  parts: readonly string[],
  close: string,
  { comma, indent, newline }: JsonStyle,
  depth: number,
): string {
  if (parts.length === 0) return open + close
  if (indent === null) return open + parts.join(comma) + close
  const inner = newline + indent.repeat(depth + 1)
  return open + inner + parts.join(`,${inner}`) + newline + indent.repeat(depth) + close
}

const quoted = (text: string, { ascii }: JsonStyle): string => {
  const quotedText = JSON.stringify(text)
  return ascii
    ? quotedText.replace(
        /[\u0080-\uffff]/g,
        (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
    : quotedText
}
