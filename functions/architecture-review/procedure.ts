import { type Figure, type Finding, figure, type TaskResult, worstOf } from '@hubkeeper/core'
import { changeFinding, forecastOf, headroomOf, htmlOf, markdownOf, recommend } from '@hubkeeper/review'
import type { ReviewContext } from './context.ts'
import { readEvidence, silentTasks } from './evidence.ts'
import { budgetOf, type Gathered, gather } from './gather.ts'
import { pageOf } from './page.ts'
import { previousReview } from './previous.ts'
import { documentOf } from './summary.ts'

/** How the hub grew and fared in a quarter, what it runs into, and what is worth doing; changes nothing. */
export async function run(context: ReviewContext): Promise<TaskResult> {
  const { hub } = context
  const gathered = await gather(context, 'architecture-review')
  const { facts, history, speeds } = gathered
  const previous = await previousReview(context)
  const recommendations = recommend(facts)
  const findings: readonly Finding[] = [
    ...readEvidence(history),
    ...silentTasks(history, facts.effects),
    ...previous.findings,
    ...facts.capacities.map((capacity) => forecastOf(capacity, context.at)),
    ...facts.capacities.filter(({ unit }) => unit !== 'percent').map(headroomOf),
    ...speeds.map((series, i) => changeFinding(series, facts.changes[i] ?? 'not told', hub.thresholds)),
    budgetOf(context, gathered, facts.availability, 'quarter'),
  ]
  const document = documentOf(context, gathered, recommendations, previous.document)
  const page = pageOf(context, {
    ...{ gathered, recommendations, document },
    previous: previous.document,
    status: worstOf(findings),
  })
  return {
    findings,
    figures: figuresOf(gathered, recommendations.length),
    attachments: [
      { name: 'architecture.html', text: await htmlOf(page) },
      { name: 'architecture.md', text: markdownOf(page) },
      { name: 'architecture.json', text: `${JSON.stringify(document, null, 1)}\n` },
    ],
  }
}

function figuresOf({ facts, growth }: Gathered, recommendations: number): Figure[] {
  const trend = facts.growth.find(({ of }) => of === growth.database?.subject)?.trend ?? ''
  const { answered } = facts.availability
  return [
    figure('review.recommendations', recommendations, 'count'),
    ...(typeof trend === 'string' ? [] : [figure('review.growth-per-day', trend.slopePerDay, 'bytes')]),
    ...(answered === null ? [] : [figure('availability.quarter', answered * 100, 'percent')]),
  ]
}
