import {
  type Cadence,
  type Finding,
  finding,
  HubkeeperError,
  type TaskEnding,
  windowOf,
} from '@hubkeeper/core'

/** Whether a task of the cadence did its job. */
export function endingFinding({ problem, run, status, succeededBefore, task }: TaskEnding): Finding {
  if (problem !== null) {
    return finding('tasks.succeeded', 'critical', {
      subject: task,
      expected: 'done',
      actual: problem,
      advice: run === null ? 'run it again: what succeeded is not done twice' : `hubkeeper report ${run}`,
    })
  }
  if (succeededBefore !== null) {
    const when = succeededBefore.toISOString()
    return finding('tasks.succeeded', 'ok', {
      subject: task,
      actual: 'already succeeded',
      evidence: [`not done again: it had succeeded at ${when}, in run ${run ?? '–'}`],
    })
  }
  if (status === null) {
    return finding('tasks.succeeded', 'skipped', { subject: task, actual: 'dry run: it would be run' })
  }
  return finding('tasks.succeeded', 'ok', { subject: task, actual: `done, ${status}` })
}

/** Whether the tasks of a cadence stayed within its window, with what they took together. */
export function windowFinding(cadence: Cadence, seconds: number): Finding {
  const window = windowOf[cadence]
  const limit = window === null ? null : window / 1000
  return finding('cadence.window', limit !== null && seconds > limit ? 'warning' : 'ok', {
    subject: cadence,
    expected: limit,
    actual: seconds,
  })
}

/** The error that a cadence ends with; null when every task did its job. */
export function failureOf(cadence: Cadence, endings: readonly TaskEnding[]): HubkeeperError | null {
  const failed = endings.filter(({ problem }) => problem !== null).map(({ task }) => task)
  if (failed.length === 0) return null
  return new HubkeeperError('tasks-failed', `of the ${cadence} tasks failed: ${failed.join(', ')}`, {
    hint: `see the report of each; hubkeeper run ${cadence} then goes on: what succeeded is not done twice`,
  })
}
