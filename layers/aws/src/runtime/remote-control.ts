import { type HubControl, HubkeeperError } from '@hubkeeper/core'

/** The hub’s server as a function sees it: not at all, so it is never stopped. */
export const remoteControl = (): HubControl => ({
  configured: false,
  stop: async () => refuse(),
  start: async () => refuse(),
  leftStopped: async () => null,
})

const refuse = (): never => {
  throw new HubkeeperError('not-available', 'a function cannot stop or start the hub’s server', {
    hint: 'run this embedded, on the hub’s own machine',
  })
}
