import {
  HubkeeperError,
  keys,
  listAll,
  type ObjectStore,
  parseStored,
  type Report,
  reportSchema,
} from '@hubkeeper/core'

/** A run is a ULID; documents that a run gave beside its report lie in a folder of that name. */
const reportKey = /^reports\/([^/]+)\/([0-9A-HJKMNP-TV-Z]{26})\.json$/

/**
 * The newest report of a task, of anything, or the one of a run: the greatest id is the latest.
 *
 * @throws HubkeeperError when there is none, or when it cannot be read
 */
export async function findReport(store: ObjectStore, id: string | undefined): Promise<Report> {
  let latest: { run: string; key: string } | null = null
  for await (const { key } of listAll(store, keys.reports)) {
    const [, task, run] = reportKey.exec(key) ?? []
    if (run === undefined || (id !== undefined && id !== task && id !== run)) continue
    if (latest === null || run > latest.run) latest = { run, key }
  }
  const stored = latest === null ? null : await store.get(latest.key)
  if (latest === null || stored === null) {
    const message = id === undefined ? 'there is no report yet' : `there is no report of ${id}`
    throw new HubkeeperError('object-missing', message, {
      hint: 'run a task first: hubkeeper run health-check',
    })
  }
  const report = parseStored(stored.body, reportSchema)
  if (report !== null) return report
  throw new HubkeeperError('io', `${latest.key} is not a report that this version understands`, {
    hint: 'read the .md file beside it, or ask for another run: hubkeeper report RUN',
  })
}
