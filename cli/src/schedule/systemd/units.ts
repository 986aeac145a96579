import { type Appointment, type Entry, minutesBetween } from '../entries.ts'
import { commandOf, hashOf, hubNames, type Target } from '../target.ts'
import { calendarOf } from './calendar.ts'

/** A unit file: its name and its text. */
export interface Unit {
  readonly name: string
  readonly text: string
}

/** Names of units are told apart by configuration, and told by the first hub. */
const baseOf = (target: Target, { cadence }: Entry): string =>
  `hubkeeper-${target.hubs[0]?.hub.id ?? 'hub'}-${hashOf(target)}-${cadence}`

/** Whether a file of systemd's belongs to a configuration. */
export const isUnitOf = (target: Target, name: string): boolean =>
  new RegExp(`^hubkeeper-[a-z0-9-]+-${hashOf(target)}-[a-z]+\\.(service|timer)$`).test(name)

/** A word of ExecStart, whatever is in it; variables are expanded in all but the first. */
const execWord = (word: string, i: number): string => {
  const escaped = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')
  return `"${i === 0 ? escaped : escaped.replaceAll('$', '$$$$')}"`
}

/** A service and a timer for each cadence. */
export const unitsOf = (target: Target): Unit[] =>
  target.entries.flatMap((entry) => [
    { name: `${baseOf(target, entry)}.service`, text: serviceText(target, entry) },
    { name: `${baseOf(target, entry)}.timer`, text: timerText(target, entry) },
  ])

const header = ({ file }: Target): string =>
  `# Made by hubkeeper schedule install for ${file}; change it with: hubkeeper schedule`

const description = (target: Target, { cadence }: Entry): string =>
  `Description=Hubkeeper: ${cadence} tasks of ${hubNames(target)}`

function serviceText(target: Target, entry: Entry): string {
  return lines(
    header(target),
    '[Unit]',
    description(target, entry),
    '',
    '[Service]',
    'Type=oneshot',
    `ExecStart=${commandOf(target, entry.cadence).map(execWord).join(' ')}`,
    '# 1: something is wrong with the hub; its report and its alerts say so.',
    'SuccessExitStatus=1',
    'Nice=10',
    ...hardening(target),
  )
}

/** None of it where commands stop and start the server: sudo needs to gain rights. */
const hardening = ({ hubs }: Target): string[] =>
  hubs.some(({ hub }) => hub.control !== undefined)
    ? []
    : ['NoNewPrivileges=true', 'LockPersonality=true', 'RestrictRealtime=true']

function timerText(target: Target, entry: Entry): string {
  const continuous = entry.cadence === 'continuous'
  return lines(
    header(target),
    '[Unit]',
    description(target, entry),
    '',
    '[Timer]',
    ...calendarsOf(entry).map((calendar) => `OnCalendar=${calendar}`),
    ...(continuous
      ? []
      : [
          'Persistent=true',
          '# What failed is tried again within the hour, and what a reboot ended, soon after it.',
          'OnUnitInactiveSec=1h',
          'OnActiveSec=10min',
        ]),
    'AccuracySec=1min',
    'RandomizedDelaySec=0',
    '',
    '[Install]',
    'WantedBy=timers.target',
  )
}

/** The distinct times of an entry as OnCalendar. */
export function calendarsOf({ appointments, cadence }: Entry): string[] {
  const expressions =
    cadence === 'continuous' ? [continuousCalendar(appointments)] : appointments.map(ownCalendar)
  return [...new Set(expressions.filter((expression) => expression !== null))]
}

const continuousCalendar = (appointments: readonly Appointment[]): string | null =>
  calendarOf({ cadence: 'continuous', everyMinutes: minutesBetween(appointments) }, 'UTC')

const ownCalendar = ({ schedule, timeZone }: Appointment): string | null => calendarOf(schedule, timeZone)

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`
