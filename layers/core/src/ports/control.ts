/** A server that is left stopped, by a run that died before it could start it again. */
export interface LeftStopped {
  /** ULID of that run. */
  readonly run: string
  readonly since: Date
}

/** `control: 'use'`. Stops and starts the hub's server, with the commands that its configuration names. */
export interface HubControl {
  /** Whether there are such commands: without them, the server is never stopped. */
  readonly configured: boolean
  /**
   * Stops the server, once it is noted durably that it has to be started again. Use `whileStopped`, which
   * starts it in every case.
   *
   * @throws HubkeeperError `hub-control` when the command fails or takes too long, or another run has it
   *   stopped
   */
  stop(): Promise<void>
  /**
   * Starts a server that this run stopped, or one that is left stopped, and waits until the command has
   * ended. Does nothing where neither is so.
   *
   * @throws HubkeeperError `hub-control`
   */
  start(): Promise<void>
  /** Null when no server is left stopped; one that a living run has stopped is not left. */
  leftStopped(): Promise<LeftStopped | null>
}
