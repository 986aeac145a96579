import type { Host, RuntimeProduct } from '@hubkeeper/core'

/** The managed runtime, as Lambda names it: `AWS_Lambda_nodejs24.x`. */
function runtimes(): readonly RuntimeProduct[] {
  const managed = /^AWS_Lambda_(\S+)$/.exec(process.env.AWS_EXECUTION_ENV ?? '')?.[1]
  return [
    ...(managed === undefined ? [] : [{ product: 'aws-lambda' as const, version: managed }]),
    { product: 'nodejs', version: process.versions.node },
  ]
}

/** The hub's machine as a function sees it: not at all. */
export const remoteHost = (): Host => ({
  elsewhere: 'a function cannot see the hub’s own machine',
  runtimes,
  disks: async () => [],
  memory: async () => null,
  cpu: async () => null,
  processes: async () => null,
  serviceProcesses: async () => null,
  service: async () => ({ state: 'unknown', detail: 'the hub’s machine cannot be seen from here' }),
})
