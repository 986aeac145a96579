import { days, type Finding, hours, type Report, type ReportArchive, type Signature } from '@hubkeeper/core'
import {
  type Checklist,
  type ChecklistCadence,
  type ChecklistItem,
  checklistsAt,
  itemNamed,
} from '@hubkeeper/review'
import { type RunMade, reportOf } from './histories.ts'

/** A Tuesday. */
export const at = new Date('2026-12-01T12:00:00.000Z')
/** So long before it, ms. */
export const ago = (ms: number): Date => new Date(at.getTime() - ms)

/** A run an hour ago, unless said otherwise. */
export type Run = Omit<RunMade, 'at'> & {
  readonly at?: Date
  readonly documents?: readonly string[]
  readonly hub?: string
}

const reportOfRun = ({ documents = [], hub = 'hub', ...run }: Run): Report => ({
  ...reportOf({ at: ago(hours(1)), ...run }),
  hub,
  artifacts: documents.map((key) => ({ kind: 'attachment', key, bytes: 10 })),
})

/** What runs left, and what people signed. */
export interface Given {
  readonly runs?: readonly Run[]
  readonly signatures?: readonly Signature[]
  readonly unreadable?: readonly string[]
}

const archiveOf = ({ runs = [], unreadable = [] }: Given): Pick<ReportArchive, 'between'> => ({
  async between(task, from, to) {
    const reports = runs
      .map(reportOfRun)
      .filter((report) => report.task === task)
      .filter(({ startedAt }) => new Date(startedAt) >= from && new Date(startedAt) <= to)
      .toSorted((a, b) => (a.run < b.run ? -1 : 1))
    return unreadable.length > 0
      ? { reports: [], unreadable, leftOut: 0 }
      : { reports: reports.slice(-1), unreadable: [], leftOut: 0 }
  },
})

/** A checklist of a hub in UTC. */
export async function checklistOf(
  cadence: ChecklistCadence,
  given: Given = {},
  then = at,
): Promise<Checklist> {
  const [checklist] = await checklistsAt(
    {
      at: then,
      hub: { id: 'hub', timeZone: 'UTC' },
      ledger: { signatures: async () => given.signatures ?? [] },
      reports: archiveOf(given),
    },
    [cadence],
  )
  if (checklist === undefined) throw new Error(`no ${cadence} checklist`)
  return checklist
}

/** An item of its checklist. */
export async function itemOf(id: string, given: Given = {}, then = at): Promise<ChecklistItem> {
  const { cadence } = itemNamed(id)
  const found = (await checklistOf(cadence, given, then)).items.find((item) => item.id === id)
  if (found === undefined) throw new Error(`no ${id}`)
  return found
}

/** A health check that found this. */
export const health = (...findings: readonly Finding[]): Run => ({ task: 'health-check', findings })

/** A signature of two hours ago, for a day from now. */
export const signature = (item: string, rest: Partial<Signature> = {}): Signature => ({
  item,
  by: 'anna',
  note: 'done',
  at: ago(hours(2)).toISOString(),
  until: new Date(at.getTime() + days(1)).toISOString(),
  ...rest,
})
