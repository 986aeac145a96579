import { decodeTime } from 'ulid'
import { keys } from './keys.ts'
import type { ReportArchive, ReportHistory } from './ports/archive.ts'
import { listAll, type ObjectStore } from './ports/object-store.ts'
import { type Report, reportSchema } from './report.ts'
import { parseStored } from './stored-json.ts'

/** So many reports are read at once: every one is an object of its own. */
const most = 400

/** Where a report lies. */
export interface ReportPlace {
  readonly key: string
  readonly task: string
  readonly run: string
  /** When the run began, as its id tells, ms. */
  readonly began: number
}

/** A run is a ULID, whose time has 48 bits; documents of a run lie in a folder of its name. */
const reportKey = /^reports\/([^/]+)\/([0-7][0-9A-HJKMNP-TV-Z]{25})\.json$/

/** Where the reports of a task lie, or those of every task, oldest first; nothing else below `reports/` is one. */
export async function listReports(
  store: Pick<ObjectStore, 'list'>,
  task: string | null,
): Promise<ReportPlace[]> {
  const found: ReportPlace[] = []
  for await (const { key } of listAll(store, task === null ? keys.reports : keys.reportsOf(task))) {
    const [, of, run] = reportKey.exec(key) ?? []
    if (of !== undefined && run !== undefined) found.push({ key, task: of, run, began: decodeTime(run) })
  }
  return found.sort((a, b) => (a.run < b.run ? -1 : 1))
}

/**
 * A report as it is stored; null when it is gone by now. What this version does not understand is unreadable, and so
 * is one of another task or run than its key says.
 */
export async function readReport(
  store: Pick<ObjectStore, 'get'>,
  { key, run, task }: Pick<ReportPlace, 'key' | 'run' | 'task'>,
): Promise<Report | 'unreadable' | null> {
  const stored = await store.get(key)
  if (stored === null) return null
  const report = parseStored(stored.body, reportSchema)
  return report?.task === task && report.run === run ? report : 'unreadable'
}

/** What a run found that pretended another moment is of no time: neither of that one nor of its own. */
const isOfItsTime = ({ pretendedAt }: Report): boolean => pretendedAt === undefined

/** The reports that runs left in a store. */
export function storedReports({
  store,
}: {
  readonly store: Pick<ObjectStore, 'get' | 'list'>
}): ReportArchive {
  return {
    async between(task, from, to, { limit = most } = {}): Promise<ReportHistory> {
      const within = (await listReports(store, task)).filter(
        ({ began }) => began >= from.getTime() && began <= to.getTime(),
      )
      const reports: Report[] = []
      const unreadable: string[] = []
      let leftOut = within.length
      for (const place of within.toReversed()) {
        if (reports.length + unreadable.length >= limit) break
        leftOut -= 1
        const report = await readReport(store, place)
        if (report === 'unreadable') unreadable.push(place.key)
        else if (report !== null && isOfItsTime(report)) reports.push(report)
      }
      return { reports: reports.reverse(), unreadable: unreadable.reverse(), leftOut }
    },

    async newest(task, at) {
      for (const place of (await listReports(store, task)).toReversed()) {
        if (place.began > at.getTime()) continue
        const report = await readReport(store, place)
        if (report !== null && report !== 'unreadable' && isOfItsTime(report)) return report
      }
      return null
    },

    async attachment(task, run, name) {
      const stored = await store.get(keys.attachment(task, run, name))
      return stored === null ? null : new TextDecoder().decode(stored.body)
    },
  }
}
