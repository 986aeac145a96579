/** Text of a file, with how it was written. */
export interface DecodedText {
  /** Without a byte order mark; `\ufffd` stands for every byte that its encoding does not know. */
  readonly text: string
  /** As the WHATWG Encoding Standard names it, such as `utf-8`. */
  readonly encoding: string
}

/** Byte order marks, as in the Unicode Standard. */
const marks: readonly (readonly [encoding: string, ...bytes: number[]])[] = [
  ['utf-8', 0xef, 0xbb, 0xbf],
  ['utf-16le', 0xff, 0xfe],
  ['utf-16be', 0xfe, 0xff],
]

/** How a file names its encoding in one of its first two lines (PEP 263, which pip follows). */
const declared = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/

/** Decodes a file of requirements as pip does: by its byte order mark, else as it declares, else as UTF-8. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const [marked] = marks.find(([, ...mark]) => mark.every((byte, index) => bytes[index] === byte)) ?? []
  const decoder = decoderFor(marked ?? declarationIn(bytes) ?? 'utf-8')
  return { text: decoder.decode(bytes), encoding: decoder.encoding }
}

function declarationIn(bytes: Uint8Array): string | null {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 1000))
  for (const line of start.split(/\r\n|\r|\n/, 2)) {
    const [, name] = declared.exec(line) ?? []
    if (name !== undefined) return name
  }
  return null
}

/** Python writes names in more ways than the standard knows; one that nobody knows counts for nothing. */
function decoderFor(name: string): InstanceType<typeof TextDecoder> {
  for (const each of [name, name.replaceAll('_', '-'), name.replace(/[-_]/g, '')]) {
    try {
      return new TextDecoder(each)
    } catch {
      // The next way of writing it may be known.
    }
  }
  return new TextDecoder('utf-8')
}
