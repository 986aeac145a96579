import { countOf, type Finding, finding, type HubFile, matchesAny, measured } from '@hubkeeper/core'
import { flawKinds, type IndexFlaw, type IndexJudgement } from '@hubkeeper/review'
import type { ContentContext } from './context.ts'
import type { JudgedIndexFile } from './json-files.ts'
import { plain } from './words.ts'

/** Files, and entries of each kind of flaw, that are named. */
const named = 20

/** Names of which there is no file at all: nothing could be looked at. */
export const absentFindings = (patterns: readonly string[], files: readonly HubFile[]): Finding[] =>
  patterns
    .filter((pattern) => !files.some(({ key }) => matchesAny(key, [pattern])))
    .map((pattern) =>
      finding('search-index.present', 'warning', {
        subject: plain(pattern, 200),
        expected: 'files with content',
        actual: 'no file matches',
      }),
    )

/** What is to be said of files that match, and are none that anything is known of. */
export function otherFindings(files: readonly HubFile[]): Finding[] {
  if (files.length === 0) return []
  const more = files.length - named
  return [
    finding('search-index.consistent', 'skipped', {
      subject: 'files that are no JSON',
      actual: `${countOf(files.length, 'file')} whose names do not end with .json: nothing is known of their layout`,
      evidence: [
        ...files.slice(0, named).map(({ key }) => plain(key, 200)),
        ...(more > 0 ? [countOf(more, 'more file')] : []),
      ],
    }),
  ]
}

/** One finding in the place of many that say the same of files of which nothing is known. */
export function groupAlike(findings: readonly Finding[]): Finding[] {
  const groups = Map.groupBy(findings, (each) =>
    each.status === 'skipped' || each.status === 'unknown'
      ? `${each.check} ${each.status} ${each.actual}`
      : each,
  )
  return [...groups.values()].flatMap((alike) => {
    const [first] = alike
    if (first === undefined || alike.length <= named) return alike
    const evidence = alike.slice(0, named).map(({ subject }) => subject ?? '')
    return {
      ...first,
      subject: countOf(alike.length, 'file'),
      evidence: [...evidence, countOf(alike.length - named, 'more file')],
    }
  })
}

/** How each flaw reads. */
const words = { missing: 'is missing in the index', extra: 'is not in the database' } as const

const lineOf = ({ entry, field, kind }: IndexFlaw): string =>
  kind === 'stale'
    ? `${plain(entry)}: the database says something else as ${plain(field ?? '')}`
    : `${plain(entry)} ${words[kind]}`

/** How many flaws an index has. */
export const flawsOf = (judgement: Pick<IndexJudgement, 'counts'> | null): number =>
  flawKinds.reduce((sum, kind) => sum + (judgement?.counts[kind] ?? 0), 0)

/** Flaws in words, up to a limit for each kind. */
export function flawLines({ counts, flaws }: Pick<IndexJudgement, 'counts' | 'flaws'>): string[] {
  return flawKinds.flatMap((kind) => {
    const told = flaws.filter((flaw) => flaw.kind === kind).slice(0, named)
    const more = counts[kind] - told.length
    return [
      ...told.map(lineOf),
      ...(more > 0 ? [`${countOf(more, 'more entry', 'more entries')} ${kind}`] : []),
    ]
  })
}

/** How many rows were not compared, in words; nothing where all were. */
export const uncomparedLines = (rows: number): string[] =>
  rows === 0
    ? []
    : [`${countOf(rows, 'row')} of the database cannot be compared in full: no id, or what cannot be read`]

/** What is to be said of one index in a file, as it was read. */
export function indexFileFinding(
  { analysis, thresholds }: Pick<ContentContext['hub'], 'analysis' | 'thresholds'>,
  { file, index, judgement, unjudged: why }: JudgedIndexFile,
): Finding {
  const subject = plain(file.key, 200)
  if (index.layout === 'broken') {
    return finding('search-index.present', 'warning', {
      subject,
      expected: 'JSON',
      actual: `it cannot be read: ${plain(index.reason, 200)}`,
    })
  }
  if (judgement === null) {
    return finding('search-index.consistent', why?.status ?? 'unknown', {
      subject,
      actual: why?.reason ?? null,
      ...(why?.advice === undefined ? {} : { advice: why.advice }),
    })
  }
  const told = measured('search-index.consistent', flawsOf(judgement), thresholds, {
    subject,
    evidence: [
      `${countOf(judgement.entries, 'entry', 'entries')}, understood as a ${index.layout.replace('-', ' ')}`,
      ...flawLines(judgement),
      ...uncomparedLines(judgement.uncompared),
      ...(judgement.refused === null ? [] : [`it cannot be made anew: ${judgement.refused}`]),
    ],
  })
  if (told.status === 'ok') {
    return judgement.uncompared === 0
      ? told
      : {
          ...told,
          status: 'unknown',
          advice: 'see that each row has an id, a title and topics that are a JSON list',
        }
  }
  return { ...told, advice: adviceOn(judgement, analysis.searchIndex.regenerate) }
}

/** What to do about an index that differs. */
function adviceOn({ refused }: IndexJudgement, regenerates: boolean): string {
  const cause = 'see what leaves it behind, such as a step of an import that is missing'
  if (refused !== null) return `have the hub make it anew; ${cause}`
  return regenerates
    ? `hubkeeper run content-optimization writes it anew; ${cause}`
    : `have the hub make it anew, or set analysis.searchIndex.regenerate in hubkeeper.json and hubkeeper run content-optimization; ${cause}`
}
