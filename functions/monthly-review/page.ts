import { formatValue, type RunStatus } from '@hubkeeper/core'
import {
  type Block,
  budgetUsed,
  checklistCounts,
  checklistSection,
  crossingText,
  isSlower,
  type Page,
  staysBelow,
} from '@hubkeeper/review'
import type { ReviewContext } from '../architecture-review/context.ts'
import { growthSection, limitsSection } from '../architecture-review/growth-page.ts'
import { availabilityBlocks, performanceBlocks } from '../architecture-review/speed-page.ts'
import { incidentsBlock, maintenanceBlocks, planningBlocks } from './details.ts'
import type { Incident } from './incidents.ts'
import type { Packet } from './packet.ts'

/** Lines of one point of the agenda on the first page. */
const mostLines = 4

const list = (items: readonly string[]): Block => ({ kind: 'list', items })

/** The packet for people: one page for the meeting, details behind it. */
export function pageOf({ at, hub, run }: ReviewContext, packet: Packet, status: RunStatus): Page {
  return {
    title: `Monthly review: ${hub.id}`,
    subtitle: `${packet.from.toISOString().slice(0, 10)} to ${at.toISOString().slice(0, 10)}, run ${run}`,
    status,
    verdict: verdictOf(packet),
    sections: [
      { heading: 'At a glance', blocks: [glance(packet)] },
      { heading: '1. Performance metrics (15 min)', blocks: [list(performanceLines(packet))] },
      { heading: '2. Incidents (10 min)', blocks: [list(incidentLines(packet))] },
      { heading: '3. Maintenance effectiveness (10 min)', blocks: [list(effectLines(packet))] },
      { heading: '4. Planning (15 min)', blocks: [list(planningLines(packet, at))] },
      {
        heading: 'Details: performance',
        blocks: [...performanceBlocks(packet.gathered), ...availabilityBlocks(packet.gathered)],
      },
      { heading: 'Details: incidents', blocks: [incidentsBlock(packet.incidents)] },
      { heading: 'Details: maintenance', blocks: maintenanceBlocks(packet, hub) },
      { heading: 'Details: planning', blocks: planningBlocks(packet) },
      growthSection(packet.gathered),
      limitsSection(packet.gathered.facts),
      ...packet.checklists.map(checklistSection),
    ],
    generatedAt: at,
  }
}

function verdictOf({ effects, incidents }: Packet): string {
  const open = incidents.filter(({ open: isOpen }) => isOpen).length
  const completed = effects.reduce((sum, each) => sum + each.completed, 0)
  const runs = effects.reduce((sum, each) => sum + each.runs, 0)
  const happened =
    incidents.length === 0 ? 'No incident' : `${countOf(incidents.length, 'incident')}, ${open} open`
  return `${happened}; ${completed} of ${countOf(runs, 'run')} did their job.`
}

function glance({ effects, gathered, incidents }: Packet): Block {
  const { facts, lastMonth } = gathered
  const used = budgetUsed(lastMonth)
  const wanting = effects.filter((each) => each.failed + each.late + each.missed > 0).length
  return {
    kind: 'figures',
    figures: [
      {
        name: 'API answered',
        value: lastMonth.answered === null ? '–' : `${(lastMonth.answered * 100).toFixed(3)} %`,
        ...(used === null ? {} : { note: `${used.toFixed(0)} % of the error budget used` }),
      },
      { name: 'incidents', value: String(incidents.length) },
      { name: 'tasks failed, late or missed', value: String(wanting) },
      { name: 'database', value: formatValue(facts.databaseBytes, 'bytes') },
      {
        name: 'security score',
        value: facts.security === null ? '–' : facts.security.score.toFixed(1),
      },
    ],
  }
}

/** The first of them, and how many more there are. */
const bounded = (lines: readonly string[], none: string): string[] => {
  if (lines.length === 0) return [none]
  const more = lines.length - mostLines
  return more > 0 ? [...lines.slice(0, mostLines), `and ${more} more: see the details`] : [...lines]
}

function performanceLines({ gathered }: Packet): string[] {
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
      : `The API answered ${(lastMonth.answered * 100).toFixed(3)} % of the time that is known (${(lastMonth.known * 100).toFixed(0)} %); ${facts.targetPercent} % are wanted.`,
    ...bounded(slower, none),
  ]
}

const incidentText = ({ detail, from, open, times, what }: Incident): string =>
  `${from.toISOString().slice(0, 10)} ${what}: ${detail}${times > 1 ? `, seen ${times} times` : ''}${open ? '; not over yet' : ''}`

const incidentLines = ({ incidents }: Packet): string[] =>
  bounded(
    [...incidents.filter(({ open }) => open), ...incidents.filter(({ open }) => !open)].map(incidentText),
    'None that anybody saw.',
  )

function effectLines({ byHand, checklists, effects }: Packet): string[] {
  const sum = (of: 'completed' | 'failed' | 'late' | 'missed'): number =>
    effects.reduce((total, each) => total + each[of], 0)
  const wanting = effects
    .filter((each) => each.failed + each.late + each.missed > 0)
    .map((each) => `${each.task}: ${each.failed} failed, ${each.late} late, ${each.missed} missed`)
  return [
    `${sum('completed')} runs completed, ${sum('failed')} failed, ${sum('late')} late; ${sum('missed')} scheduled times missed.`,
    ...bounded(wanting, 'Every task was done in time.'),
    ...bounded(
      byHand.map(({ instead, times, what }) => `Done by hand ${times} times: ${what}; ${instead}`),
      'Nothing was done by hand more than twice.',
    ),
    `Checklists: ${checklists.map((each) => `${each.cadence} ${checklistCounts(each)}`).join('; ')}.`,
  ]
}

function planningLines({ gathered, planning }: Packet, at: Date): string[] {
  const rare = planning.coming.filter(({ cadence }) => cadence === 'monthly' || cadence === 'quarterly')
  const near = gathered.facts.capacities.filter(
    (capacity) => staysBelow(capacity, 2) === false || capacity.crossing?.expected != null,
  )
  const pressing = planning.upgrades.filter(({ kind }) => kind === 'flaw' || kind === 'support')
  return [
    ...bounded(
      rare.map((run) => `${run.at.toISOString().slice(0, 16).replace('T', ' ')} UTC: ${run.task}`),
      'No monthly or quarterly task is to come before the next review.',
    ),
    `${countOf(pressing.length, 'upgrade')} for flaws or ended support, ${planning.upgrades.length - pressing.length} more proposed.`,
    ...bounded(
      near.map(
        ({ crossing, name }) =>
          `Capacity, ${name}: ${crossing === null ? 'twice as much does not fit' : crossingText(crossing, at)}`,
      ),
      'Capacity: no limit is in sight, as far as can be told.',
    ),
  ]
}

const countOf = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
