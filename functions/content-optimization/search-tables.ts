import {
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
import { counted, plain } from './words.ts'

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

/** Faults of full-text tables by name, in the engine’s words. */
export function brokenTables({ examination }: SearchTables): ReadonlyMap<string, string> {
  const { searchIndexes } = examination
  if (searchIndexes.state !== 'done') return new Map()
  return new Map(
    searchIndexes.value.flatMap(({ name, outcome }) =>
      outcome.state === 'done' && outcome.value !== null ? [[name, outcome.value] as const] : [],
    ),
  )
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
  const integrity = searchIndexFindings(now.examination).map((each) => {
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
  return [...integrity, ...consistencyFindings(thresholds, now.comparisons, before?.comparisons ?? null)]
}

type Thresholds = ContentContext['hub']['thresholds']

function consistencyFindings(
  thresholds: Thresholds,
  now: SearchTables['comparisons'],
  before: SearchTables['comparisons'] | null,
): Finding[] {
  if (now.state !== 'done') {
    const actual = reasonOf(now)
    return [finding('search-index.consistent', statusWithoutValue(now), { expected: 'the same', actual })]
  }
  const earlier = before?.state === 'done' ? before.value : []
  return now.value.map((comparison) =>
    consistencyFinding(
      thresholds,
      comparison,
      earlier.find(({ index }) => index === comparison.index) ?? null,
    ),
  )
}

function consistencyFinding(
  thresholds: Thresholds,
  { index, knownBy, outcome, source }: SearchComparison,
  before: SearchComparison | null,
): Finding {
  const subject = plain(index)
  if (outcome.state !== 'done') {
    const status = source === null ? 'skipped' : statusWithoutValue(outcome)
    return finding('search-index.consistent', status, { subject, actual: reasonOf(outcome) })
  }
  const was = before?.outcome.state === 'done' ? before.outcome.value : null
  const mended = was !== null && differencesIn(was) > 0 && differencesIn(outcome.value) === 0
  const evidence = [
    ...(source === null
      ? []
      : [`made from ${plain(source.table)}${knownBy === 'guess' ? ', as it seems' : ''}`]),
    ...(mended ? ['before it was made anew:', ...differenceLines(was)] : differenceLines(outcome.value)),
    ...(outcome.value.incomplete === null ? [] : [outcome.value.incomplete]),
  ]
  if (mended) {
    return finding('search-index.consistent', 'warning', {
      subject,
      expected: 0,
      actual: `${counted(differencesIn(was), 'row')} differed; none since it was made anew`,
      advice: 'see what leaves it behind, such as triggers that are missing',
      evidence,
    })
  }
  return measured('search-index.consistent', differencesIn(outcome.value), thresholds, { subject, evidence })
}

function differenceLines({ different, extra, missing }: SearchDifferences): string[] {
  const lines = (words: string, { keys, rows }: KeyedRows): string[] => [
    ...keys.map((key) => `row ${plain(key)} ${words}`),
    ...(rows > keys.length ? [`${counted(rows - keys.length, 'more row')} ${words}`] : []),
  ]
  return [
    ...lines('is missing in the index', missing),
    ...lines('is not in the source', extra),
    ...lines('says something else in the index', different),
  ]
}
