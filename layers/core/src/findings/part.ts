import type { Figure, Finding } from '../report.ts'

/** What one part of a task's work gives: findings with the figures behind them. */
export interface Part {
  readonly findings: Finding[]
  readonly figures: Figure[]
}

/** Parts as one. */
export const together = (parts: readonly Part[]): Part => ({
  findings: parts.flatMap(({ findings }) => findings),
  figures: parts.flatMap(({ figures }) => figures),
})
