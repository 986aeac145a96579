import { chmodSync, lstatSync, realpathSync, rmSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import {
  type Fence,
  type HubFileRestorer,
  ioError,
  KeyRefusedError,
  neverReplaced,
  PreconditionFailedError,
} from '@hubkeeper/core'
import { keepOwnership, moveIntoPlace, temporaryBeside } from './durable-file.ts'
import { exclusionFor, type HubFileCopierOptions, hubFileCopier, throughLink } from './hub-file-copier.ts'
import { pathOf } from './keys.ts'
import { makeDirectoryOfOwner, nameNewFile } from './new-file.ts'
import { copyStill, isSameState } from './still-copy.ts'
import { sweepTemporaries } from './sweep.ts'
import { copyHashing } from './transfer.ts'

/** See {@link hubFileRestorer}. */
export interface HubFileRestorerOptions extends HubFileCopierOptions {
  /** Must pass right before each change. @throws HubkeeperError */
  readonly fence: Fence
}

/** Puts files back into the hub's directory. */
export function hubFileRestorer(options: HubFileRestorerOptions): HubFileRestorer {
  const { fence, hub, root } = options
  const excluded = exclusionFor(options)
  const swept = new Set<string>()

  /** @throws KeyRefusedError */
  async function locate(key: string): Promise<string> {
    const path = pathOf(root, key)
    const reason = excluded(key) ?? neverReplaced(key, hub) ?? (await throughLink(root, key))?.reason ?? null
    if (reason !== null) throw new KeyRefusedError(key, reason)
    return path
  }

  /** A folder that became a link since the file was located leads elsewhere. @throws KeyRefusedError */
  const refuseLinked = (target: string): void => {
    const folder = dirname(target)
    if (realpathSync(folder) === join(realpathSync(root), relative(root, folder))) return
    throw new KeyRefusedError(relative(root, target), 'a link leads to it by now')
  }

  return {
    ...hubFileCopier(options),
    elsewhere: null,

    async replace(key, path, { expected, mode }) {
      const target = await locate(key)
      const changed = () =>
        new PreconditionFailedError(key, expected === null ? 'that it is absent' : `SHA-256 ${expected}`)
      const temporary = temporaryBeside(target)
      await fence()
      try {
        makeDirectoryOfOwner(dirname(target))
        // What a killed run left beside it.
        if (!swept.has(dirname(target))) sweepTemporaries([dirname(target)])
        swept.add(dirname(target))
        await copyHashing(path, temporary, { mode: 0o600, durable: true })
        if (expected === null) {
          chmodSync(temporary, (mode ?? 0o644) & 0o777)
          await fence()
          refuseLinked(target)
          nameNewFile(key, temporary, target)
          return
        }
        keepOwnership(temporary, target)
        // As whenever a file is written: no backup decides what runs with the rights of another user.
        chmodSync(temporary, statSync(temporary).mode & 0o777)
        const there = await copyStill(key, target, null)
        if (there?.sha256 !== expected) throw changed()
        await fence()
        // From here to the new name nothing else of this process runs.
        refuseLinked(target)
        const now = lstatSync(target, { bigint: true, throwIfNoEntry: false })
        if (now === undefined || !isSameState(now, there.stats)) throw changed()
        moveIntoPlace(temporary, target)
      } catch (error) {
        throw ioError(error, target, 'cannot put back')
      } finally {
        rmSync(temporary, { force: true })
      }
    },
  }
}
