import { countOf, type Finding, finding } from '@hubkeeper/core'
import { evidenceFindings, type History, leastHistory, type TaskEffect } from '@hubkeeper/review'
import { reviews } from './context.ts'

/** How many reports there are of what runs found; those of reviews only repeat them. */
const reportsIn = ({ reports }: History): number =>
  [...reports].reduce((sum, [task, all]) => (reviews.includes(task) ? sum : sum + all.length), 0)

/** Whether no run of the time left a report that a review could be made of. */
export const isBlind = (history: History): boolean => reportsIn(history) === 0

/** Whether reports of the time could be read, or there are none at all. */
export function readEvidence(history: History): Finding[] {
  const unread = evidenceFindings(history)
  if (isBlind(history)) return [...unread, nothingYet(history)]
  const isWhole = unread.every(({ status }) => status === 'ok')
  return isWhole
    ? [
        ...unread,
        finding('review.evidence', 'ok', {
          actual: `${countOf(reportsIn(history), 'report was', 'reports were')} read`,
        }),
      ]
    : unread
}

/** Tasks that were to run and left no report; none where no task left any. */
export function silentTasks(history: History, effects: readonly TaskEffect[]): Finding[] {
  if (isBlind(history)) return []
  return effects
    .filter(({ runs, scheduled }) => runs === 0 && (scheduled ?? 0) > 0)
    .map(({ scheduled, task }) =>
      finding('review.evidence', 'unknown', {
        subject: task,
        expected: 'a report',
        actual: `no report, where it was to run ${scheduled === 1 ? 'once' : `${scheduled} times`}`,
      }),
    )
}

/** How much it takes, where nothing is known yet. */
const nothingYet = ({ from }: History): Finding =>
  finding('review.evidence', 'unknown', {
    expected: 'reports of earlier runs',
    actual: `no run left a report since ${from.toISOString().slice(0, 10)}`,
    evidence: [
      `growth is told from readings of ${leastHistory.points} days, over ${leastHistory.spanDays} days at least`,
      'changes of speed from 3 readings of the last 30 days and 3 before: two months of weekly reviews',
      'availability from looks over half of the time at least: the probe looks every minute',
    ],
  })
