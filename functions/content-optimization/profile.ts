import {
  type ContentFigures,
  type ContentProfile,
  countOf,
  days,
  type Figure,
  figure,
  finding,
  only,
  type Part,
  reasonOf,
  type Snapshot,
  statusWithoutValue,
  together,
} from '@hubkeeper/core'
import { contentFindings } from './content-findings.ts'
import type { ContentContext } from './context.ts'
import { plain, typeName } from './words.ts'

/** Rows that are named of each kind of trouble, and groups of duplicates. */
const examples = 20

/** What the content is like, with what is to be said of it. */
export interface ProfiledContent extends Part {
  readonly profiles: readonly ContentProfile[]
  /** Why there are none, in words; null where there are, or where no table looks like content. */
  readonly problem: string | null
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
    // A day of grace: a moment without a zone may be one of the hub's own, taken for one of UTC.
    aheadAfter: new Date(at.getTime() + days(1)),
    examples,
    groups: examples,
    onProgress: ({ of, rows, table }) =>
      progress.step(
        rows < of
          ? `Looking at ${plain(table)}: ${rows.toLocaleString('en')} of ${countOf(of, 'row')}`
          : `Comparing ${countOf(rows, 'row')} of ${plain(table)} with each other`,
      ),
  })
  if (outcome.state !== 'done') {
    const why = { expected: 'readable', actual: reasonOf(outcome), advice: adviceUnseen }
    return {
      ...only(finding('content.empty', statusWithoutValue(outcome), why)),
      profiles: [],
      problem: why.actual,
    }
  }
  if (outcome.value.length === 0) {
    const actual = 'no table looks like content; name them in analysis.content.tables'
    return { ...only(finding('content.empty', 'skipped', { actual })), profiles: [], problem: null }
  }
  const parts = outcome.value.map((profile) => partOf(hub, profile))
  return { ...together(parts), profiles: outcome.value, problem: null }
}

/** What to do about a table that could not be looked at. */
const adviceUnseen =
  'see the reason; hubkeeper run health-check says whether the database is sound, analysis.content.tables in hubkeeper.json where content is'

type Hub = Pick<ContentContext['hub'], 'analysis' | 'thresholds'>

/** Whether tables are those of the configuration, or a guess. */
export const isGuessed = ({ analysis }: Pick<ContentContext['hub'], 'analysis'>): boolean =>
  analysis.content.tables.length === 0

function partOf(hub: Hub, { outcome, peakMemory, seconds, source }: ContentProfile): Part {
  const subject = plain(source.table)
  if (outcome.state !== 'done') {
    // It is named in the configuration, and cannot be looked at.
    const status = outcome.state === 'skipped' ? 'unknown' : statusWithoutValue(outcome)
    return only(
      finding('content.empty', status, {
        subject,
        expected: 'readable',
        actual: reasonOf(outcome),
        advice: adviceUnseen,
      }),
    )
  }
  const content = outcome.value
  const cost = [
    figure('content.profile-duration', seconds, 'seconds', subject),
    ...(peakMemory === null ? [] : [figure('content.profile-memory', peakMemory, 'bytes', subject)]),
  ]
  return {
    findings: contentFindings(hub, subject, content, isGuessed(hub) ? source.content : null),
    figures: [...figuresOf(subject, content), ...cost],
  }
}

const figuresOf = (subject: string, { rows, types }: ContentFigures): Figure[] => [
  figure('content.rows', rows, 'rows', subject),
  ...types.flatMap(({ averageCharacters, empty, rows: own, type }) => {
    const name = `${subject}/${typeName(type)}`
    return [
      figure('content.type-rows', own, 'rows', name),
      figure('content.type-empty', empty, 'rows', name),
      ...(averageCharacters === null
        ? []
        : [figure('content.type-length', Math.round(averageCharacters), 'count', name)]),
    ]
  }),
]
