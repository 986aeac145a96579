import type { DiskUsage, MemoryUsage } from '@hubkeeper/core'
import type { AskedEndpoint } from '../performance-review/ask.ts'
import type { MeasuredDatabase } from './database.ts'
import type { Earlier } from './earlier.ts'
import type { Sizes } from './sizes.ts'
import type { SpeedTrend } from './trends.ts'

/** Everything that an analysis measured. */
export interface Measured {
  readonly database: MeasuredDatabase | null
  readonly endpoints: readonly AskedEndpoint[]
  readonly sizes: Sizes
  readonly disks: readonly DiskUsage[]
  readonly memory: MemoryUsage | null
  readonly earlier: Earlier
  readonly trends: readonly SpeedTrend[]
}

/** Of the tables that had a size at the analysis before, those that are gone. */
export function vanishedTables({ database, earlier }: Measured): string[] {
  const now = database?.statistics?.tables
  if (now === undefined) return []
  const names = new Set(now.map(({ name }) => name))
  return earlier.analysisBefore.flatMap(({ name, subject }) =>
    name === 'table.size' && subject !== null && !names.has(subject) ? [subject] : [],
  )
}

/** Bytes of a table at the analysis before; null where that is not known. */
export const bytesBefore = ({ analysisBefore }: Earlier, table: string): number | null =>
  analysisBefore.find(({ name, subject }) => name === 'table.size' && subject === table)?.value ?? null
