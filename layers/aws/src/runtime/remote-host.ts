import type { Host } from '@hubkeeper/core'

/** The hub's machine as a function sees it: not at all. */
export const remoteHost = (): Host => ({
  elsewhere: 'a function cannot see the hub’s own machine',
  disks: async () => [],
  memory: async () => null,
  cpu: async () => null,
  processes: async () => null,
  serviceProcesses: async () => null,
  service: async () => ({ state: 'unknown', detail: 'the hub’s machine cannot be seen from here' }),
})
