import {
  type ContentFigures,
  type ContentProfile,
  type ContentRow,
  type ContentRows,
  type Duplicates,
  days,
  encodingTroubles,
  type Figure,
  type Finding,
  figure,
  finding,
  measured,
  only,
  type Part,
  reasonOf,
  type Snapshot,
  statusWithoutValue,
  together,
} from '@hubkeeper/core'
import type { ContentContext } from './context.ts'
import { counted, plain } from './words.ts'

/** Rows that are named of each kind of trouble, and groups of duplicates. */
const examples = 20

/** What is wrong with each encoding, in words. */
const troubles = {
  invalid: 'bytes that are no text',
  nul: 'a character NUL',
  replacement: 'U+FFFD, where a character was lost',
  mojibake: 'UTF-8 that was read as Windows-1252',
} as const

/** What the content is like, with what is to be said of it. */
export interface ProfiledContent extends Part {
  readonly profiles: readonly ContentProfile[]
}

/** Profiles the tables with content: those of the configuration, or a guess. */
export async function profileContent(
  { at, hub, progress }: ContentContext,
  snapshot: Snapshot,
): Promise<ProfiledContent> {
  const { maxRowBytes, staleDays, tables } = hub.analysis.content
  progress.step('Looking at the content')
  const outcome = await snapshot.profileContent({
    tables,
    maxRowBytes,
    staleBefore: new Date(at.getTime() - days(staleDays)),
    examples,
    groups: examples,
    onProgress: ({ of, rows, table }) => progress.step(`Looking at ${plain(table)}: ${rows} of ${of} rows`),
  })
  if (outcome.state !== 'done') {
    const why = { expected: 'readable', actual: reasonOf(outcome) }
    return { ...only(finding('content.empty', statusWithoutValue(outcome), why)), profiles: [] }
  }
  if (outcome.value.length === 0) {
    const actual = 'no table looks like content; name them in analysis.content.tables'
    return { ...only(finding('content.empty', 'skipped', { actual })), profiles: [] }
  }
  return { ...together(outcome.value.map((profile) => partOf(hub, profile))), profiles: outcome.value }
}

type Hub = Pick<ContentContext['hub'], 'analysis' | 'thresholds'>

function partOf(hub: Hub, { outcome, peakMemory, seconds, source }: ContentProfile): Part {
  const subject = plain(source.table)
  if (outcome.state !== 'done') {
    // It is named in the configuration, and cannot be looked at.
    const status = outcome.state === 'skipped' ? 'unknown' : statusWithoutValue(outcome)
    return only(
      finding('content.empty', status, { subject, expected: 'readable', actual: reasonOf(outcome) }),
    )
  }
  const content = outcome.value
  const cost = [
    figure('content.profile-duration', seconds, 'seconds', subject),
    ...(peakMemory === null ? [] : [figure('content.profile-memory', peakMemory, 'bytes', subject)]),
  ]
  return {
    findings: [
      emptyFinding(hub, subject, content),
      duplicateFinding(hub, subject, content),
      lengthFinding(hub, subject, content),
      encodingFinding(hub, subject, content),
      staleFinding(hub, subject, content),
    ],
    figures: [...figuresOf(subject, content), ...cost],
  }
}

const rowOf = ({ id, title }: ContentRow): string =>
  title === null ? plain(id) : `${plain(id)} (${plain(title, 60)})`

/** `2 that are NULL: 3 (First), 7`; none where there are none. */
const linesOf = (words: string, { examples: shown, rows }: ContentRows): string[] => {
  if (rows === 0) return []
  const more = rows > shown.length ? `, and ${counted(rows - shown.length, 'more', 'more')}` : ''
  return [`${counted(rows, 'row')} ${words}: ${shown.map(rowOf).join(', ')}${more}`]
}

function emptyFinding({ thresholds }: Hub, subject: string, { empty }: ContentFigures): Finding {
  const count = empty.null.rows + empty.empty.rows + empty.whitespace.rows
  return measured('content.empty', count, thresholds, {
    subject,
    evidence: [
      ...linesOf('NULL', empty.null),
      ...linesOf('without a character', empty.empty),
      ...linesOf('of white space only', empty.whitespace),
    ],
  })
}

const groupsOf = (words: string, { groups, listed, surplusRows }: Duplicates): string[] =>
  groups === 0
    ? []
    : [
        `${counted(groups, 'group')} ${words}, ${counted(surplusRows, 'surplus row')}`,
        ...listed.map(
          ({ bytes, examples: shown, rows }) =>
            `${counted(rows, 'row')} of ${counted(bytes, 'byte')}: ${shown.map(rowOf).join(', ')}`,
        ),
      ]

const duplicateFinding = ({ thresholds }: Hub, subject: string, content: ContentFigures): Finding =>
  measured('content.duplicate', content.exact.surplusRows, thresholds, {
    subject,
    evidence: [
      ...groupsOf('equal byte for byte', content.exact),
      ...groupsOf('equal but for space and capitals', content.normalised),
    ],
  })

function lengthFinding({ analysis, thresholds }: Hub, subject: string, content: ContentFigures): Finding {
  const { oversized, truncated, unread } = content
  // Texts that end with a sentence may be of one length because they were made alike.
  const cut = truncated
    .filter(({ endWithin, rows }) => endWithin * 2 > rows)
    .reduce((sum, { rows }) => sum + rows, 0)
  return measured('content.oversized', oversized.rows + cut, thresholds, {
    subject,
    evidence: [
      ...linesOf(`longer than ${counted(analysis.content.maxRowBytes, 'byte')}`, oversized),
      ...linesOf('too long to be read', unread),
      ...truncated.flatMap((shared) =>
        linesOf(
          `that end at ${shared.length.toLocaleString('en')} ${shared.unit}, ${shared.endWithin} of them within a word or a sentence`,
          shared,
        ),
      ),
    ],
  })
}

const encodingFinding = ({ thresholds }: Hub, subject: string, { encoding }: ContentFigures): Finding =>
  measured(
    'content.encoding',
    encodingTroubles.reduce((sum, trouble) => sum + encoding[trouble].rows, 0),
    thresholds,
    {
      subject,
      evidence: encodingTroubles.flatMap((trouble) =>
        linesOf(`with ${troubles[trouble]}`, encoding[trouble]),
      ),
    },
  )

function staleFinding({ thresholds }: Hub, subject: string, { rows, stale }: ContentFigures): Finding {
  if (stale === null || rows - stale.undated === 0) {
    const actual =
      stale === null ? 'no column tells when a row was changed' : 'no row tells when it was changed'
    return finding('content.stale', 'skipped', { subject, actual })
  }
  const share = Math.round((stale.stale.rows / (rows - stale.undated)) * 1000) / 10
  return measured('content.stale', share, thresholds, {
    subject,
    evidence: [
      `the newest is of ${stale.newest}, the oldest of ${stale.oldest}`,
      ...linesOf('not changed since', stale.stale),
      ...(stale.undated > 0 ? [`${counted(stale.undated, 'row')} without a moment`] : []),
    ],
  })
}

const figuresOf = (subject: string, { rows, types }: ContentFigures): Figure[] => [
  figure('content.rows', rows, 'rows', subject),
  ...types.flatMap(({ averageCharacters, empty, rows: own, type }) => {
    const name = `${subject}/${type === null ? '(no type)' : plain(type, 60)}`
    return [
      figure('content.type-rows', own, 'rows', name),
      figure('content.type-empty', empty, 'rows', name),
      ...(averageCharacters === null
        ? []
        : [figure('content.type-length', Math.round(averageCharacters), 'count', name)]),
    ]
  }),
]
