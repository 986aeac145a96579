import type { Context } from '@hubkeeper/core'

/** What a security audit may touch. */
export const access = {
  scanners: 'run',
  posture: 'inspect',
  secrets: 'search',
  endpoints: 'inspect',
  releases: 'read',
  memory: 'keep',
} as const

/** What a security audit works with. */
export type SecurityContext = Context<typeof access>
