import { type Fence, minutes, type PackageUpdater } from '@hubkeeper/core'
import { replaceKeeping } from '../replace-keeping.ts'
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
  const { fence, hub, installTimeout = minutes(30), root } = options
  return {
    ...localPackageReader(options),
    elsewhere: null,

    replace: (key, text, expected) => replaceKeeping(options, key, text, expected),

    async install() {
      const command = hub.audit.install
      if (command === undefined) return null
      await fence()
      return runInstall(command, root, installTimeout)
    },
  }
}
