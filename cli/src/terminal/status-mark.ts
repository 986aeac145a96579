import type { FindingStatus, RunStatus } from '@hubkeeper/core'
import type { Terminal } from './terminal.ts'

const marks = {
  ok: ['✔', 'green'],
  skipped: ['–', 'dim'],
  unknown: ['?', 'yellow'],
  warning: ['▲', 'yellow'],
  critical: ['✖', 'red'],
  failed: ['✖', 'red'],
} as const

/** A status as a sign and its word: never by colour alone. */
export function statusMark(terminal: Terminal, status: FindingStatus | RunStatus): string {
  const [sign, colour] = marks[status]
  return terminal.paint(colour, `${sign} ${status}`)
}
