import { formatValue, type RunStatus } from '@hubkeeper/core'
import {
  type Block,
  type Cell,
  type Page,
  type Recommendation,
  rateText,
  type Section,
} from '@hubkeeper/review'
import { costSection, effectsTable } from './care-page.ts'
import type { ReviewContext } from './context.ts'
import type { Architecture, Compared } from './document.ts'
import type { Gathered } from './gather.ts'
import { growthSection, limitsSection } from './growth-page.ts'
import { availabilityBlocks, performanceBlocks } from './speed-page.ts'

interface Reviewed {
  readonly gathered: Gathered
  readonly recommendations: readonly Recommendation[]
  readonly document: Architecture
  readonly status: RunStatus
}

/** The review for people: what is recommended first, then what it follows from. */
export function pageOf({ at, hub, run }: ReviewContext, reviewed: Reviewed): Page {
  const { document, gathered, recommendations, status } = reviewed
  const { facts } = gathered
  return {
    title: `Architecture review: ${hub.id}`,
    subtitle: `${document.from.slice(0, 10)} to ${document.at.slice(0, 10)}, run ${run}`,
    status,
    verdict: verdictOf(recommendations),
    sections: [
      { heading: 'At a glance', blocks: [glance(document.figures, document.cost.currency)] },
      recommendationSection(recommendations),
      sinceSection(document),
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

function verdictOf(recommendations: readonly Recommendation[]): string {
  const high = recommendations.filter(({ risk }) => risk === 'high').length
  if (recommendations.length === 0) return 'Nothing is recommended: what is known is as it should be.'
  const count =
    recommendations.length === 1 ? '1 recommendation' : `${recommendations.length} recommendations`
  const pressing = high === 0 ? 'none of them pressing' : `${high} of them pressing`
  return `${count}, ${pressing}. First: ${recommendations[0]?.title ?? ''}.`
}

const glance = (figures: Compared, currency: string): Block => ({
  kind: 'figures',
  figures: comparedLines(figures, currency).map(({ name, value }) => ({ name, value })),
})

/** Figures that reviews compare, for people. */
function comparedLines(figures: Compared, currency: string): { name: string; value: string }[] {
  const { answered, costPerMonth, databaseBytes, growthPerDay, recoverySeconds, securityScore } = figures
  return [
    { name: 'database', value: formatValue(databaseBytes, 'bytes') },
    { name: 'growth', value: growthPerDay === null ? '–' : rateText(growthPerDay, 'bytes') },
    { name: 'API answered', value: answered === null ? '–' : `${(answered * 100).toFixed(3)} %` },
    { name: 'recovery', value: formatValue(recoverySeconds, 'seconds') },
    { name: 'security score', value: securityScore === null ? '–' : securityScore.toFixed(1) },
    { name: 'cost a month', value: `${costPerMonth.toFixed(2)} ${currency}` },
  ]
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
      ...recommendations.map(
        ({ evidence, title }): Block => ({
          kind: 'details',
          summary: `Evidence: ${title}`,
          blocks: [{ kind: 'list', items: evidence }],
        }),
      ),
    ],
  }
}

function sinceSection({ cost, figures, recommendations, since }: Architecture): Section {
  const heading = 'Since the last review'
  if (since === null) {
    return { heading, blocks: [{ kind: 'paragraph', text: 'There is no earlier review to compare with.' }] }
  }
  const before = comparedLines(since.figures, cost.currency)
  const rows = comparedLines(figures, cost.currency).map(({ name, value }, i): Cell[] => [
    name,
    before[i]?.value ?? '–',
    value,
  ])
  const titleOf = (id: string): string => recommendations.find((each) => each.id === id)?.title ?? id
  const { added, remaining, settled } = since.recommendations
  return {
    heading,
    blocks: [
      {
        kind: 'table',
        caption: `Compared with ${since.at.slice(0, 10)}`,
        header: ['figure', 'then', 'now'],
        rows,
        right: [1, 2],
      },
      {
        kind: 'list',
        items: [
          `new: ${added.length === 0 ? 'nothing' : added.map(titleOf).join('; ')}`,
          `still open: ${remaining.length === 0 ? 'nothing' : remaining.map(titleOf).join('; ')}`,
          `settled: ${settled.length === 0 ? 'nothing' : settled.join('; ')}`,
        ],
      },
    ],
  }
}

function securitySection({ facts: { endOfLife, security, vulnerable } }: Gathered): Section {
  const open = security === null ? [] : [...security.open].map(([severity, count]) => `${count} ${severity}`)
  return {
    heading: 'Security',
    blocks: [
      {
        kind: 'list',
        items: [
          security === null
            ? 'No audit was made in this quarter.'
            : `Score ${security.score.toFixed(1)} on ${security.at.toISOString().slice(0, 10)}${security.before === null ? ', one audit so far' : `, ${security.before.toFixed(1)} at the first audit of the quarter`}.`,
          ...(open.length === 0 ? [] : [`Open: ${open.join(', ')}.`]),
          vulnerable === null
            ? 'Nobody asked for known flaws of dependencies.'
            : `${vulnerable} dependencies have known flaws.`,
          ...endOfLife,
        ],
      },
    ],
  }
}
