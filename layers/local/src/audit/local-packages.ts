import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Fence, keys, minutes, type PackageUpdater, PreconditionFailedError } from '@hubkeeper/core'
import { hubFileRestorer } from '../hub-file-restorer.ts'
import { pathOf } from '../keys.ts'
import { writeNewFile } from '../new-file.ts'
import { runInstall } from './install-command.ts'
import { type LocalPackageReaderOptions, localPackageReader } from './local-package-reader.ts'

/** See {@link localPackages}. */
export interface LocalPackagesOptions extends LocalPackageReaderOptions {
  /** Id of the run; files that it replaces are kept under it. */
  readonly run: string
  /** A directory for work in progress. */
  readonly scratch: string
  /** Must pass right before each change. @throws HubkeeperError */
  readonly fence: Fence
  /**
   * For the configured command, ms.
   *
   * @default 30 minutes
   */
  readonly installTimeout?: number
}

/** Upgrades what the hub in a directory of this machine asks for. */
export function localPackages(options: LocalPackagesOptions): PackageUpdater {
  const { fence, hub, installTimeout = minutes(30), own, root, run } = options
  return {
    ...localPackageReader(options),
    elsewhere: null,

    async replace(key, text, expected) {
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
    },

    async install() {
      const command = hub.audit.install
      if (command === undefined) return null
      await fence()
      return runInstall(command, root, installTimeout)
    },
  }
}
