/** One file system that the hub uses. */
export interface DiskUsage {
  /** Why it matters: a path that lies on it. */
  readonly path: string
  readonly totalBytes: number
  /** What an ordinary user may still write. */
  readonly freeBytes: number
  /** Equal for paths on the same file system. */
  readonly device: string
}

/** The machine's memory; a container's limit where one applies. */
export interface MemoryUsage {
  readonly totalBytes: number
  readonly availableBytes: number
  /** What the figures are of, such as `host` or `container`. */
  readonly source: string
}

/** One running process. */
export interface ProcessInfo {
  readonly pid: number
  readonly command: string
  readonly residentBytes: number
  /** Since it started, percent of one CPU. */
  readonly cpuPercent: number
}

/** How a service is recognised; exactly one of them is set. */
export interface ServiceProbe {
  /** Text that the command line of one of its processes contains. */
  readonly process?: string
  /** File that holds its process id. */
  readonly pidFile?: string
  /** TCP port on this machine that it listens on. */
  readonly port?: number
  /** systemd unit. */
  readonly unit?: string
}

/** A service's state; `unknown` when this machine cannot tell. */
export interface ServiceState {
  readonly state: 'running' | 'stopped' | 'unknown'
  readonly detail: string
}

/** A product that Hubkeeper itself runs on, by its name at endoflife.date. */
export interface RuntimeProduct {
  readonly product: 'nodejs' | 'aws-lambda'
  /** Such as `24.21.0`, or `nodejs24.x`. */
  readonly version: string
}

/** Figures of the machine the hub runs on. Null: this machine does not tell. */
export interface Host {
  /** Why the hub's machine cannot be looked at from here, in words; null where it can. */
  readonly elsewhere: string | null
  /** What Hubkeeper itself runs on. */
  runtimes(): readonly RuntimeProduct[]
  disks(): Promise<readonly DiskUsage[]>
  memory(): Promise<MemoryUsage | null>
  /** Busy share of all CPUs over a short sample, percent. */
  cpu(): Promise<number | null>
  /** Processes whose command line contains `text`. */
  processes(text: string): Promise<readonly ProcessInfo[] | null>
  service(probe: ServiceProbe): Promise<ServiceState>
  /** The processes that a service is recognised by; none of one that is recognised by its port. */
  serviceProcesses(probe: ServiceProbe): Promise<readonly ProcessInfo[] | null>
}
