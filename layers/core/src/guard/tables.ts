/**
 * Suffixes of what an index keeps its segments or nodes in: they come and go with every merge. `with` tells it
 * from tables that are only called so.
 */
const segments = [
  { suffixes: ['_data', '_idx', '_config'], with: ['_data', '_idx', '_config'] },
  { suffixes: ['_segments', '_segdir', '_stat'], with: ['_segments', '_segdir'] },
  { suffixes: ['_node', '_parent'], with: ['_node', '_parent', '_rowid'] },
] as const

/** Tables whose rows are content: not SQLite's own, nor the segments of a search index or an R-tree. */
export function countedTables<T extends { readonly name: string }>(tables: readonly T[]): T[] {
  const names = new Set(tables.map(({ name }) => name))
  const isSegment = (name: string): boolean =>
    segments.some(({ suffixes, with: others }) =>
      suffixes.some((suffix) => {
        if (!name.endsWith(suffix)) return false
        const index = name.slice(0, -suffix.length)
        return others.every((other) => names.has(index + other))
      }),
    )
  return tables.filter(({ name }) => name !== 'sqlite_sequence' && !isSegment(name))
}

/** How much of what was there is gone, percent; 0 where nothing is. */
export const fallPercent = (before: number, now: number): number =>
  before <= 0 || now >= before ? 0 : ((before - now) / before) * 100

/** For who reads it: `40 %`, `0.4 %`. */
export const formatPercent = (percent: number): string =>
  `${percent >= 10 ? Math.round(percent) : Number(percent.toPrecision(2))} %`
