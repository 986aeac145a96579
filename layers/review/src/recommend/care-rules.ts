import { countOf, formatDuration, formatValue } from '@hubkeeper/core'
import { availabilityLines, surelyUsed } from '../budget/budget.ts'
import { isWanting } from '../effectiveness/effectiveness.ts'
import { type Change, isSlower, nameOfSeries } from '../history/change.ts'
import type { ReviewFacts } from './facts.ts'
import type { Recommendation } from './recommendation.ts'

/** What has grown slower: an endpoint is one matter, however many of its percentiles say so. */
export function speedUp({ changes, slowerPercent }: ReviewFacts): Recommendation[] {
  const slower = changes.flatMap((change) =>
    typeof change !== 'string' && isSlower(change, slowerPercent) ? [change] : [],
  )
  return [...Map.groupBy(slower, ({ series }) => nameOfSeries(matterOf(series)))].map(([name, own]) => ({
    id: `speed-up:${name}`,
    title: `Find out why ${name} has grown slower`,
    evidence: own.map(slowdownText),
    effort: 'a day: releases, growth and query plans of that time',
    risk: own.some(({ percent }) => (percent ?? 0) > 100) ? 'high' : 'medium',
    ifNot: 'it goes on growing slower, until people notice before you do',
  }))
}

/** Figures that are percentiles of the same times. */
const percentile = /\.(p\d+)$/

const matterOf = ({ name, subject }: Change['series']): Pick<Change['series'], 'name' | 'subject'> => ({
  name: name.replace(percentile, ''),
  subject,
})

function slowdownText({ before, now, percent, series: { name, unit } }: Change): string {
  const [, of] = percentile.exec(name) ?? []
  const times = `${formatValue(now, unit)} in the last month, ${formatValue(before, unit)} before`
  // Of nothing there are no percent.
  const more = percent === null ? '' : `: +${formatValue(percent, 'percent')}`
  return `${of === undefined ? '' : `${of} `}${times}${more}`
}

/** An error budget that is nearly used up, as far as that is known. */
export function holdChanges({ availability, targetPercent }: ReviewFacts): Recommendation[] {
  const used = surelyUsed(availability)
  if (used === null || used < 75) return []
  return [
    {
      id: 'hold-changes',
      title: 'Put reliability before changes until the error budget has grown again',
      evidence: [
        `${formatValue(used, 'percent')} of the budget is used`,
        ...availabilityLines(availability, targetPercent),
      ],
      effort: 'days: see what the longest outages had in common',
      risk: used >= 100 ? 'high' : 'medium',
      ifNot: 'the hub answers less often than was promised',
    },
  ]
}

/** Nobody looks whether the API answers. */
export const watchApi = ({ availability, hasApi }: ReviewFacts): Recommendation[] =>
  availability.known > 0 || !hasApi
    ? []
    : [
        {
          id: 'watch-api',
          title: 'Let the probe look whether the API answers',
          evidence: ['there is no reading of it in this quarter'],
          effort: 'an hour: hubkeeper schedule install',
          risk: 'medium',
          ifNot: 'outages are told by users, and nobody knows how available it is',
        },
      ]

/** Tasks that fail, are late, or now and then never came. */
export const mendTasks = ({ effects }: ReviewFacts): Recommendation[] =>
  effects
    .filter((effect) => effect.runs > 0 && isWanting(effect))
    .map(({ completed, failed, late, missed, overdue, scheduled, task }) => ({
      id: `mend-task:${task}`,
      title: `See why ${task} is not always done in time`,
      evidence: [
        `${completed} completed, ${failed} failed, ${late} late, ${missed} of ${scheduled ?? 0} scheduled times missed`,
        ...(overdue > 0 ? [`overdue for ${formatDuration(overdue)} by now`] : []),
      ],
      effort: `hours: hubkeeper report ${task}`,
      risk: overdue > 0 || (scheduled !== null && missed * 2 > scheduled) ? 'high' : 'medium',
      ifNot: 'what it looks after is not looked after',
    }))

/** Tasks that were to run and never did. */
export function runSchedule({ effects }: ReviewFacts): Recommendation[] {
  const never = effects.filter(({ missed, runs }) => runs === 0 && missed > 0)
  if (never.length === 0) return []
  return [
    {
      id: 'run-schedule',
      title: `Let the schedule run what never ran: ${countOf(never.length, 'task')}`,
      evidence: never.map(
        ({ missed, task }) => `${task}: ${countOf(missed, 'scheduled time')} missed, no run`,
      ),
      effort: 'an hour: hubkeeper schedule install',
      risk: 'high',
      ifNot: 'what they look after is not looked after, and nobody is told',
    },
  ]
}

/** What people do again and again. */
export const automate = ({ byHand }: ReviewFacts): Recommendation[] =>
  byHand.length === 0
    ? []
    : [
        {
          id: 'automate',
          title: 'Let done by itself what people do again and again',
          evidence: byHand
            .slice(0, 5)
            .map(({ instead, times, what }) => `${what}, ${times} times: ${instead}`),
          effort: 'hours',
          risk: 'low',
          ifNot: 'it is forgotten once somebody is away',
        },
      ]
