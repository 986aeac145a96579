import { checkOf, countOf, formatDuration, formatValue, isCheckId } from '@hubkeeper/core'
import {
  checklistCounts,
  crossingText,
  inWords,
  isSlower,
  minuteText,
  percentText,
  staysBelow,
  type TaskEffect,
} from '@hubkeeper/review'
import type { Incident } from './incidents.ts'
import type { Packet } from './packet.ts'

/** Letters of one line on the first page, and names in it: all of it has to fit on one sheet. */
const mostLetters = 105
const mostNames = 3

/** A task that was not always done in time, be it once. */
export const hadTrouble = ({ failed, late, missed, overdue }: TaskEffect): boolean =>
  failed + late + missed > 0 || overdue > 0

/** The first of them, and how many more there are. */
export const bounded = (lines: readonly string[], none: string, most: number): string[] => {
  if (lines.length === 0) return [none]
  const more = lines.length - most
  return [
    ...lines.slice(0, most).map((line) => inWords(line, mostLetters)),
    ...(more > 0 ? [`and ${more} more: see the details`] : []),
  ]
}

/** How fast and how available it was. */
export function performanceLines({ gathered }: Packet): string[] {
  const { facts, lastMonth } = gathered
  const slower = facts.changes.flatMap((change) =>
    typeof change !== 'string' && isSlower(change, facts.slowerPercent)
      ? [
          `${change.series.name} ${change.series.subject ?? ''}: ${formatValue(change.now, change.series.unit)}, ${formatValue(change.before, change.series.unit)} before`,
        ]
      : [],
  )
  const known = facts.changes.filter((change) => typeof change !== 'string').length
  const none =
    known === 0
      ? 'Whether it grew slower is not known yet: it takes two months of weekly reviews.'
      : `None of ${countOf(known, 'figure')} grew slower.`
  return [
    lastMonth.answered === null
      ? 'How available the API was is not known: nobody looked.'
      : `In the last 30 days the API answered ${percentText(lastMonth.answered)} of the time that is known (${percentText(lastMonth.known)}); ${facts.targetPercent} % are wanted.`,
    ...bounded(slower, none, 3),
  ]
}

const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10)

/** What went wrong, for people: checks have names that only machines like. */
function nameOf({ group, kind, what }: Incident): string {
  if (kind !== 'critical' || !isCheckId(group)) return what
  const subject = subjectOf({ group, what })
  return `critical: “${checkOf(group).title}”${subject === '' ? '' : ` (${subject})`}`
}

const subjectOf = ({ group, what }: Pick<Incident, 'group' | 'what'>): string =>
  what.slice(group.length).trim()

const incidentText = (incident: Incident): string =>
  `${dayOf(incident.from)} ${nameOf(incident)}${incident.times > 1 ? `, ${incident.times} times` : ''}${incident.open ? ', not over yet' : ''}: ${incident.detail}`

const lengthOf = ({ from, to }: Incident): number => to.getTime() - from.getTime()

/** What of one check went wrong in several places, or several outages, on one line. */
function togetherText(incidents: readonly Incident[]): string {
  const [first] = incidents
  if (first === undefined || incidents.length === 1 || first.kind === 'failed')
    return incidents.map(incidentText).join('; ')
  const from = new Date(Math.min(...incidents.map((each) => each.from.getTime())))
  if (first.kind === 'outage') {
    const longest = incidents.toSorted((a, b) => lengthOf(b) - lengthOf(a))[0] ?? first
    return `${dayOf(from)} API, ${incidents.length} outages since; the longest on ${dayOf(longest.from)}: ${longest.detail}`
  }
  const title = nameOf({ ...first, what: first.group })
  return `${dayOf(from)} ${title}, ${incidents.length} of them${first.open ? ', not over yet' : ''}: ${incidents.map(subjectOf).join(', ')}`
}

