import { gibibytes, HubkeeperError, type HubStarter, minutes } from '@hubkeeper/core'

/** What Lambda never gives more of, whatever is configured. */
const platform = { scratchBytes: gibibytes(10), seconds: minutes(15) / 1000 } as const

/** A function has neither the hub’s program nor what that runs on, so it never starts one. */
export const remoteRecovery = (): HubStarter => ({
  unavailable: 'a function cannot start the hub',
  platform,
  layOut: async () => refuse(),
  start: async () => refuse(),
  discard: async () => {},
})

const refuse = (): never => {
  throw new HubkeeperError('not-available', 'a function cannot start the hub', {
    hint: 'run this embedded, on the hub’s own machine',
  })
}
