import type { Span } from './requirement.ts'

/** A line as pip understands it: with the lines that it continues on, and without its comment. */
export interface LogicalLine {
  readonly text: string
  /** What of its text stood behind the `#`; empty for none. */
  readonly comment: string
  /** Number of its first line, from 1. */
  readonly line: number
  /** Of the whole of it in the file, its comment too. */
  readonly span: Span
  /** Where a part of `text` stands in the file; null where a continuation goes through it. */
  spanOf(start: number, end: number): Span | null
}

/** A part of the logical line that stands in the file as it is. */
interface Piece {
  /** Where it begins in the logical line. */
  readonly at: number
  /** Where it begins in the file. */
  readonly from: number
  readonly length: number
}

/** Where Python's `splitlines` ends a line, but for separators that no editor writes. */
const lineEnd = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g

/**
 * The logical lines of a file in pip's format, blank ones left out: a `\` at the end continues a line, a comment
 * of its own ends it, and `#` begins a comment at the start or behind a space
 * (https://pip.pypa.io/en/stable/reference/requirements-file-format/).
 */
export function* logicalLines(text: string): Generator<LogicalLine> {
  let joined: Joined | null = null
  for (const { content, from, line } of physicalLines(text)) {
    const isComment = /^\s*#/.test(content)
    const continues = content.endsWith('\\') && !isComment
    joined ??= { text: '', pieces: [], line, start: from, end: from }
    if (isComment) joined.text += ' '
    const kept = continues ? content.replace(/\\+$/, '') : content
    joined.pieces.push({ at: joined.text.length, from, length: kept.length })
    joined.text += kept
    joined.end = from + content.length
    if (continues) continue
    if (joined.text.trim() !== '') yield finished(joined)
    joined = null
  }
  if (joined !== null && joined.text.trim() !== '') yield finished(joined)
}

/** A logical line on its way. */
interface Joined {
  text: string
  readonly pieces: Piece[]
  readonly line: number
  readonly start: number
  end: number
}

function* physicalLines(text: string) {
  let from = 0
  let line = 1
  for (const match of text.matchAll(lineEnd)) {
    yield { content: text.slice(from, match.index), from, line }
    from = match.index + match[0].length
    line += 1
  }
  yield { content: text.slice(from), from, line }
}

function finished({ end, line, pieces, start, text }: Joined): LogicalLine {
  const comment = commentIn(text)
  return {
    text: text.slice(0, comment),
    comment: text.slice(comment),
    line,
    span: { start, end },
    spanOf(first, last) {
      const piece = pieceAt(pieces, first)
      if (piece === null || last > piece.at + piece.length) return null
      return { start: piece.from + first - piece.at, end: piece.from + last - piece.at }
    },
  }
}

/** Where a comment begins; the length of the text where none does. */
function commentIn(text: string): number {
  for (let at = text.indexOf('#'); at !== -1; at = text.indexOf('#', at + 1)) {
    if (at === 0 || /\s/.test(text.charAt(at - 1))) return at
  }
  return text.length
}

/** The piece that a place of the logical line lies in. */
function pieceAt(pieces: readonly Piece[], at: number): Piece | null {
  let [low, high] = [0, pieces.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((pieces[middle]?.at ?? 0) <= at) low = middle
    else high = middle - 1
  }
  const piece = pieces[low]
  return piece !== undefined && at >= piece.at && at <= piece.at + piece.length ? piece : null
}
