import {
  countOf,
  type Examination,
  type Finding,
  finding,
  type KeyedRows,
  measured,
  type Outcome,
  reasonOf,
  type SearchComparison,
  type SearchDifferences,
  type Snapshot,
  searchIndexFindings,
  statusWithoutValue,
} from '@hubkeeper/core'
import type { ContentContext } from './context.ts'
import { plain } from './words.ts'

/** Rows of each kind of difference that are named. */
const limit = 20

/** What full-text tables are like. */
export interface SearchTables {
  readonly comparisons: Outcome<readonly SearchComparison[]>
  readonly examination: Examination
}

/**
 * Looks at every full-text table: whether it is sound, and whether it says what its source says.
 *
 * @param whole look at the structure of the database as well
 */
export async function lookAtSearchTables(
  { hub, progress }: Pick<ContentContext, 'hub' | 'progress'>,
  snapshot: Snapshot,
  whole = false,
): Promise<SearchTables> {
  progress.step('Comparing search indexes with what they are made from')
  const sources = hub.analysis.searchIndex.sources
  const [comparisons, examination] = await Promise.all([
    snapshot.compareSearchTables({ sources, limit }),
    snapshot.examine(['search-indexes', 'statistics', ...(whole ? (['integrity'] as const) : [])]),
  ])
  return { comparisons, examination }
}

/** How many rows an index and its source do not have in common. */
export const differencesIn = ({ different, extra, missing }: SearchDifferences): number =>
  different.rows + extra.rows + missing.rows

/** What searches show that SQLite’s own check does not see, by name. */
const unsearchableTables = ({ comparisons }: SearchTables): ReadonlyMap<string, string> =>
  new Map(
    (comparisons.state === 'done' ? comparisons.value : []).flatMap(({ index, unsearchable }) =>
      unsearchable === undefined ? [] : [[index, unsearchable] as const],
    ),
  )

/** Faults of full-text tables by name, in the engine’s words, or as searches show them. */
export function brokenTables(tables: SearchTables): ReadonlyMap<string, string> {
  const { searchIndexes } = tables.examination
  const checked = searchIndexes.state === 'done' ? searchIndexes.value : []
  return new Map([
    ...unsearchableTables(tables),
    ...checked.flatMap(({ name, outcome }) =>
      outcome.state === 'done' && outcome.value !== null ? [[name, outcome.value] as const] : [],
    ),
  ])
}

/**
 * What is to be said of full-text tables.
 *
 * @param before how they were, where something was done about it since; null when nothing was
 */
export function searchTableFindings(
  { thresholds }: Pick<ContentContext['hub'], 'thresholds'>,
  now: SearchTables,
  before: SearchTables | null,
): Finding[] {
  const broken = before === null ? new Map<string, string>() : brokenTables(before)
  const unsearchable = unsearchableTables(now)
  const integrity = searchIndexFindings(now.examination).map((each) => {
    const shown = each.subject === null || each.status !== 'ok' ? undefined : unsearchable.get(each.subject)
    if (shown !== undefined) {
      const details = { subject: each.subject, expected: 'sound', actual: shown }
      return finding('search-index.integrity', 'critical', details)
    }
    const fault = each.subject === null || each.status !== 'ok' ? undefined : broken.get(each.subject)
    if (fault === undefined) return each
    return finding('search-index.integrity', 'warning', {
      subject: each.subject,
      expected: 'sound',
      actual: 'it was broken, and is sound since it was made anew',
      advice: 'see what leaves it behind, such as triggers that are missing',
      evidence: [fault],
    })
  })
  return [...integrity, ...consistencyFindings(thresholds, now, before?.comparisons ?? null)]
}

type Thresholds = ContentContext['hub']['thresholds']

