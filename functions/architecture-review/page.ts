import type { RunStatus } from '@hubkeeper/core'
import { countOf } from '@hubkeeper/core'
import {
  type Block,
  type Cell,
  leastKnown,
  type Page,
  percentText,
  type Recommendation,
  type ReviewFacts,
  type Section,
} from '@hubkeeper/review'
import { costSection, effectsTable } from './care-page.ts'
import type { ReviewContext } from './context.ts'
import type { Architecture, Compared } from './document.ts'
import { isBlind } from './evidence.ts'
import type { Gathered } from './gather.ts'
import { growthSection } from './growth-page.ts'
import { limitsSection } from './limits-page.ts'
import { securitySection } from './security-page.ts'
import { answeredLine, comparedLines, costLine, sinceSection } from './since-page.ts'
import { availabilityBlocks, performanceBlocks } from './speed-page.ts'

interface Reviewed {
  readonly gathered: Gathered
  readonly recommendations: readonly Recommendation[]
  readonly document: Architecture
  /** The document of the last review; null where there is none. */
  readonly previous: Architecture | null
  readonly status: RunStatus
}

/** The review for people: what is recommended first, then what it follows from. */
export function pageOf({ at, hub, run }: ReviewContext, reviewed: Reviewed): Page {
  const { document, gathered, previous, recommendations, status } = reviewed
  const { facts } = gathered
  return {
    title: `Architecture review: ${hub.id}`,
    subtitle: `${document.from.slice(0, 10)} to ${document.at.slice(0, 10)}, run ${run}`,
    status,
    verdict: verdictOf(recommendations, gathered),
    sections: [
      { heading: 'At a glance', blocks: [glance(document.figures, facts)] },
      recommendationSection(recommendations),
      sinceSection(document, previous),
      growthSection(gathered),
      limitsSection(facts),
      { heading: 'Performance', blocks: performanceBlocks(gathered) },
      { heading: 'Availability', blocks: availabilityBlocks(gathered) },
      securitySection(gathered),
      { heading: 'Maintenance', blocks: [effectsTable(facts.effects)] },
      costSection(facts.cost),
    ],
    generatedAt: at,
  }
}

function verdictOf(recommendations: readonly Recommendation[], { facts, history }: Gathered): string {
  const high = recommendations.filter(({ risk }) => risk === 'high').length
  const blind =
    isBlind(history) && facts.availability.known === 0
      ? 'Nothing is known of this quarter yet, so that little can be told. '
      : ''
  if (recommendations.length === 0) return `${blind}Nothing is recommended: what is known is as it should be.`
  const count = countOf(recommendations.length, 'recommendation')
  const pressing = high === 0 ? 'none of them pressing' : `${high} of them pressing`
  return `${blind}${count}, ${pressing}. First: ${recommendations[0]?.title ?? ''}.`
}

function glance(figures: Compared, { availability, cost: { currency, isWhole } }: ReviewFacts): Block {
  const lines = comparedLines(figures, currency)
  const { answered, known } = availability
  const named = lines.map(({ name, value }) => ({
    name: name === costLine && !isWhole ? `${name} at least` : name,
    value,
    ...(name === answeredLine && answered !== null
      ? {
          note:
            known < leastKnown
              ? `of ${percentText(known)} of the quarter: of the rest nothing is known`
              : 'in the quarter, as far as is known',
        }
      : {}),
  }))
  return { kind: 'figures', figures: named }
}

function recommendationSection(recommendations: readonly Recommendation[]): Section {
  const heading = 'Recommendations'
  if (recommendations.length === 0) {
    return { heading, blocks: [{ kind: 'paragraph', text: 'There are none.' }] }
  }
  const signs = { high: 'critical', medium: 'warning', low: 'ok' } as const
  const rows = recommendations.map(({ effort, ifNot, risk, title }): Cell[] => [
    title,
    { text: risk, status: signs[risk] },
    effort,
    ifNot,
  ])
  return {
    heading,
    blocks: [
      {
        kind: 'table',
        caption: 'Most pressing first',
        header: ['what to do', 'risk', 'effort', 'if it is not done'],
        rows,
      },
      {
        kind: 'details',
        summary: 'The evidence of each',
        blocks: recommendations.flatMap(({ evidence, title }): Block[] => [
          { kind: 'paragraph', text: title },
          { kind: 'list', items: evidence },
        ]),
      },
    ],
  }
}
