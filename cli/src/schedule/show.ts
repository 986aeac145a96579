import { columns } from '../terminal/columns.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { describeEmbedded, localTime, nextOf } from './entries.ts'
import type { Installed } from './plan.ts'
import type { Target } from './target.ts'

/** What `hubkeeper schedule show --json` prints. */
export interface Timetable {
  readonly schema: 1
  readonly file: string
  readonly installed: readonly Installed[]
  readonly watchedBy: string | null
  readonly appointments: readonly {
    readonly hub: string
    readonly timeZone: string
    readonly cadence: string
    readonly task: string
    readonly schedule: string
    /** Null for what runs all the time. */
    readonly nextRun: string | null
  }[]
}

/** Every task of every hub with its next time, and what wakes it. */
export const timetableOf = (
  target: Target,
  installed: readonly Installed[],
  watchedBy: string | null,
  at: Date,
): Timetable => ({
  schema: 1,
  file: target.file,
  installed,
  watchedBy,
  appointments: target.entries.flatMap(({ appointments, cadence }) =>
    appointments.map((appointment) => ({
      hub: appointment.hub,
      timeZone: appointment.timeZone,
      cadence,
      task: appointment.task,
      schedule: describeEmbedded(appointment),
      nextRun: nextOf(appointment, at)?.toISOString() ?? null,
    })),
  ),
})

/** The timetable for people, each hub in its own time zone. */
export function timetableText(terminal: Terminal, { appointments, installed, watchedBy }: Timetable): string {
  const hubs = Map.groupBy(appointments, ({ hub }) => hub)
  const tables = [...hubs].map(([hub, own]) => {
    const timeZone = own[0]?.timeZone ?? 'UTC'
    const rows = own.map(({ cadence, nextRun, schedule, task }) => [
      cadence,
      task,
      schedule,
      nextRun === null ? '' : localTime(new Date(nextRun), timeZone),
    ])
    const head = ['cadence', 'task', 'runs', 'next'].map((name) => terminal.paint('dim', name))
    return `${terminal.paint('bold', hub)}, times in ${timeZone}\n${columns([head, ...rows], '  ')}`
  })
  return [...tables, whereLines(installed, watchedBy).join('\n')].join('\n\n')
}

function whereLines(installed: readonly Installed[], watchedBy: string | null): string[] {
  const lines = installed.map(({ current, where }) =>
    current
      ? `installed: ${where}`
      : `installed, but not as it would be now: ${where}; bring it in step with hubkeeper schedule install`,
  )
  if (watchedBy !== null) lines.push(`hubkeeper watch runs it: ${watchedBy}`)
  return lines.length > 0
    ? lines
    : ['installed nowhere: hubkeeper schedule install; in a container, keep hubkeeper watch running']
}
