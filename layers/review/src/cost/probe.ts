import type { ExpectedTask } from '@hubkeeper/core'

/** What runs all the time keeps no report of every run: how often it runs, and how long that takes. */
export interface ProbeUse {
  /** Null where nothing runs all the time. */
  readonly everyMinutes: number | null
  readonly seconds: number
}

/** Whether every run of a task leaves a report. */
export const isCounted = ({ schedule }: ExpectedTask): boolean => schedule.cadence !== 'continuous'

/** What a look of the probe takes where nobody measured it, seconds. */
const usualLook = 0.5

/** How much the probe runs, from its schedule and the answers that it waits for. */
export function probeUse(tasks: readonly ExpectedTask[], answerSeconds: number | null): ProbeUse {
  const schedules = tasks.map(({ schedule }) => schedule)
  const continuous = schedules.find((schedule) => schedule.cadence === 'continuous')
  return {
    everyMinutes: continuous?.cadence === 'continuous' ? continuous.everyMinutes : null,
    seconds: answerSeconds === null ? usualLook : Math.max(answerSeconds, 0.1),
  }
}
