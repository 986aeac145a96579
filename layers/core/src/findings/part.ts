import type { Figure, Finding } from '../report.ts'

/** What one part of a task's work gives: findings with the figures behind them. */
export interface Part {
  readonly findings: Finding[]
  readonly figures: Figure[]
}

/** A part of which there is only to say what was found, or why nothing was measured. */
export const only = (...findings: Finding[]): Part => ({ findings, figures: [] })

/** Parts as one. */
export const together = (parts: readonly Part[]): Part => ({
  findings: parts.flatMap(({ findings }) => findings),
  figures: parts.flatMap(({ figures }) => figures),
})
