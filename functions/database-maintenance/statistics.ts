import { days, type Examination, type Figure, figure } from '@hubkeeper/core'
import type { MaintenanceContext } from './context.ts'

/** Sizes of the database and of each table, with their growth since the last maintenance. */
export async function statisticsFigures(
  context: MaintenanceContext,
  { structure, statistics }: Examination,
): Promise<Figure[]> {
  const { key } = context.database
  const figures: Figure[] = []
  if (structure.state === 'done') {
    const { bytes, pageSize, pageCount, freelistPages } = structure.value
    figures.push(
      figure('database.size', bytes, 'bytes', key),
      figure('database.page-size', pageSize, 'bytes', key),
      figure('database.pages', pageCount, 'count', key),
      figure('database.freelist', freelistPages * pageSize, 'bytes', key),
    )
  }
  if (statistics.state !== 'done') return figures
  figures.push(figure('database.reclaimable', statistics.value.reclaimableBytes, 'bytes', key))
  for (const { name, rows, bytes, indexBytes } of statistics.value.tables) {
    const before = await rowsBefore(context, name)
    figures.push(
      figure('table.rows', rows, 'rows', name),
      figure('table.size', bytes, 'bytes', name),
      figure('table.index-size', indexBytes, 'bytes', name),
      ...(before === null ? [] : [figure('table.growth', rows - before, 'rows', name)]),
    )
  }
  return figures
}

/** Rows of a table at the last maintenance in 35 days; null when there was none. */
async function rowsBefore({ at, hub, metrics }: MaintenanceContext, table: string): Promise<number | null> {
  const from = new Date(at.getTime() - days(35))
  const datapoints = await metrics.read({ hub: hub.id, name: 'table.rows', subject: table, from, to: at })
  return datapoints.at(-1)?.value ?? null
}