/** What went wrong, what is not over first; of one check, and of the API, in one line, so that each kind of trouble is seen. */
export function incidentLines({ incidents }: Packet): string[] {
  const sorted = [...incidents.filter(({ open }) => open), ...incidents.filter(({ open }) => !open)]
  const together = Map.groupBy(sorted, (each) =>
    each.kind === 'failed'
      ? JSON.stringify([each.kind, each.from, each.what])
      : `${each.open} ${each.kind} ${each.group}`,
  )
  return bounded([...together.values()].map(togetherText), 'None that anybody saw.', 4)
}

/** How tasks were done, and what was done by hand. */
export function effectLines({ byHand, checklists, effects }: Packet): string[] {
  const sum = (of: 'completed' | 'failed' | 'late' | 'missed'): number =>
    effects.reduce((total, each) => total + each[of], 0)
  const troubles = ({ failed, late, missed }: TaskEffect): number => failed + late + missed
  const wanting = effects
    .filter(hadTrouble)
    .toSorted((a, b) => troubles(b) - troubles(a))
    .map(
      ({ failed, late, missed, overdue, task }) =>
        `${task}: ${failed} failed, ${late} late, ${missed} missed${overdue > 0 ? `; overdue for ${formatDuration(overdue)} now` : ''}`,
    )
  const none = effects.some(({ runs, scheduled }) => runs > 0 && (scheduled ?? 0) > 0)
    ? 'Every task was done in time.'
    : 'No task ran by its schedule.'
  return [
    `${countOf(sum('completed'), 'run')} completed, ${sum('failed')} failed, ${sum('late')} late; ${countOf(sum('missed'), 'scheduled time')} missed.`,
    ...bounded(wanting, none, 3),
    ...bounded(
      byHand.map(({ instead, times, what }) => `Done by hand ${times} times: ${what}; ${instead}`),
      'Nothing was done by hand more than twice.',
      2,
    ),
    `Checklists: ${checklists.map((each) => `${each.cadence} ${checklistCounts(each)}`).join('; ')}.`,
  ]
}

/** What is to come. */
export function planningLines({ gathered, planning }: Packet, at: Date): string[] {
  const rare = planning.coming.filter(({ cadence }) => cadence === 'monthly' || cadence === 'quarterly')
  const { capacities } = gathered.facts
  const unknown = capacities.filter(({ share }) => share === null).length
  const near = capacities.filter(
    (capacity) => staysBelow(capacity, 2) === false || capacity.crossing?.expected != null,
  )
  const pressing = planning.upgrades.filter(({ kind }) => kind === 'flaw' || kind === 'support')
  return [
    rare.length === 0
      ? 'No monthly or quarterly task is to come before the next review.'
      : `To come (UTC): ${rare.map(({ at: time, task }) => `${minuteText(time)} ${task}`).join('; ')}.`,
    `${countOf(pressing.length, 'upgrade')} for flaws or ended support${pressing.length === 0 ? '' : ` (${namesOf(pressing)})`}, ${planning.upgrades.length - pressing.length} more proposed.`,
    ...(planning.unknown.length === 0 ? [] : bounded(planning.unknown, '', 2)),
    ...bounded(
      near.map(
        ({ crossing, name }) =>
          `Capacity, ${name}: ${crossing === null ? 'twice as much does not fit' : crossingText(crossing, at)}`,
      ),
      unknown === capacities.length
        ? 'Capacity: of no limit it is known how near it is.'
        : 'Capacity: no limit is in sight.',
      2,
    ),
    ...(unknown > 0 && unknown < capacities.length
      ? [`Capacity: of ${countOf(unknown, 'other limit')} it is not known how near it is; see the details.`]
      : []),
  ]
}

/** The first of them by name. */
const namesOf = (upgrades: Packet['planning']['upgrades']): string =>
  [
    ...upgrades.slice(0, mostNames).map(({ of }) => of),
    ...(upgrades.length > mostNames ? [`${upgrades.length - mostNames} more`] : []),
  ].join(', ')
