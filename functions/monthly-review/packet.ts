import type { ByHand, Checklist, TaskEffect } from '@hubkeeper/review'
import type { ReviewContext } from '../architecture-review/context.ts'
import type { Gathered } from '../architecture-review/gather.ts'
import { availabilityIn, limitOf, performanceOf, taskOf } from '../architecture-review/summary.ts'
import type { Review } from './document.ts'
import type { Incident } from './incidents.ts'
import type { Planning } from './planning.ts'

/** Everything that a meeting talks about. */
export interface Packet {
  readonly gathered: Gathered
  /** Since when it tells: see {@link periodBegin}. */
  readonly from: Date
  readonly incidents: readonly Incident[]
  /** Since then. */
  readonly effects: readonly TaskEffect[]
  readonly byHand: readonly ByHand[]
  readonly planning: Planning
  readonly checklists: readonly Checklist[]
}

/** A packet for machines. */
export function documentOf(
  { at, hub, run }: Pick<ReviewContext, 'at' | 'hub' | 'run'>,
  packet: Packet,
): Review {
  const { byHand, checklists, effects, from, gathered, incidents, planning } = packet
  return {
    schema: 1,
    hub: hub.id,
    run,
    at: at.toISOString(),
    from: from.toISOString(),
    performance: performanceOf(gathered.facts),
    availability: availabilityIn(gathered.lastMonth),
    incidents: incidents.map(({ group: _, ...incident }) => ({
      ...incident,
      from: incident.from.toISOString(),
      to: incident.to.toISOString(),
    })),
    maintenance: effects.map(taskOf),
    automation: byHand.map((each) => ({ ...each })),
    coming: planning.coming.map((each) => ({ ...each, at: each.at.toISOString() })),
    upgrades: planning.upgrades.map((each) => ({ ...each })),
    upgradesUnknown: [...planning.unknown],
    limits: gathered.facts.capacities.map(limitOf),
    checklists: checklists.map(({ cadence, items }) => ({
      cadence,
      items: items.map(({ evidence, id, state, title }) => ({ id, title, state, evidence: [...evidence] })),
    })),
  }
}
