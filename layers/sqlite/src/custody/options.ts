import type { Authority, ObjectStore } from '@hubkeeper/core'
import type { Engine } from '../engine/engine.ts'
import type { Scratch } from './scratch.ts'

/** What custody of one hub's database stands on. */
export interface CustodyOptions {
  readonly hub: string
  /** ULID of the run. */
  readonly run: string
  readonly store: ObjectStore
  readonly engine: Engine
  readonly scratch: Scratch
  readonly database: {
    /** Key in the store. */
    readonly key: string
    readonly authority: Authority
    /** The file on this machine; null when there is none. */
    readonly path: string | null
  }
  /** Larger files are not cross-checked, bytes. */
  readonly crossCheckMaxBytes: number
  readonly now: () => Date
  /**
   * When work has to be done.
   *
   * @default there is no end
   */
  readonly deadline?: Date
  /** Must pass right before each change to the hub's data. @throws HubkeeperError */
  readonly fence: () => Promise<void>
}
