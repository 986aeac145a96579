import type { Report } from '../report.ts'

/** Reports of a time, and what of it could not be read. */
export interface ReportHistory {
  /** Oldest first. */
  readonly reports: readonly Report[]
  /** Keys that are no reports that this version understands. */
  readonly unreadable: readonly string[]
  /** Older ones that were left out: there were too many. */
  readonly leftOut: number
}

/** `reports: 'read'`: what earlier runs found. A run that pretended another moment is none of them. */
export interface ReportArchive {
  /**
   * The reports of a task whose run began in a time, both ends included; of many the newest.
   *
   * @param options.limit how many at most; by default 400
   */
  between(task: string, from: Date, to: Date, options?: { readonly limit?: number }): Promise<ReportHistory>
  /** The newest report of a task that began at or before a moment; null when there is none. */
  newest(task: string, at: Date): Promise<Report | null>
  /** A document that a run gave beside its report; null when it is absent. */
  attachment(task: string, run: string, name: string): Promise<string | null>
}
