import {
  type Backup,
  type Cadence,
  describeSchedule,
  formatDuration,
  isProof,
  nextRun,
  type RunStatus,
} from '@hubkeeper/core'
import type { Command } from 'commander'
import { tasks } from '../../../functions/tasks.ts'
import { allHubs, type ConfiguredHub, chooseHub, loadConfig } from '../config.ts'
import { type Embedded, openEmbedded } from '../embedded.ts'
import { type CommonOptions, parseMoment, withCommonOptions } from '../options.ts'
import { columns } from '../terminal/columns.ts'
import { statusMark } from '../terminal/status-mark.ts'
import type { Terminal } from '../terminal/terminal.ts'

interface TaskStatus {
  readonly task: string
  readonly cadence: Cadence
  readonly schedule: string
  readonly lastRun: string | null
  /** Since when a task that runs all the time says what it says; null for the others. */
  readonly since: string | null
  readonly status: RunStatus | 'running' | null
  readonly nextRun: string | null
  readonly overdueSeconds: number
}

interface HubStatus {
  readonly hub: string
  /** Null: there is no proven backup. */
  readonly newestProvenBackup: {
    id: string
    takenAt: string
    currentAt: string
    ageSeconds: number
    level: string
  } | null
  readonly backups: { readonly total: number; readonly proven: number }
  readonly tasks: readonly TaskStatus[]
}

/** `hubkeeper status`. */
export function registerStatus(program: Command, terminal: Terminal): void {
  withCommonOptions(program.command('status'))
    .description('age of the newest proven backup, then every task: last run, verdict, next run')
    .option('--at <time>', 'the moment that ages count from', parseMoment)
    .action(async (options: CommonOptions & { at?: Date }) => {
      const loaded = await loadConfig(options.config)
      const hubs = options.hub === undefined ? allHubs(loaded) : [chooseHub(loaded, options.hub)]
      const all: HubStatus[] = []
      for (const hub of hubs) all.push(await statusOf(hub, options.at ?? new Date()))
      if (options.json) terminal.out(JSON.stringify({ schema: 1, hubs: all }, null, 2))
      else terminal.out(all.map((status) => statusText(terminal, status)).join('\n\n'))
    })
}

async function statusOf(configured: ConfiguredHub, at: Date): Promise<HubStatus> {
  const embedded = openEmbedded(configured, { tasks })
  try {
    const { backups } = await embedded.connect({ backups: 'read' })
    const list = (await backups?.list())?.backups ?? []
    const newest = (await backups?.newestProven()) ?? null
    const proven = list.filter(({ certificate }) => certificate !== null && isProof(certificate))
    const rows: TaskStatus[] = await continuousRows(embedded.ledger)
    for (const punctuality of await embedded.ledger.punctuality(at)) {
      const task = tasks.find(({ name }) => name === punctuality.task)
      const last = (await embedded.ledger.runs(punctuality.task))
        .toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
        .at(-1)
      if (task === undefined) continue
      rows.push({
        task: task.name,
        cadence: task.schedule.cadence,
        schedule: describeSchedule(task.schedule),
        lastRun: last?.startedAt ?? null,
        since: null,
        status: last === undefined ? null : last.state === 'running' ? 'running' : last.status,
        nextRun: nextRun(task.schedule, configured.hub.timeZone, at)?.toISOString() ?? null,
        overdueSeconds: Math.round(punctuality.overdue / 1000),
      })
    }
    return {
      hub: configured.hub.id,
      newestProvenBackup: newest === null ? null : describeBackup(newest, at),
      backups: { total: list.length, proven: proven.length },
      tasks: rows,
    }
  } finally {
    await embedded.close()
  }
}

/** Tasks that run all the time have no record of each run: their heartbeat tells, and what they last said. */
async function continuousRows(ledger: Embedded['ledger']): Promise<TaskStatus[]> {
  const rows: TaskStatus[] = []
  for (const { name, schedule } of tasks.filter((task) => task.schedule.cadence === 'continuous')) {
    const last = (await ledger.verdict(name))?.verdict
    rows.push({
      task: name,
      cadence: schedule.cadence,
      schedule: describeSchedule(schedule),
      lastRun: null,
      since: last?.since ?? null,
      status: last?.status ?? null,
      nextRun: null,
      overdueSeconds: 0,
    })
  }
  return rows
}

const describeBackup = ({ backup, currentAt }: { backup: Backup; currentAt: Date }, at: Date) => ({
  id: backup.manifest.id,
  takenAt: backup.manifest.takenAt,
  currentAt: currentAt.toISOString(),
  ageSeconds: Math.max(0, Math.round((at.getTime() - currentAt.getTime()) / 1000)),
  level: backup.certificate?.level ?? 'none',
})

function statusText(terminal: Terminal, status: HubStatus): string {
  const { paint } = terminal
  const newest = status.newestProvenBackup
  const headline =
    newest === null
      ? paint('red', '✖ no proven backup')
      : `newest proven backup ${paint('bold', `${formatDuration(newest.ageSeconds * 1000)} old`)} (${newest.id}, ${newest.level})`
  const rows = status.tasks.map((row) => [
    row.status === null
      ? paint('dim', '– never')
      : row.status === 'running'
        ? '… running'
        : statusMark(terminal, row.status),
    row.task,
    whenText(row),
    row.nextRun === null ? row.schedule : `next ${shortTime(row.nextRun)}`,
    row.overdueSeconds > 0 ? paint('red', `overdue by ${formatDuration(row.overdueSeconds * 1000)}`) : '',
  ])
  return [
    `${paint('bold', status.hub)}: ${headline}`,
    paint('dim', `${status.backups.proven} of ${status.backups.total} backups proven; times are UTC`),
    '',
    columns(rows, '  '),
  ].join('\n')
}

function whenText({ lastRun, since }: TaskStatus): string {
  if (since !== null) return `since ${shortTime(since)}`
  return lastRun === null ? 'not run yet' : `last ${shortTime(lastRun)}`
}

const shortTime = (iso: string): string => iso.slice(0, 16).replace('T', ' ')
