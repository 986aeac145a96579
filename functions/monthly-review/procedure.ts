import { type Figure, type Finding, figure, type TaskResult, worstOf } from '@hubkeeper/core'
import {
  automationOpportunities,
  budgetUsed,
  changeFinding,
  checklistFinding,
  checklistsAt,
  effectFinding,
  effectivenessOf,
  firstRunOf,
  htmlOf,
  markdownOf,
  since,
} from '@hubkeeper/review'
import type { ReviewContext } from '../architecture-review/context.ts'
import { readEvidence } from '../architecture-review/evidence.ts'
import { budgetOf, gather } from '../architecture-review/gather.ts'
import { incidentsOf } from './incidents.ts'
import { documentOf, type Packet } from './packet.ts'
import { pageOf } from './page.ts'
import { periodBegin } from './period.ts'
import { planningOf } from './planning.ts'

/** The packet for the monthly meeting: what happened, what was done, what is to come; changes nothing. */
export async function run(context: ReviewContext): Promise<TaskResult> {
  const packet = await packetOf(context)
  const { effects, gathered } = packet
  const { facts, lastMonth, speeds } = gathered
  const findings: readonly Finding[] = [
    ...readEvidence(gathered.history),
    ...effects.map(effectFinding),
    ...speeds.map((series, i) =>
      changeFinding(series, facts.changes[i] ?? 'not told', context.hub.thresholds),
    ),
    budgetOf(context, gathered, lastMonth, 'month'),
  ]
  const checklists = packet.checklists.map(checklistFinding)
  const page = pageOf(context, packet, worstOf([...findings, ...checklists]))
  return {
    findings: [...findings, ...checklists],
    // What a checklist repeats was told by the run that found it.
    known: new Set(checklists),
    figures: figuresOf(packet),
    attachments: [
      { name: 'review.html', text: await htmlOf(page) },
      { name: 'review.md', text: markdownOf(page) },
      { name: 'review.json', text: `${JSON.stringify(documentOf(context, packet), null, 1)}\n` },
    ],
  }
}

async function packetOf(context: ReviewContext): Promise<Packet> {
  const { at, hub, ledger } = context
  const gathered = await gather(context, 'monthly-review')
  const from = periodBegin(gathered.history)
  const within = since(gathered.history, from)
  return {
    gathered,
    from,
    incidents: incidentsOf(within, gathered.facts.availability),
    effects: effectivenessOf(
      within,
      gathered.others,
      await ledger.punctuality(at),
      hub.timeZone,
      firstRunOf(gathered.history),
    ),
    byHand: automationOpportunities(within, gathered.others, await ledger.signatures()),
    planning: planningOf(context, gathered.history),
    checklists: await checklistsAt(context),
  }
}

function figuresOf({ effects, gathered: { lastMonth }, incidents }: Packet): Figure[] {
  const used = budgetUsed(lastMonth)
  return [
    figure('review.incidents', incidents.length, 'count'),
    ...(['completed', 'failed', 'late', 'missed'] as const).map((ending) =>
      figure(
        `review.${ending}`,
        effects.reduce((sum, effect) => sum + effect[ending], 0),
        'count',
      ),
    ),
    ...(lastMonth.answered === null
      ? []
      : [figure('availability.month', lastMonth.answered * 100, 'percent')]),
    ...(used === null ? [] : [figure('availability.budget-used', used, 'percent')]),
  ]
}
