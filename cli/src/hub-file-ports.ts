import type { Access, Fence, HubConfig, Ports } from '@hubkeeper/core'
import { hubCleaner, hubFileCopier, hubFileRestorer, hubFiles } from '@hubkeeper/local'
import type { Scratch } from '@hubkeeper/sqlite'

interface FilePortsOptions {
  readonly root: string
  readonly hub: HubConfig
  /** Directories that are Hubkeeper's own: backups and scratch. */
  readonly own: readonly string[]
  readonly fence: Fence
  /** Makes a directory for copies, which is gone with the run. */
  readonly newScratch: () => Promise<Scratch>
}

/** The hub's files on this machine at a level of access. */
export function filePortOf(
  level: NonNullable<Access['files']>,
  { fence, hub, newScratch, own, root }: FilePortsOptions,
): Ports['files'][keyof Ports['files']] {
  if (level === 'read') return hubFiles({ root })
  if (level === 'clean') return hubCleaner({ root, hub, own, fence })
  let made: Promise<Scratch> | null = null
  const scratch = async (): Promise<string> => {
    made ??= newScratch()
    return (await made).directory
  }
  const options = { root, hub, own, scratch }
  return level === 'copy' ? hubFileCopier(options) : hubFileRestorer({ ...options, fence })
}
