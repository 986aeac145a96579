import {
  type CadenceTask,
  defineTask,
  figure,
  finding,
  isPretended,
  mebibytes,
  minutes,
  onDemand,
  type TaskEnding,
} from '@hubkeeper/core'
import * as z from 'zod'
import { endingFinding, failureOf, windowFinding } from './findings.ts'

/**
 * Runs every task of a cadence, one after the other. Each has a slot that follows from this run's own, so
 * another attempt goes on where this one stopped.
 */
export const runMaintenance = defineTask({
  name: 'run-maintenance',
  title: 'A cadence in one go',
  summary: 'Every task of a cadence, one after the other; goes on past one that failed, and where it stopped',
  schedule: onDemand,
  access: { tasks: 'run', ledger: 'read' },
  limits: { memory: 256, timeout: minutes(15), scratch: mebibytes(512) },
  writes: false,
  resumes: true,
  input: z.strictObject({
    cadence: z.enum(['daily', 'weekly', 'monthly', 'quarterly']).default('daily').describe('which tasks'),
    due: z.boolean().default(false).describe('only the tasks that are due, each for its scheduled time'),
  }),
  async run({ at, dryRun, now, progress, scheduledFor, slot, tasks }, { cadence, due }) {
    const chosen = (await tasks.tasksOf(cadence, at)).filter(({ dueFor }) => !due || dueFor !== null)
    if (chosen.length === 0) {
      const actual = due ? 'no task is due' : 'there is no such task'
      return { findings: [finding('tasks.succeeded', 'skipped', { subject: cadence, actual })] }
    }
    // At another moment than now, the scheduled times are left to the runs that are to be made then.
    const isReal = !isPretended({ at }, now())
    const slotOf = ({ dueFor }: CadenceTask) =>
      due && isReal && dueFor !== null
        ? { slot: dueFor.toISOString(), scheduledFor: dueFor }
        : { slot, scheduledFor }
    const endings: TaskEnding[] = []
    for (const task of chosen) {
      progress.step(`Running ${task.name}`)
      endings.push(await tasks.run(task.name, { ...slotOf(task), dryRun }))
    }
    const ran = endings.filter(({ run, succeededBefore }) => run !== null && succeededBefore === null)
    const total = endings.reduce((sum, { seconds }) => sum + seconds, 0)
    return {
      findings: [...endings.map(endingFinding), windowFinding(cadence, total)],
      figures: ran.map(({ seconds, task }) => figure('cadence.task-duration', seconds, 'seconds', task)),
      failure: failureOf(cadence, endings),
    }
  },
})
