import type { Connect, Progress } from '../access.ts'
import type { HubConfig } from '../config/schema.ts'
import { HubkeeperError } from '../errors.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { FinishedRun } from '../ledger/record.ts'
import type { AlertSender } from '../ports/alerts.ts'
import type { MetricsPublisher } from '../ports/metrics.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { Report } from '../report.ts'

/** What a run is made on. */
export interface RunnerDrivers {
  readonly ledger: Ledger
  /** Keeps the reports. */
  readonly store: ObjectStore
  readonly metrics: MetricsPublisher
  readonly alerts: AlertSender
  /** Hands out the ports; `fence` must pass before each change to the hub's data. */
  readonly connect: (run: ConnectedRun) => Connect
  readonly now: () => Date
  /** Who makes the runs: with the run's id it owns claims and leases. */
  readonly owner: string
  /** ms a claim lasts without renewal. */
  readonly lease: number
  /** Renew claims while running; false where the platform ends the run at its deadline. */
  readonly heartbeat: boolean
  /**
   * When a run is given up, so that there is time left to say so. The platform ends the process soon
   * after.
   *
   * @default never
   */
  readonly deadline?: Date
}

/** The run that ports are handed to. */
export interface ConnectedRun {
  readonly id: string
  readonly task: string
  /** The moment it pretends to be; null for now. */
  readonly at: Date | null
  /** It leaves no trace. */
  readonly dryRun: boolean
  readonly fence: Fence
}

/** Passes while this run may still change things. @throws HubkeeperError `lease-lost` or `frozen` */
export type Fence = () => Promise<void>

/** Which run is wanted. */
export interface RunRequest {
  readonly hub: HubConfig & { readonly id: string }
  /** Arguments of the task. */
  readonly input: unknown
  /** The scheduled time it runs for; null by hand. */
  readonly scheduledFor: Date | null
  /**
   * What is equal for every delivery of one request.
   *
   * @default the scheduled time; by hand, something new each time
   */
  readonly slot?: string
  /** The moment it pretends to be; null for now. */
  readonly at: Date | null
  readonly dryRun: boolean
  readonly progress: Progress
}

/** What became of a request: a report, or the run that had already succeeded in that slot. */
export type RunOutcome =
  | { readonly kind: 'ran'; readonly report: Report }
  | { readonly kind: 'already-succeeded'; readonly record: FinishedRun }

/** The task could not do its job. Carries the report, which says so too. */
export class TaskFailedError extends HubkeeperError {
  override readonly name = 'TaskFailedError'
  readonly report: Report
  constructor(report: Report, cause: HubkeeperError) {
    super(cause.code, cause.message, { hint: cause.hint, cause })
    this.report = report
  }
}
