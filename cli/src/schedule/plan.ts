/** Where a schedule can be installed. */
export type SchedulerName = 'crontab' | 'systemd'

/** What would be changed on the machine, before it is. */
export interface Plan {
  readonly scheduler: SchedulerName
  /** `crontab of deploy`. */
  readonly where: string
  /** The changes, line by line, for people; empty when there is nothing to change. */
  readonly changes: readonly string[]
  /** Makes the changes, all or none. @throws HubkeeperError */
  apply(): Promise<void>
}

/** How a configuration's schedule stands in one scheduler. */
export interface Installed {
  readonly scheduler: SchedulerName
  readonly where: string
  /** Whether it is what would be installed now. */
  readonly current: boolean
}

/** A scheduler of this machine, for one configuration. */
export interface Scheduler {
  /** Null when nothing of it is installed there. @throws HubkeeperError when that cannot be told */
  installed(): Promise<Installed | null>
  planInstall(): Promise<Plan>
  planUninstall(): Promise<Plan>
}
