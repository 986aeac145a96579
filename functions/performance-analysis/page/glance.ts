import { formatBytes, type HubConfig, quantile } from '@hubkeeper/core'
import type { Section } from '@hubkeeper/review'
import type { Measured } from '../measured.ts'
import { timeText } from './parts.ts'

/** A figure in large letters. */
interface Large {
  readonly name: string
  readonly value: string
  readonly note?: string
}

/** What is slowest, and sizes, in large letters. */
export function summary(hub: Pick<HubConfig, 'logs' | 'searchIndex'>, measured: Measured): Section {
  const figures = [slowestAnswer(measured), slowestStatement(measured), ...sizes(hub, measured)]
  return { heading: 'At a glance', blocks: [{ kind: 'figures', figures }] }
}

const greatest = <T extends { readonly value: number }>(all: readonly T[]): T | undefined =>
  all.toSorted((a, b) => b.value - a.value)[0]

function slowestAnswer({ endpoints }: Measured): Large {
  const name = 'Slowest endpoint, p95'
  const timed = endpoints.flatMap(({ durations, path }) =>
    durations.length === 0 ? [] : [{ path, value: quantile(durations, 0.95) }],
  )
  const slowest = greatest(timed)
  if (slowest !== undefined) {
    const silent = endpoints.length - timed.length
    const rest = silent === 0 ? '' : `; ${silent} more did not answer`
    return { name, value: timeText(slowest.value), note: `${slowest.path}${rest}` }
  }
  return { name, value: '–', note: endpoints.length === 0 ? 'no endpoint is configured' : 'none answered' }
}

function slowestStatement({ database }: Measured): Large {
  const name = 'Slowest statement, p95'
  const statements = database?.statements ?? []
  const timed = statements.flatMap(({ name: of, outcome }) =>
    outcome.state === 'done'
      ? [{ of, value: outcome.value.warm?.p95 ?? outcome.value.cold?.p95 ?? outcome.value.first }]
      : [],
  )
  const slowest = greatest(timed)
  if (slowest === undefined) return { name, value: '–', note: 'none was timed' }
  const untimed = statements.length - timed.length
  const rest = untimed === 0 ? '' : `; ${untimed} more could not be timed`
  return { name, value: timeText(slowest.value), note: `${slowest.of}${rest}` }
}

function sizes(
  hub: Pick<HubConfig, 'logs' | 'searchIndex'>,
  { database, sizes: { backups, database: onDisk, logs, searchIndex, strays } }: Measured,
): Large[] {
  const size = (bytes: number | undefined): string => (bytes === undefined ? '–' : formatBytes(bytes))
  const files = (count: number): string => (count === 1 ? '1 file' : `${count.toLocaleString('en')} files`)
  return [
    {
      name: 'Database',
      value: size(database?.bytes),
      ...(onDisk === null ? {} : { note: `${size(onDisk.bytes)} on the disk, with its log` }),
    },
    // Where nobody was told where to look, nothing was found is not the answer.
    hub.searchIndex === undefined
      ? { name: 'Search index in files', value: '–', note: 'none is configured' }
      : { name: 'Search index in files', value: size(searchIndex.bytes), note: files(searchIndex.files) },
    hub.logs === undefined
      ? { name: 'Logs', value: '–', note: 'none are configured' }
      : { name: 'Logs', value: size(logs?.bytes), note: logs === null ? 'a log group' : files(logs.files) },
    {
      name: 'Backups',
      value: size(backups.bytes),
      note: [
        backups.count === 1 ? '1 backup' : `${backups.count.toLocaleString('en')} backups`,
        files(backups.files),
        ...(strays.count === 0 ? [] : [`besides ${size(strays.bytes)} that are no whole backup`]),
      ].join(', '),
    },
  ]
}
