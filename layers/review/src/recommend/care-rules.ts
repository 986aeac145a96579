import { formatDuration, formatValue } from '@hubkeeper/core'
import { availabilityLines, surelyUsed } from '../budget/budget.ts'
import { countOf } from '../count.ts'
import { isWanting } from '../effectiveness/effectiveness.ts'
import { isSlower, nameOfSeries } from '../history/change.ts'
import type { ReviewFacts } from './facts.ts'
import type { Recommendation } from './recommendation.ts'

/** Figures that have grown slower. */
export const speedUp = ({ changes, slowerPercent }: ReviewFacts): Recommendation[] =>
  changes.flatMap((change): Recommendation[] => {
    if (typeof change === 'string' || !isSlower(change, slowerPercent)) return []
    const { before, now, percent, series } = change
    const name = nameOfSeries(series)
    return [
      {
        id: `speed-up:${name}`,
        title: `Find out why ${name} has grown slower`,
        evidence: [
          `${formatValue(now, series.unit)} in the last month, ${formatValue(before, series.unit)} before: +${formatValue(percent, 'percent')}`,
        ],
        effort: 'a day: releases, growth and query plans of that time',
        risk: (percent ?? 0) > 100 ? 'high' : 'medium',
        ifNot: 'it goes on growing slower, until people notice before you do',
      },
    ]
  })

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
