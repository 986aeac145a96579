import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Fence, keys, type OwnPlaces, PreconditionFailedError } from '@hubkeeper/core'
import { hubFileRestorer } from './hub-file-restorer.ts'
import { pathOf } from './keys.ts'
import { writeNewFile } from './new-file.ts'

/** See {@link replaceKeeping}. */
export interface ReplaceKeepingOptions {
  readonly root: string
  readonly hub: OwnPlaces
  /** Directories that are Hubkeeper's own, wherever they lie: backups and scratch. */
  readonly own: readonly string[]
  /** Id of the run; files that it replaces are kept under it. */
  readonly run: string
  /** A directory for work in progress. */
  readonly scratch: string
  /** Must pass right before each change. @throws HubkeeperError */
  readonly fence: Fence
}

/**
 * Writes a file of the hub anew, whole, in the place of exactly the one whose SHA-256 is `expected`. The old one is
 * kept first, under the key that is given back.
 *
 * @throws PreconditionFailedError when it is another one by now; nothing was replaced
 * @throws KeyRefusedError for a key that nothing is put in the place of
 */
export async function replaceKeeping(
  options: ReplaceKeepingOptions,
  key: string,
  text: string,
  expected: string,
): Promise<string> {
  const { fence, hub, own, root, run } = options
  // Named as a run's own scratch is, so that what a killed one leaves is swept up with it.
  const scratch = join(options.scratch, `run-${process.pid}-${randomUUID()}`)
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  const restorer = hubFileRestorer({ root, hub, own, fence, scratch: async () => scratch })
  try {
    const old = await restorer.copy(key)
    if (old?.sha256 !== expected) throw new PreconditionFailedError(key, `SHA-256 ${expected}`)
    const written = join(scratch, 'new')
    await writeFile(written, text)
    await fence()
    const kept = `${keys.replaced}${run}/${key}`
    await writeNewFile(old.path, pathOf(root, kept), (old.mode ?? 0o600) & 0o777)
    await restorer.replace(key, written, { expected, mode: null })
    return kept
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
