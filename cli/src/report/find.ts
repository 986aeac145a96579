import {
  clockTolerance,
  HubkeeperError,
  listReports,
  type ObjectStore,
  onOneLine,
  type Report,
  type ReportPlace,
  readReport,
} from '@hubkeeper/core'
import { taskNamed } from '../named-tasks.ts'

/**
 * The newest report of a task, of anything, or the one of a run. One that a clock dated ahead of now is the newest
 * only where there is no other.
 *
 * @param id a task, also one of another version, or the id of a run
 * @throws UsageError for what is neither, HubkeeperError when there is none, or when it cannot be read
 */
export async function findReport(store: ObjectStore, id: string | undefined, now: Date): Promise<Report> {
  const run = id?.toUpperCase()
  const found = (await listReports(store, null)).filter(
    (each) => id === undefined || each.task === id || each.run === run,
  )
  const isPast = ({ began }: ReportPlace): boolean => began <= now.getTime() + clockTolerance
  const newestFirst = [...found.filter((each) => !isPast(each)), ...found.filter(isPast)].toReversed()
  for (const place of newestFirst) {
    const report = await readReport(store, place)
    // Gone since it was listed.
    if (report === null) continue
    if (report !== 'unreadable') return report
    throw new HubkeeperError('io', `${onOneLine(place.key)} is not a report that this version understands`, {
      hint: 'read the .md file beside it, or ask for another run: hubkeeper report RUN',
    })
  }
  throw nothingOf(id)
}

function nothingOf(id: string | undefined): HubkeeperError {
  if (id === undefined) {
    return new HubkeeperError('object-missing', 'there is no report yet', {
      hint: 'run a task first: hubkeeper run health-check',
    })
  }
  if (/^[0-9a-hjkmnp-tv-z]{26}$/i.test(id)) {
    return new HubkeeperError('object-missing', `there is no report of a run ${id}`, {
      hint: 'name a task for the last one of it, such as hubkeeper report health-check',
    })
  }
  const { name } = taskNamed(id)
  return new HubkeeperError('object-missing', `there is no report of ${name} yet`, {
    hint: `run it first: hubkeeper run ${name}`,
  })
}
