import { closestNames, type Task, UsageError } from '@hubkeeper/core'
import { tasks } from '../../functions/tasks.ts'

const taskList = `tasks: ${tasks.map(({ name }) => name).join(', ')}`

const find = (name: string): Task | undefined => tasks.find((candidate) => candidate.name === name)

/** What a mistyped name may have meant, for a hint. */
function didYouMean(name: string, others: readonly string[] = []): string {
  const close = closestNames(name, [...tasks.map((task) => task.name), ...others])
  return close.length === 0 ? '' : `did you mean ${close.join(' or ')}? `
}

/** @throws UsageError */
export function taskNamed(name: string): Task {
  const task = find(name)
  if (task !== undefined) return task
  throw new UsageError(`there is no task ${name}`, { hint: `${didYouMean(name)}${taskList}` })
}

/** The tasks that a name stands for: one task, or every task of a cadence. @throws UsageError */
export function tasksNamed(name: string): readonly Task[] {
  const task = find(name)
  if (task !== undefined) return [task]
  // What is done on demand only is never meant all at once.
  const ofCadence = name === 'on-demand' ? [] : tasks.filter(({ schedule }) => schedule.cadence === name)
  if (ofCadence.length > 0) return ofCadence
  const known = new Set(tasks.map(({ schedule }) => schedule.cadence))
  known.delete('on-demand')
  throw new UsageError(`there is no task or cadence ${name}`, {
    hint: `${didYouMean(name, [...known])}${taskList}; cadences: ${[...known].join(', ')}`,
  })
}
