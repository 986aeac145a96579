import { countOf, formatValue, onOneLine, type RunStatus } from '@hubkeeper/core'
import {
  type Block,
  budgetUsed,
  checklistSection,
  leastKnown,
  type Page,
  percentText,
} from '@hubkeeper/review'
import type { ReviewContext } from '../architecture-review/context.ts'
import { isBlind } from '../architecture-review/evidence.ts'
import { growthSection } from '../architecture-review/growth-page.ts'
import { limitsSection } from '../architecture-review/limits-page.ts'
import { availabilityBlocks, performanceBlocks } from '../architecture-review/speed-page.ts'
import { bounded, effectLines, hadTrouble, incidentLines, performanceLines, planningLines } from './agenda.ts'
import { incidentBlocks, maintenanceBlocks, planningBlocks } from './details.ts'
import type { Packet } from './packet.ts'

const list = (items: readonly string[]): Block => ({ kind: 'list', items })

/** The packet for people: one page for the meeting, details behind it. */
export function pageOf({ at, hub, run }: ReviewContext, packet: Packet, status: RunStatus): Page {
  return {
    title: `Monthly review: ${hub.id}`,
    subtitle: `${packet.from.toISOString().slice(0, 10)} to ${at.toISOString().slice(0, 10)}, run ${run}`,
    status,
    verdict: verdictOf(packet),
    sections: [
      { heading: 'At a glance', blocks: [glance(packet), ...gaps(packet)], brief: true },
      { heading: '1. Performance metrics (15 min)', blocks: [list(performanceLines(packet))], brief: true },
      { heading: '2. Incidents (10 min)', blocks: [list(incidentLines(packet))], brief: true },
      { heading: '3. Maintenance effectiveness (10 min)', blocks: [list(effectLines(packet))], brief: true },
      { heading: '4. Planning (15 min)', blocks: [list(planningLines(packet, at))], brief: true },
      {
        heading: 'Details: performance',
        blocks: [...performanceBlocks(packet.gathered), ...availabilityBlocks(packet.gathered)],
      },
      { heading: 'Details: incidents', blocks: incidentBlocks(packet.incidents) },
      { heading: 'Details: maintenance', blocks: maintenanceBlocks(packet, hub) },
      { heading: 'Details: planning', blocks: planningBlocks(packet) },
      growthSection(packet.gathered),
      limitsSection(packet.gathered.facts),
      ...packet.checklists.map(checklistSection),
    ],
    generatedAt: at,
  }
}

function verdictOf({ effects, gathered: { history }, incidents }: Packet): string {
  const open = incidents.filter(({ open: isOpen }) => isOpen).length
  const completed = effects.reduce((sum, each) => sum + each.completed, 0)
  const runs = effects.reduce((sum, each) => sum + each.runs, 0)
  const happened =
    incidents.length === 0 ? 'No incident' : `${countOf(incidents.length, 'incident')}, ${open} open`
  if (isBlind(history) || runs === 0) {
    const known = incidents.length === 0 ? 'Nothing is known of this time' : happened
    return `${known}: no run left a report that counts.`
  }
  const missed = effects.reduce((sum, each) => sum + each.missed, 0)
  const gone = missed === 0 ? '' : `; ${countOf(missed, 'scheduled time was', 'scheduled times were')} missed`
  return `${happened}; ${completed} of ${countOf(runs, 'run did its job', 'runs did their job')}${gone}.`
}

/** What of the reports this page could not be made of: its numbers do not have it. */
function gaps({ gathered: { history } }: Packet): Block[] {
  const lines = [
    ...[...history.unreadable].map(
      ([task, { length }]) =>
        `${countOf(length, 'report')} of ${task} cannot be read, and no number here has them.`,
    ),
    ...[...history.leftOut].map(
      ([task, count]) => `${countOf(count, 'older report')} of ${task} left out: there are very many.`,
    ),
    ...[...history.foreign].map(
      ([hub, count]) => `${countOf(count, 'report')} of another hub, ${onOneLine(hub)}, left out.`,
    ),
  ]
  return lines.length === 0 ? [] : [list(bounded(lines, '', 2))]
}

/** Of few looks a share of the budget says nothing. */
const availabilityNote = (known: number, used: number): string =>
  known < leastKnown
    ? `of ${percentText(known)} of 30 days: of the rest nothing is known`
    : `in 30 days; ${formatValue(used, 'percent')} of the error budget used`

function glance({ effects, gathered, incidents }: Packet): Block {
  const { facts, lastMonth } = gathered
  const used = budgetUsed(lastMonth)
  const wanting = effects.filter(hadTrouble).length
  return {
    kind: 'figures',
    figures: [
      {
        name: 'API answered',
        value: lastMonth.answered === null ? '–' : percentText(lastMonth.answered),
        ...(used === null ? {} : { note: availabilityNote(lastMonth.known, used) }),
      },
      { name: 'incidents', value: String(incidents.length) },
      { name: 'tasks failed, late, missed or overdue', value: String(wanting) },
      { name: 'database', value: formatValue(facts.databaseBytes, 'bytes') },
      {
        name: 'security score',
        value: facts.security === null ? '–' : facts.security.score.toFixed(1),
      },
    ],
  }
}
