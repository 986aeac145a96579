import { describeStop, formatDuration, formatValue } from '@hubkeeper/core'
import { columns } from '../terminal/columns.ts'
import { shortTime } from '../terminal/moment.ts'
import { plain } from '../terminal/plain.ts'
import { statusMark } from '../terminal/status-mark.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { HubStatus, TaskStatus } from './collect.ts'

/** A status for people: the newest proven backup first, then tasks and KPIs. */
export function statusText(terminal: Terminal, status: HubStatus, at: Date): string {
  const { paint } = terminal
  const { proven, pinned, total } = status.backups
  const counts = `${proven} of ${total} backups proven${pinned > 0 ? `, ${pinned} pinned` : ''}; times are UTC`
  return [
    `${paint('bold', status.hub)}: ${headline(terminal, status)}`,
    paint('dim', counts),
    ...quarantineLines(terminal, status),
    ...stopLines(terminal, status),
    '',
    columns(
      status.tasks.map((row) => taskRow(terminal, row)),
      '  ',
    ),
    ...kpiLines(terminal, status, at),
  ].join('\n')
}

function headline({ paint }: Terminal, { newestProvenBackup: newest }: HubStatus): string {
  if (newest === null) return paint('red', '✖ no proven backup')
  const age = paint('bold', `${formatDuration(newest.ageSeconds * 1000)} old`)
  return `newest proven backup ${age} (${newest.id}, ${newest.level})`
}

/** What stands; what was made good is only counted. */
function quarantineLines({ paint }: Terminal, { quarantined, quarantineUnreadable }: HubStatus): string[] {
  const past = quarantined.filter(({ stands }) => !stands).length
  const newest = quarantined.findLast(({ stands }) => stands)
  return [
    ...(quarantineUnreadable === null
      ? []
      : [paint('yellow', plain(`? it is not known what is in quarantine: ${quarantineUnreadable}`))]),
    ...quarantined
      .filter(({ stands }) => stands)
      .map(({ id, reason, since }) =>
        paint('red', plain(`✖ ${id} is in quarantine since ${since}, it does not count: ${reason}`)),
      ),
    ...(newest === undefined ? [] : [`  ${plain(whatNext(newest.id))}`]),
    ...(past === 0 ? [] : [paint('dim', `${past} in quarantine before, made good since`)]),
  ]
}

/** The newest is enough: what it holds is what is there. */
const whatNext = (id: string): string =>
  `compare: hubkeeper restore latest --dry-run; lost: hubkeeper restore latest, then hubkeeper backup; or meant: hubkeeper backups accept ${id} --reason TEXT`

function stopLines({ paint }: Terminal, { freeze, hold }: HubStatus): string[] {
  return [
    ...(freeze === null ? [] : [paint('yellow', `▲ frozen ${describeStop(freeze)}: nothing may write`)]),
    ...(hold === null
      ? []
      : [paint('yellow', `▲ on hold ${describeStop(hold)}: no backup is deleted until hubkeeper release`)]),
  ]
}

function taskRow(terminal: Terminal, row: TaskStatus): string[] {
  const { paint } = terminal
  return [
    taskMark(terminal, row.status),
    row.task,
    whenText(row),
    row.nextRun === null ? row.schedule : `next ${shortTime(row.nextRun)}`,
    row.overdueSeconds > 0 ? paint('red', `overdue by ${formatDuration(row.overdueSeconds * 1000)}`) : '',
  ]
}

function taskMark(terminal: Terminal, status: TaskStatus['status']): string {
  switch (status) {
    case null:
      return terminal.paint('dim', '– never')
    case 'running':
      return '… running'
    case 'died':
      return terminal.paint('red', '✖ died')
    default:
      return statusMark(terminal, status)
  }
}

function kpiLines(terminal: Terminal, { kpis }: HubStatus, at: Date): string[] {
  if (kpis.length === 0) return []
  const limit = (value: number | null, unit: (typeof kpis)[number]['unit'], word: string): string =>
    value === null ? '' : terminal.paint('dim', `${word} ${formatValue(value, unit)}`)
  const rows = kpis.map(({ alert, at: readAt, name, status, subject, target, title, unit, value }) => {
    const availability = name === 'api.available'
    return [
      statusMark(terminal, status),
      title,
      availability ? (value === 1 ? 'yes' : 'no') : formatValue(value, unit),
      availability ? '' : limit(target, unit, 'target'),
      limit(alert, unit, 'alert'),
      `${formatDuration(Math.max(0, at.getTime() - Date.parse(readAt)))} ago`,
      subject ?? '',
    ]
  })
  return ['', columns(rows, '  ')]
}

function whenText({ lastRun, since }: TaskStatus): string {
  if (since !== null) return `since ${shortTime(since)}`
  return lastRun === null ? 'not run yet' : `last ${shortTime(lastRun)}`
}
