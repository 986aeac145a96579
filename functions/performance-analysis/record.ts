import { type HubConfig, quantile, type RunTimes, type StatementBenchmark } from '@hubkeeper/core'
import type { AnalysisContext } from './context.ts'
import type { MonthlyPerformance } from './document.ts'
import { bytesBefore, type Measured, vanishedTables } from './measured.ts'

/** What the names of these documents begin with. */
export const documentPrefix = 'monthly_performance_'

/** `monthly_performance_20261205.json`, by the day of the hub's time zone. */
export function documentName({
  at,
  hub,
}: {
  readonly at: Date
  readonly hub: Pick<HubConfig, 'timeZone'>
}): string {
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: hub.timeZone, dateStyle: 'short' }).format(at)
  return `${documentPrefix}${day.replaceAll('-', '')}.json`
}

/** The document of an analysis. */
export function documentOf(
  { at, hub, run }: Pick<AnalysisContext, 'at' | 'hub' | 'run'>,
  measured: Measured,
): MonthlyPerformance {
  const { database, endpoints, trends } = measured
  return {
    schema: 1,
    date: at.toISOString(),
    type: 'monthly_performance',
    hub: hub.id,
    run,
    metrics: metricsOf(measured),
    statements: (database?.statements ?? []).map((each) => statementOf(each, database?.guessed ?? false)),
    endpoints: endpoints.map(({ durations, failures, path, requests }) => ({
      path,
      requests,
      failures,
      p50: durations.length === 0 ? null : quantile(durations, 0.5),
      p95: durations.length === 0 ? null : quantile(durations, 0.95),
    })),
    trends: trends.map(({ before, changePercent, figure: { name, subject, unit }, latest }) => ({
      figure: name,
      subject,
      unit,
      latest: latest.median,
      latest_readings: latest.readings,
      before: before.median,
      before_readings: before.readings,
      change_percent: changePercent,
    })),
  }
}

function metricsOf(measured: Measured): MonthlyPerformance['metrics'] {
  const { database, disks, earlier, memory, sizes } = measured
  const statistics = database?.statistics ?? null
  return {
    database_size: database?.bytes ?? null,
    search_index_size: sizes.searchIndex.bytes,
    log_files_count: sizes.logs?.files ?? null,
    backup_files_count: sizes.backups.files,
    database_files_size: sizes.database?.bytes ?? null,
    search_index_files_count: sizes.searchIndex.files,
    log_files_size: sizes.logs?.bytes ?? null,
    backups_count: sizes.backups.count,
    backup_files_size: sizes.backups.bytes,
    stray_backups_count: sizes.strays.count,
    stray_backups_size: sizes.strays.bytes,
    reclaimable_size: statistics?.reclaimableBytes ?? null,
    tables:
      statistics?.tables
        .map(({ bytes: own, indexBytes, name, rows }) => ({
          name,
          rows,
          bytes: own,
          index_bytes: indexBytes,
          bytes_before: bytesBefore(earlier, name),
        }))
        .sort((a, b) => b.bytes + b.index_bytes - a.bytes - a.index_bytes) ?? null,
    vanished_tables: vanishedTables(measured),
    disks: disks.map(({ freeBytes, path, totalBytes }) => ({
      path,
      total_bytes: totalBytes,
      free_bytes: freeBytes,
    })),
    memory:
      memory === null
        ? null
        : {
            total_bytes: memory.totalBytes,
            available_bytes: memory.availableBytes,
            source: memory.source,
          },
  }
}

const timesOf = (times: RunTimes | null): MonthlyPerformance['statements'][number]['cold'] =>
  times === null ? null : { samples: times.samples, p50: times.p50, p95: times.p95 }

function statementOf(
  { automaticIndexes, fullScans, missingIndexes, name, outcome }: StatementBenchmark,
  guessed: boolean,
): MonthlyPerformance['statements'][number] {
  const runs = outcome.state === 'done' ? outcome.value : null
  return {
    name,
    guessed,
    rows: runs?.rows ?? null,
    cold: timesOf(runs?.cold ?? null),
    warm: timesOf(runs?.warm ?? null),
    full_scans: fullScans.map(({ rows, table: of }) => ({ table: of, rows })),
    automatic_indexes: automaticIndexes.length,
    missing_indexes: missingIndexes.map(({ columns, sql, table: of }) => ({
      table: of,
      columns: [...columns],
      sql,
    })),
  }
}
