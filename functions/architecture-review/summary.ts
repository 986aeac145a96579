import {
  type Availability,
  budgetUsed,
  type Capacity,
  changesOf,
  type GrowthFact,
  type Recommendation,
  type ReviewFacts,
  staysBelow,
  type TaskEffect,
} from '@hubkeeper/review'
import type { ReviewContext } from './context.ts'
import type { Architecture, Compared } from './document.ts'
import type { Gathered } from './gather.ts'

/** Everything of a review for machines. */
export function documentOf(
  { hub, run }: Pick<ReviewContext, 'hub' | 'run'>,
  gathered: Gathered,
  recommendations: readonly Recommendation[],
  previous: Architecture | null,
): Architecture {
  const { facts, growth, history, lastMonth } = gathered
  return {
    schema: 1,
    hub: hub.id,
    run,
    at: facts.at.toISOString(),
    from: history.from.toISOString(),
    figures: comparedOf(gathered),
    growth: facts.growth.map(growthOf),
    vanishedTables: growth.vanished.map(({ last, series }) => ({
      table: series.subject ?? '',
      last: last.toISOString(),
    })),
    limits: facts.capacities.map(limitOf),
    performance: performanceOf(facts),
    availability: { month: availabilityIn(lastMonth), quarter: availabilityIn(facts.availability) },
    security:
      facts.security === null
        ? null
        : {
            score: facts.security.score,
            before: facts.security.before,
            at: facts.security.at.toISOString(),
            unseen: [...facts.security.unseen],
            open: Object.fromEntries(facts.security.open),
          },
    maintenance: facts.effects.map(taskOf),
    cost: {
      currency: facts.cost.currency,
      perMonth: facts.cost.perMonth,
      whole: facts.cost.isWhole,
      parts: facts.cost.parts.map((part) => ({ ...part })),
      assumptions: [...facts.cost.assumptions],
    },
    recommendations: recommendations.map((each) => ({ ...each, evidence: [...each.evidence] })),
    since: sinceOf(recommendations, previous),
  }
}

function sinceOf(
  recommendations: readonly Recommendation[],
  previous: Architecture | null,
): Architecture['since'] {
  if (previous === null) return null
  const { added, remaining, settled } = changesOf(recommendations, previous.recommendations)
  return {
    run: previous.run,
    at: previous.at,
    figures: previous.figures,
    recommendations: { added: [...added], remaining: [...remaining], settled: [...settled] },
  }
}

function comparedOf({ facts, growth }: Gathered): Compared {
  const trend = facts.growth.find(({ of }) => of === growth.database?.subject)?.trend ?? ''
  return {
    databaseBytes: facts.databaseBytes,
    growthPerDay: typeof trend === 'string' ? null : trend.slopePerDay,
    answered: facts.availability.answered,
    recoverySeconds: facts.recovery?.seconds ?? null,
    securityScore: facts.security?.score ?? null,
    costPerMonth: facts.cost.perMonth,
  }
}

const growthOf = ({ bytes, kind, of, rows, trend }: GrowthFact): Architecture['growth'][number] => ({
  of,
  kind,
  bytes,
  rows,
  perDay:
    typeof trend === 'string'
      ? null
      : { value: trend.slopePerDay, low: trend.slopeLow, high: trend.slopeHigh },
  dropped: typeof trend === 'string' ? [] : trend.drops.map((moment) => moment.toISOString()),
  growing: typeof trend === 'string' ? null : trend.bend,
})

/** Figures that changed, for machines. */
export const performanceOf = ({ changes }: ReviewFacts): Architecture['performance'] =>
  changes.flatMap((change) => {
    if (typeof change === 'string') return []
    const { before, now, percent, series } = change
    return [{ figure: series.name, subject: series.subject, unit: series.unit, before, now, percent }]
  })

/** How a task was done, for machines. */
export const taskOf = ({
  byHand,
  completed,
  failed,
  late,
  missed,
  runs,
  scheduled,
  task,
  typicalSeconds,
}: TaskEffect): Architecture['maintenance'][number] => ({
  ...{ task, runs, completed, failed, late, scheduled, missed, byHand, typicalSeconds },
})

/** A limit for machines. */
export function limitOf(capacity: Capacity): Architecture['limits'][number] {
  const { because, crossing, limit, name, now, ofDatabase = false, unit } = capacity
  return {
    name,
    unit,
    ofDatabase,
    now,
    limit,
    because,
    expected: crossing?.expected?.toISOString() ?? null,
    earliest: crossing?.earliest?.toISOString() ?? null,
    latest: crossing?.latest?.toISOString() ?? null,
    twice: staysBelow(capacity, 2),
    tenTimes: staysBelow(capacity, 10),
  }
}

/** An availability for machines. */
export function availabilityIn(availability: Availability): Architecture['availability']['month'] {
  const { answered, budgetSeconds, downSeconds, from, known, outages, to } = availability
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    known,
    answered,
    downSeconds,
    budgetSeconds,
    usedPercent: budgetUsed(availability),
    outages: outages.map((outage) => ({
      ...outage,
      from: outage.from.toISOString(),
      to: outage.to.toISOString(),
    })),
  }
}
