import { countOf, reasonOf, type SearchSource } from '@hubkeeper/core'
import type { ContentInput } from './context.ts'
import { brokenTables, differencesIn, type SearchTables } from './search-tables.ts'

/** What is to be done about the full-text tables of a database. */
export interface SearchPlan {
  /** To be made anew, each with why. */
  readonly rebuild: ReadonlyMap<string, string>
  /** Of those, the ones with content of their own that are given the rows of their source. */
  readonly mend: readonly SearchSource[]
  /** The others, each with why not. */
  readonly left: ReadonlyMap<string, string>
  /** Of those, the ones that have nothing to gain. */
  readonly sound: ReadonlySet<string>
  /** Of those, the ones that get the rows of their source once nobody has the database open. */
  readonly waiting: ReadonlySet<string>
}

/**
 * Decides which full-text tables to make anew: broken, disagreeing and divided ones, or all when it is forced.
 *
 * @param mayMend whether rows may be changed: the database is at rest
 */
export function planSearch(tables: SearchTables, { force }: ContentInput, mayMend: boolean): SearchPlan {
  const { searchIndexes, statistics } = tables.examination
  const rebuild = new Map<string, string>()
  const left = new Map<string, string>()
  const sound = new Set<string>()
  const waiting = new Set<string>()
  const mend: SearchSource[] = []
  if (searchIndexes.state !== 'done') return { rebuild, mend, left, sound, waiting }
  const broken = brokenTables(tables)
  const divided = statistics.state === 'done' ? statistics.value.fragmentedSearchIndexes : []
  for (const { content, module, name, outcome } of searchIndexes.value) {
    const { differing, source } = comparedWith(tables, name)
    const mends = content === 'own' && differing > 0 && source !== null
    if (mends && mayMend) mend.push(source)
    if (content === 'contentless') left.set(name, 'it holds no content: only the hub can make it anew')
    else if (broken.has(name)) rebuild.set(name, 'it is broken')
    else if (outcome.state !== 'done') left.set(name, `it cannot be looked at: ${reasonOf(outcome)}`)
    else if (differing > 0 && (content === 'external' || (mends && mayMend)))
      rebuild.set(name, `${countOf(differing, 'row')} differed from what it is made from`)
    else if (divided.includes(name)) rebuild.set(name, 'it is in segments')
    else if (force) rebuild.set(name, 'forced')
    else if (content === 'own' && differing > 0) {
      left.set(name, whyLeft(mends))
      if (mends) waiting.add(name)
    } else if (statistics.state !== 'done')
      left.set(name, `whether it is in segments is unknown: ${reasonOf(statistics)}`)
    else {
      sound.add(name)
      // Nobody looks at the segments of FTS3.
      left.set(name, `nothing to gain: it is sound${module === 'fts3' ? '' : ' and merged'}`)
    }
  }
  return { rebuild, mend, left, sound, waiting }
}

const whyLeft = (mends: boolean): string =>
  mends
    ? 'its rows are only changed while nobody has the database open: see control.maintenance'
    : 'its rows are only changed when analysis.searchIndex.sources says what they are made from'

/** How many rows differ from the source, and the source where the configuration names it. */
function comparedWith(
  { comparisons }: SearchTables,
  name: string,
): { readonly differing: number; readonly source: SearchSource | null } {
  const none = { differing: 0, source: null }
  if (comparisons.state !== 'done') return none
  const comparison = comparisons.value.find(({ index }) => index === name)
  if (comparison?.outcome.state !== 'done') return none
  const { knownBy, outcome, source } = comparison
  return { differing: differencesIn(outcome.value), source: knownBy === 'request' ? source : null }
}
