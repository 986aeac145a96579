import { createTwoFilesPatch } from 'diff'
import type { Span } from '../requirements/requirement.ts'
import type { Upgrade } from './upgrade.ts'

/** An upgrade that was not written. */
export interface LeftUpgrade {
  readonly upgrade: Upgrade
  /** One sentence. */
  readonly reason: string
}

/** A file of requirements, written anew. */
export interface Rewritten {
  readonly text: string
  readonly written: readonly Upgrade[]
  readonly left: readonly LeftUpgrade[]
}

interface Edit extends Span {
  readonly text: string
}

/** A hash as pip takes it, and nothing else that an index might send. */
const writable = /^[a-z0-9]+:[0-9a-f]{32,128}$/

const byteOrderMark = '\ufeff'

/** Space and continuations before a place: what keeps an option apart from what stands before it. */
const separatorBefore = (text: string, start: number): string =>
  /(?:[ \t]|\\\r?\n)*$/.exec(text.slice(Math.max(0, start - 200), start))?.[0] ?? ''

/**
 * Hashes of the old version give way to those of the new one, written in the same way. Null where the places of the
 * old ones are not known.
 */
function hashEdits(
  text: string,
  { hashes, requirement: { hashes: old, hashSpans } }: Upgrade,
): Edit[] | null {
  if (hashSpans.length !== old.length) return null
  const edits: Edit[] = []
  for (const [i, span] of hashSpans.entries()) {
    const option = /^--hash(?:=|\s+)/.exec(text.slice(span.start, span.end))?.[0]
    if (option === undefined) return null
    const separator = separatorBefore(text, span.start)
    const isLast = i === hashSpans.length - 1
    const own = isLast ? hashes.slice(i) : hashes.slice(i, i + 1)
    // One that nothing takes the place of goes with what keeps it apart.
    const start = own.length === 0 ? span.start - separator.length : span.start
    edits.push({ start, end: span.end, text: own.map((hash) => option + hash).join(separator) })
  }
  return edits
}

/** Why and how: the edits that write one upgrade, or why it is left. */
function editsOf(text: string, upgrade: Upgrade): Edit[] | string {
  const { from, requirement, to } = upgrade
  const { hashes, span } = requirement
  if (upgrade.ecosystem === 'npm') return `lock files are written by npm alone: npm update ${upgrade.name}`
  if (span === null) return 'it is not known where its version stands'
  if (text.slice(span.start, span.end) !== from) return 'the file is another one by now'
  const version = { ...span, text: to }
  if (hashes.length === 0) return [version]
  if (upgrade.hashes.length === 0 || !upgrade.hashes.every((hash) => writable.test(hash)))
    return 'the hashes beside it hold for the old version, and the index gives none'
  const replaced = hashEdits(text, upgrade)
  return replaced === null ? 'the hashes beside it cannot be told apart' : [version, ...replaced]
}

/**
 * A file of requirements with upgrades written into it. Nothing else changes: comments, order, markers, line endings
 * and a byte order mark stay. Hashes are those of the new version; where the index gives none, the line is left.
 *
 * @param text of the file, with or without its byte order mark
 * @param upgrades of this file alone
 */
export function rewrite(text: string, upgrades: readonly Upgrade[]): Rewritten {
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : ''
  const body = text.slice(mark.length)
  const edits: Edit[] = []
  const written: Upgrade[] = []
  const left: LeftUpgrade[] = []
  for (const upgrade of upgrades) {
    const found = editsOf(body, upgrade)
    if (typeof found === 'string') left.push({ upgrade, reason: found })
    else {
      edits.push(...found)
      written.push(upgrade)
    }
  }
  return { text: mark + applied(body, edits), written, left }
}

function applied(text: string, edits: readonly Edit[]): string {
  let result = ''
  let at = 0
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    // Proposed twice for one place.
    if (edit.start < at) continue
    result += text.slice(at, edit.start) + edit.text
    at = edit.end
  }
  return result + text.slice(at)
}

/** What changes in a file, as a unified diff with three lines around each change; empty where nothing does. */
export function unifiedDiff(key: string, before: string, after: string): string {
  if (before === after) return ''
  const patch = createTwoFilesPatch(`a/${key}`, `b/${key}`, before, after, undefined, undefined, {
    context: 3,
  })
  // The library’s own first line is not part of the format.
  const diff = patch.slice(patch.indexOf('--- '))
  // Behind a name with a space a tab says where it ends.
  return key.includes(' ') ? diff.replace(/^(.*)\n(.*)\n/, '$1\t\n$2\t\n') : diff
}
