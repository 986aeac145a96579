import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Access, Fence, HubConfig, ObjectStore, Ports } from '@hubkeeper/core'
import { storedFileCopier, storedFileRestorer } from '../stored-file-copier.ts'
import { storedFiles, unreachableFiles } from '../stored-files.ts'

interface FilesRequest {
  readonly hub: HubConfig
  readonly store: ObjectStore
  readonly fence: Fence
  readonly onEnd: (tidy: () => Promise<void>) => void
}

/** The hub's files at a level of access. */
export function filesOf(
  level: NonNullable<Access['files']>,
  { fence, hub, onEnd, store }: FilesRequest,
): Ports['files'][keyof Ports['files']] {
  if (level === 'read' || level === 'clean') return unreachableFiles(storedFiles({ store }))
  const options = { store, hub, scratch: scratchOf(onEnd) }
  if (level === 'copy') return storedFileCopier(options)
  const elsewhere =
    hub.database.authority === 'server'
      ? 'the hub’s files lie on its own machine, and what is here are copies: restore them there'
      : null
  return storedFileRestorer({ ...options, elsewhere, fence })
}

/** A directory for copies, made when it is needed and gone with the invocation. */
function scratchOf(onEnd: FilesRequest['onEnd']): () => Promise<string> {
  let made: Promise<string> | null = null
  const make = async (): Promise<string> => {
    const parent = join(tmpdir(), 'hubkeeper-files')
    // One invocation at a time has this disk: what lies here is of one that was killed.
    await rm(parent, { recursive: true, force: true })
    await mkdir(parent, { recursive: true })
    const directory = await mkdtemp(join(parent, 'run-'))
    onEnd(() => rm(directory, { recursive: true, force: true }))
    return directory
  }
  return () => {
    made ??= make()
    return made
  }
}