function consistencyFindings(
  thresholds: Thresholds,
  now: SearchTables,
  before: SearchTables['comparisons'] | null,
): Finding[] {
  const { comparisons } = now
  if (comparisons.state !== 'done') {
    const actual = reasonOf(comparisons)
    const status = statusWithoutValue(comparisons)
    return [finding('search-index.consistent', status, { expected: 'the same', actual })]
  }
  const earlier = before?.state === 'done' ? before.value : []
  return comparisons.value.map((comparison) =>
    consistencyFinding(
      thresholds,
      comparison,
      earlier.find(({ index }) => index === comparison.index) ?? null,
      isSound(now, comparison.index),
    ),
  )
}

/** Whether SQLite’s own check found that an index says what its content says, word by word. */
const isSound = ({ examination: { searchIndexes } }: SearchTables, index: string): boolean =>
  searchIndexes.state === 'done' &&
  searchIndexes.value.some(
    ({ name, outcome }) => name === index && outcome.state === 'done' && outcome.value === null,
  )

/** A guess is good enough to tell, and never to write. */
const adviceOnGuess =
  'where that is its source, name it in analysis.searchIndex.sources in hubkeeper.json, and hubkeeper run content-optimization gives the index its rows; else name the right one'

function consistencyFinding(
  thresholds: Thresholds,
  { content, index, knownBy, outcome, source }: SearchComparison,
  before: SearchComparison | null,
  sound: boolean,
): Finding {
  const subject = plain(index)
  if (outcome.state !== 'done') {
    const status = statusWithoutValue(outcome)
    return finding('search-index.consistent', status, {
      subject,
      expected: 'the same',
      actual: reasonOf(outcome),
      advice: 'see the reason; what an index is made from is named in analysis.searchIndex.sources',
    })
  }
  const was = before?.outcome.state === 'done' ? before.outcome.value : null
  const mended = was !== null && differencesIn(was) > 0 && differencesIn(outcome.value) === 0
  const evidence = [
    ...(source === null
      ? []
      : [`made from ${plain(source.table)}${knownBy === 'guess' ? ', as it seems' : ''}`]),
    ...(mended ? ['before it was made anew:', ...differenceLines(was)] : differenceLines(outcome.value)),
    ...incompleteLines(outcome.value, content === 'external' && sound),
  ]
  const { incomplete } = outcome.value
  // Of an index over a table, SQLite’s own check knows what the comparison could not see.
  if (incomplete !== null && differencesIn(outcome.value) === 0 && !(content === 'external' && sound)) {
    return finding('search-index.consistent', 'unknown', {
      subject,
      expected: 0,
      actual: 'not all of it could be compared',
      advice: 'see the evidence; search-index.integrity says whether it agrees with its content',
      evidence,
    })
  }
  if (mended) {
    return finding('search-index.consistent', 'warning', {
      subject,
      expected: 0,
      actual: `${countOf(differencesIn(was), 'row')} differed; none since it was made anew`,
      advice: 'see what leaves it behind, such as triggers that are missing',
      evidence,
    })
  }
  const told = measured('search-index.consistent', differencesIn(outcome.value), thresholds, {
    subject,
    evidence,
  })
  return told.status === 'ok' || content !== 'own' || knownBy !== 'guess'
    ? told
    : { ...told, advice: adviceOnGuess }
}

/** What could not be compared, or by what it was seen all the same. */
const incompleteLines = ({ incomplete }: SearchDifferences, sound: boolean): string[] =>
  incomplete === null ? [] : [sound ? 'its own check reads every word, and found no other one' : incomplete]

function differenceLines({ different, extra, missing }: SearchDifferences): string[] {
  const lines = (words: string, { keys, rows }: KeyedRows): string[] => [
    ...keys.map((key) => `row ${plain(key)} ${words}`),
    ...(rows > keys.length ? [`${countOf(rows - keys.length, 'more row')} ${words}`] : []),
  ]
  return [
    ...lines('is missing in the index', missing),
    ...lines('is not in the source', extra),
    ...lines('says something else in the index', different),
  ]
}
