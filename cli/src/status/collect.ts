import {
  type Backup,
  type Cadence,
  days,
  describeSchedule,
  type Freeze,
  isProven,
  kpiNames,
  nextRun,
  quarantined,
  type RunRecord,
  type RunStatus,
  readKpis,
  type ScheduledTask,
  standingQuarantines,
} from '@hubkeeper/core'
import { tasks } from '../../../functions/tasks.ts'
import type { ConfiguredHub } from '../config.ts'
import type { Embedded } from '../embedded.ts'
import { withEmbedded } from '../with-embedded.ts'

/** Where one task stands. */
export interface TaskStatus {
  readonly task: string
  readonly cadence: Cadence
  readonly schedule: string
  readonly lastRun: string | null
  /** Since when a task that runs all the time says what it says; null for the others. */
  readonly since: string | null
  /** `died`: its process ended before it could say how. Null when it never ran. */
  readonly status: RunStatus | 'running' | 'died' | null
  readonly nextRun: string | null
  readonly overdueSeconds: number
}

/** Where one hub stands. */
export interface HubStatus {
  readonly hub: string
  /** Null: there is no proven backup. */
  readonly newestProvenBackup: {
    readonly id: string
    readonly takenAt: string
    readonly currentAt: string
    readonly ageSeconds: number
    readonly level: string
  } | null
  readonly backups: { readonly total: number; readonly proven: number; readonly pinned: number }
  /** Backups that do not count, as content vanished from them. */
  readonly quarantined: readonly {
    readonly id: string
    readonly since: string
    readonly reason: string
    /** Whether it was neither accepted nor made good since. */
    readonly stands: boolean
  }[]
  /** Why it is not known which ones are; null where it is. */
  readonly quarantineUnreadable: string | null
  readonly freeze: Freeze | null
  readonly hold: Freeze | null
  readonly tasks: readonly TaskStatus[]
  /** The last reading of each, of the last eight days. */
  readonly kpis: readonly (Omit<ReturnType<typeof readKpis>[number], 'at'> & { readonly at: string })[]
}

/** How far back a reading counts: a weekly one is there, ms. */
const readingsFrom = days(8)

/** Looks at what is on record of a hub; nothing of the hub itself is touched. */
export function collectStatus(configured: ConfiguredHub, at: Date): Promise<HubStatus> {
  return withEmbedded(configured, async (embedded) => {
    const { hub } = configured
    const { backups } = await embedded.connect({ backups: 'read' })
    const { backups: list, quarantineUnreadable } = await backups.list()
    const newest = await backups.newestProven(list)
    const standing = standingQuarantines(list, newest?.currentAt ?? null, at)
    const readings = await embedded.metrics.newest(hub.id, kpiNames, {
      from: new Date(at.getTime() - readingsFrom),
      to: at,
    })
    return {
      hub: hub.id,
      newestProvenBackup: newest === null ? null : describeBackup(newest, at),
      backups: {
        total: list.length,
        proven: list.filter(isProven).length,
        pinned: list.filter(({ pin }) => pin !== null).length,
      },
      quarantined: quarantined(list).map(({ manifest: { id }, quarantine: { reason, since } }) => ({
        id,
        since,
        reason,
        stands: standing.some(({ manifest }) => manifest.id === id),
      })),
      quarantineUnreadable,
      freeze: await embedded.ledger.freeze(),
      hold: await embedded.ledger.hold(),
      tasks: [...(await continuousRows(embedded)), ...(await scheduledRows(embedded, hub.timeZone, at))],
      kpis: readKpis(readings, hub.thresholds).map((kpi) => ({ ...kpi, at: kpi.at.toISOString() })),
    }
  })
}

async function scheduledRows({ ledger }: Embedded, timeZone: string, at: Date): Promise<TaskStatus[]> {
  const rows: TaskStatus[] = []
  for (const { overdue, task } of await ledger.punctuality(at)) {
    const found = tasks.find(({ name }) => name === task)
    if (found === undefined) continue
    const last = (await ledger.runs(task)).toSorted((a, b) => a.startedAt.localeCompare(b.startedAt)).at(-1)
    rows.push({
      ...described(found),
      lastRun: last?.startedAt ?? null,
      since: null,
      status: last === undefined ? null : stateOf(ledger, last),
      nextRun: nextRun(found.schedule, timeZone, at)?.toISOString() ?? null,
      overdueSeconds: Math.round(overdue / 1000),
    })
  }
  return rows
}

const stateOf = (ledger: Embedded['ledger'], run: RunRecord): TaskStatus['status'] =>
  run.state !== 'running' ? run.status : ledger.isUnderWay(run) ? 'running' : 'died'

/** Tasks that run all the time have no record of each run: their heartbeat tells, and what they last said. */
async function continuousRows({ ledger }: Embedded): Promise<TaskStatus[]> {
  const rows: TaskStatus[] = []
  for (const task of tasks.filter(({ schedule }) => schedule.cadence === 'continuous')) {
    const last = (await ledger.verdict(task.name))?.verdict
    rows.push({
      ...described(task),
      lastRun: null,
      since: last?.since ?? null,
      status: last?.status ?? null,
      nextRun: null,
      overdueSeconds: 0,
    })
  }
  return rows
}

const described = ({ name, schedule }: ScheduledTask) => ({
  task: name,
  cadence: schedule.cadence,
  schedule: describeSchedule(schedule),
})

const describeBackup = ({ backup, currentAt }: { backup: Backup; currentAt: Date }, at: Date) => ({
  id: backup.manifest.id,
  takenAt: backup.manifest.takenAt,
  currentAt: currentAt.toISOString(),
  ageSeconds: Math.max(0, Math.round((at.getTime() - currentAt.getTime()) / 1000)),
  level: backup.certificate?.level ?? 'none',
})
