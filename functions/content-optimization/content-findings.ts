import {
  type ContentFigures,
  type ContentRow,
  type ContentRows,
  countOf,
  type Duplicates,
  encodingTroubles,
  type Finding,
  finding,
  measured,
} from '@hubkeeper/core'
import type { ContentContext } from './context.ts'
import { plain } from './words.ts'

/** What is wrong with each encoding, in words. */
const troubles = {
  invalid: 'bytes that are no text',
  nul: 'a character NUL',
  replacement: 'U+FFFD, where a character was lost',
  mojibake: 'UTF-8 that was read as Windows-1252',
} as const

type Hub = Pick<ContentContext['hub'], 'analysis' | 'thresholds'>

/** What is said of every table. */
const checks = [
  'content.empty',
  'content.duplicate',
  'content.oversized',
  'content.encoding',
  'content.stale',
] as const

/**
 * What is to be said of the content of a table.
 *
 * @param guessed its column with the text, where that was not named; else null
 */
export function contentFindings(
  hub: Hub,
  subject: string,
  content: ContentFigures,
  guessed: string | null,
): Finding[] {
  if (content.rows === 0) {
    return checks.map((check) => finding(check, 'skipped', { subject, actual: 'the table has no row' }))
  }
  return [
    emptyFinding(hub, subject, content, guessed),
    duplicateFinding(hub, subject, content),
    lengthFinding(hub, subject, content),
    encodingFinding(hub, subject, content),
    staleFinding(hub, subject, content),
  ]
}

/** What nothing was found in is not good where some of it could not be looked at. */
const unlessUnseen = (told: Finding, unseen: number, advice: string): Finding =>
  told.status === 'ok' && unseen > 0 ? { ...told, status: 'unknown', advice } : told

const rowOf = ({ id, title }: ContentRow): string =>
  title === null ? plain(id) : `${plain(id)} (${plain(title, 60)})`

/** `2 rows NULL: 3 (First), 7`; none where there are none. */
const linesOf = (words: string, { examples: shown, rows }: ContentRows): string[] =>
  rows === 0 ? [] : [`${countOf(rows, 'row')} ${words}: ${namesOf(shown, rows)}`]

/** Some of so many rows by their ids and titles, and how many more there are. */
function namesOf(shown: readonly ContentRow[], of: number): string {
  const more = of > shown.length ? `, and ${countOf(of - shown.length, 'more', 'more')}` : ''
  return `${shown.map(rowOf).join(', ')}${more}`
}

function emptyFinding(
  { thresholds }: Hub,
  subject: string,
  { empty }: ContentFigures,
  guessed: string | null,
): Finding {
  const count = empty.null.rows + empty.empty.rows + empty.whitespace.rows
  return measured('content.empty', count, thresholds, {
    subject,
    evidence: [
      ...linesOf('NULL', empty.null),
      ...linesOf('without a character', empty.empty),
      ...linesOf('of white space only', empty.whitespace),
      ...(guessed === null
        ? []
        : [
            `its text is taken to be column ${plain(guessed)}: name it in analysis.content.tables where that is wrong`,
          ]),
    ],
  })
}

/** @param member what is counted in a group: rows, or different texts */
function groupsOf(words: string, member: string, { groups, listed, surplusRows }: Duplicates): string[] {
  if (groups === 0) return []
  const left = groups - listed.length
  return [
    `${countOf(groups, 'group')} ${words}, ${countOf(surplusRows, `surplus ${member}`)}`,
    ...listed.map(
      ({ bytes, examples: shown, rows }) =>
        `${countOf(rows, member)} of ${countOf(bytes, 'byte')}: ${namesOf(shown, rows)}`,
    ),
    ...(left > 0 ? [`${countOf(left, 'more group')}, none of them larger`] : []),
  ]
}

const duplicateFinding = ({ thresholds }: Hub, subject: string, content: ContentFigures): Finding =>
  unlessUnseen(
    measured('content.duplicate', content.exact.surplusRows, thresholds, {
      subject,
      evidence: [
        ...groupsOf('equal byte for byte', 'row', content.exact),
        ...groupsOf('equal but for space and capitals', 'text', content.normalised),
        ...(content.uncompared === 0
          ? []
          : [`${countOf(content.uncompared, 'row')} of more than 16 MiB, not compared with any other`]),
      ],
    }),
    content.uncompared,
    adviceLong,
  )

/** What to do about values that are too long to be looked at. */
const adviceLong = 'keep such values in files, and their names in the table'

function lengthFinding({ analysis, thresholds }: Hub, subject: string, content: ContentFigures): Finding {
  const { oversized, oversizedOrCut, truncated, unread } = content
  return measured('content.oversized', oversizedOrCut, thresholds, {
    subject,
    evidence: [
      ...linesOf(`longer than ${countOf(analysis.content.maxRowBytes, 'byte')}`, oversized),
      ...linesOf('too long to be looked at further', unread),
      ...truncated.flatMap((shared) =>
        linesOf(
          `that end at ${shared.length.toLocaleString('en')} ${shared.unit}, ${shared.endWithin} of them within a word or a sentence`,
          shared,
        ),
      ),
    ],
  })
}

function encodingFinding(
  { thresholds }: Hub,
  subject: string,
  { badlyEncoded, encoding, stored, unread }: ContentFigures,
): Finding {
  const blobs =
    stored.blob === 0 ? [] : [`${countOf(stored.blob, 'row')} of bytes (BLOB), which have no encoding`]
  if (stored.text === 0) {
    const actual = 'no row holds a text'
    return finding('content.encoding', 'skipped', { subject, actual, evidence: blobs })
  }
  const told = measured('content.encoding', badlyEncoded, thresholds, {
    subject,
    evidence: [
      ...encodingTroubles.flatMap((trouble) => linesOf(`with ${troubles[trouble]}`, encoding[trouble])),
      ...linesOf('too long to be looked at', unread),
      ...blobs,
    ],
  })
  return unlessUnseen(told, unread.rows, adviceLong)
}

function staleFinding({ thresholds }: Hub, subject: string, { rows, stale }: ContentFigures): Finding {
  if (stale === null) {
    const actual = 'no column tells when a row was changed'
    return finding('content.stale', 'skipped', { subject, actual })
  }
  const { ahead, newest, oldest, stale: old, unclear, undated } = stale
  const dated = rows - undated - unclear.rows - ahead.rows
  const unseen = [
    ...linesOf('of a moment that is still to come', ahead),
    ...linesOf('of a moment that is not understood', unclear),
    ...(undated > 0 ? [`${countOf(undated, 'row')} without a moment`] : []),
  ]
  const advice = 'see the evidence; a moment is ISO 8601, or seconds, ms or µs since 1970'
  if (dated === 0) {
    return finding('content.stale', undated === rows ? 'skipped' : 'unknown', {
      subject,
      actual: 'no row tells when it was changed',
      ...(undated === rows ? {} : { advice }),
      evidence: unseen,
    })
  }
  // So many places that what is a little over a limit is not rounded to it.
  const share = Math.round((old.rows / dated) * 100_000) / 1000
  const told = measured('content.stale', share, thresholds, {
    subject,
    evidence: [
      `the newest is of ${newest}, the oldest of ${oldest}`,
      ...linesOf('not changed since', old),
      ...unseen,
    ],
  })
  // Few that tell are no measure of many that do not.
  return unlessUnseen(told, Math.max(0, unclear.rows + ahead.rows - dated), advice)
}
