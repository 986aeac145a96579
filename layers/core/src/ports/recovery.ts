import type { HealthReading } from '../health-body.ts'

/** What a hub is started on; nothing of it is changed, for it is copied. */
export interface RestoredData {
  /** A restored database, and its key in the hub. */
  readonly database: { readonly key: string; readonly path: string }
  /** Restored files of the hub, with their keys in it and their permission bits. */
  readonly files: readonly { readonly key: string; readonly path: string; readonly mode: number | null }[]
}

/** Restored data that a hub can be started on. */
export interface RestoredHub {
  /** Directory that holds it as the hub's own directory would; the hub may write there. */
  readonly directory: string
  /** The restored database, under that directory. */
  readonly database: string
}

/** A hub that runs on restored data, for practice. */
export interface StartedHub {
  /** Where it answers, without a slash at the end. */
  readonly baseUrl: string
  /** From its start to its first healthy answer, seconds. */
  readonly seconds: number
  /** What that answer said. */
  readonly health: HealthReading
  /** A file of the real hub that it has open, where it must have none; null where this machine shows none. */
  strayed(): Promise<string | null>
  /** Ends it, with every process it started. Once it is ended, nothing more is done. */
  stop(): Promise<void>
}

/** What became of a start. */
export type Start =
  | { readonly state: 'started'; readonly hub: StartedHub }
  /** It might have touched the real hub, so nothing ran. `reason` is one sentence. */
  | { readonly state: 'refused'; readonly reason: string }
  | {
      readonly state: 'failed'
      /** One sentence. */
      readonly reason: string
      /** The last lines that it printed. */
      readonly output: readonly string[]
    }

/** What a platform never gives more of, whatever is configured. */
export interface PlatformLimits {
  /** Scratch disk, bytes. */
  readonly scratchBytes: number
  /** Of one run, seconds. */
  readonly seconds: number
}

/** `recovery: 'start'`: starts the hub on restored data, on a port of its own. */
export interface HubStarter {
  /** Why no hub can be started here, in words; null where one can. */
  readonly unavailable: string | null
  /** Null on a machine of the hub's own. */
  readonly platform: PlatformLimits | null
  /**
   * Lays data out in a new directory on scratch disk as the hub's own directory would hold it. It is gone
   * with the run, or when it is discarded.
   *
   * @throws HubkeeperError `no-space`, `key-refused`
   */
  layOut(data: RestoredData): Promise<RestoredHub>
  /** Starts the hub there, and waits for its first healthy answer. The real hub is never touched. */
  start(hub: RestoredHub): Promise<Start>
  /** Removes what was laid out. */
  discard(hub: RestoredHub): Promise<void>
}
