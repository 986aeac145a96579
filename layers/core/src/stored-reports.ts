import { decodeTime } from 'ulid'
import { keys } from './keys.ts'
import type { ReportArchive, ReportHistory } from './ports/archive.ts'
import { listAll, type ObjectStore } from './ports/object-store.ts'
import { type Report, reportSchema } from './report.ts'
import { parseStored } from './stored-json.ts'

/** So many reports are read at once: every one is an object of its own. */
const most = 400

/** A report by its key; the id of a run tells when it began. */
interface Stored {
  readonly key: string
  readonly run: string
  readonly began: number
}

/** The reports that runs left in a store. */
export function storedReports({
  store,
}: {
  readonly store: Pick<ObjectStore, 'get' | 'list'>
}): ReportArchive {
  async function listed(task: string): Promise<Stored[]> {
    const found: Stored[] = []
    for await (const { key } of listAll(store, keys.reportsOf(task))) {
      const run = /^([0-9A-HJKMNP-TV-Z]{26})\.json$/.exec(key.slice(keys.reportsOf(task).length))?.[1]
      if (run !== undefined) found.push({ key, run, began: decodeTime(run) })
    }
    return found.sort((a, b) => (a.run < b.run ? -1 : 1))
  }

  async function read({ key }: Stored): Promise<Report | null> {
    const stored = await store.get(key)
    return stored === null ? null : parseStored(stored.body, reportSchema)
  }

  return {
    async between(task, from, to, { limit = most } = {}): Promise<ReportHistory> {
      const within = (await listed(task)).filter(
        ({ began }) => began >= from.getTime() && began <= to.getTime(),
      )
      const wanted = within.slice(Math.max(0, within.length - limit))
      const reports: Report[] = []
      const unreadable: string[] = []
      for (const each of wanted) {
        const report = await read(each)
        if (report === null) unreadable.push(each.key)
        else reports.push(report)
      }
      return { reports, unreadable, leftOut: within.length - wanted.length }
    },

    async newest(task, at) {
      for (const each of (await listed(task)).toReversed()) {
        if (each.began > at.getTime()) continue
        const report = await read(each)
        if (report !== null) return report
      }
      return null
    },

    async attachment(task, run, name) {
      const stored = await store.get(keys.attachment(task, run, name))
      return stored === null ? null : new TextDecoder().decode(stored.body)
    },
  }
}
