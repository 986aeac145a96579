import { spinner } from '@clack/prompts'
import type { Progress } from '@hubkeeper/core'
import type { Terminal } from './terminal.ts'

/** Progress of one task, ended before its report is shown. */
export interface TaskProgress extends Progress {
  end(): void
}

/** A spinner with the current step on standard error where that is a terminal; nothing elsewhere. */
export function taskProgress(terminal: Terminal, task: string): TaskProgress {
  if (!terminal.interactive) return { step: () => {}, end: () => {} }
  const spin = spinner({ output: process.stderr, indicator: 'timer' })
  spin.start(task)
  return {
    step: (text) => spin.message(`${task}: ${text}`),
    end: () => spin.clear(),
  }
}
