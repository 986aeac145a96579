import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type HubClient,
  type HubConfig,
  type HubStarter,
  ioError,
  matchesAny,
  type RestoredHub,
} from '@hubkeeper/core'
import { isGone } from '../sweep.ts'
import { fillIn, isInside, realPath, refusalOf } from './command.ts'
import type { Guarded } from './guarded.ts'
import { launch } from './launch.ts'
import { discard, layOut } from './layout.ts'
import { keeperOf, markedProcesses, signal } from './marked.ts'
import { freePort } from './port.ts'
import { leadingFile } from './real-hub.ts'

/** See {@link hubStarter}. */
export interface HubStarterOptions {
  /** The hub’s directory. */
  readonly root: string
  /** Of the hub’s configuration; without `recovery` nothing is started. */
  readonly hub: Pick<HubConfig, 'recovery' | 'searchIndex' | 'database'>
  /** Absolute path of the directory that holds `backups/`. */
  readonly backupsRoot: string
  /** Directory for work in progress. */
  readonly scratch: string
  /** Asks the started hub. */
  readonly client: HubClient
}

/** {@link HubStarter} on this machine. */
export interface LocalHubStarter extends HubStarter {
  /** Ends what still runs, starts nothing more, and removes everything that was laid out. */
  close(): Promise<void>
}

const notConfigured = 'no start command is configured (recovery.start)'

/** Starts the hub on restored data, under a guardian that ends it when this process ends. */
export function hubStarter(options: HubStarterOptions): LocalHubStarter {
  const { backupsRoot, client, hub, root, scratch } = options
  const { recovery } = hub
  const database = join(root, hub.database.path)
  // Of a hub in the root of a disk, everything would be a part.
  const real = [root, database, join(backupsRoot, 'backups')].filter((place) => place !== '/')
  const places = [...new Set([...real, ...real.map(realPath)])]
  /** Restored directories, with what speaks against a start there; null where nothing does. */
  const laidOut = new Map<string, string | null>()
  const running = new Set<Guarded>()
  let closed = false

  /** Why the hub must not be started there, in words; null where it may. */
  function refusal(restored: RestoredHub): string | null {
    if (closed) return 'the run was asked to end'
    if (!laidOut.has(restored.directory) || !isInside(restored.database, restored.directory)) {
      return `${restored.database} is not on scratch disk`
    }
    const file = statSync(restored.database, { throwIfNoEntry: false })
    const live = statSync(database, { throwIfNoEntry: false })
    if (file === undefined) return 'there is no restored database'
    if (file.ino === live?.ino && file.dev === live.dev) return 'that is the real hub’s database'
    return laidOut.get(restored.directory) ?? null
  }

  return {
    unavailable: recovery === undefined ? notConfigured : null,
    platform: null,

    async layOut(data) {
      await sweepLeft()
      // As scratch directories of runs are called: what a killed run leaves is swept by the next one.
      const directory = join(scratch, `run-${process.pid}-${randomUUID()}`)
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 })
      } catch (error) {
        throw ioError(error, directory, 'cannot make')
      }
      const isContent = (key: string): boolean => matchesAny(key, hub.searchIndex?.files ?? [])
      const leading = await leadingFile(data.files, places, isContent)
      laidOut.set(
        directory,
        leading === null ? null : `${leading.key} leads to the real hub: it names ${leading.place}`,
      )
      return layOut(directory, data)
    },

    async start(restored) {
      if (recovery === undefined) return { state: 'refused', reason: notConfigured }
      const port = await freePort()
      const command = fillIn(recovery, restored, port)
      const refused = refusal(restored) ?? refusalOf(command, recovery, restored, places)
      if (refused !== null) return { state: 'refused', reason: `it was not started: ${refused}` }
      const { directory } = restored
      return launch({ client, command, database, directory, port, recovery, running })
    },

    async discard(restored) {
      await discard(restored)
      laidOut.delete(restored.directory)
    },

    async close() {
      closed = true
      await Promise.all([...running].map((guarded) => guarded.stop()))
      for (const directory of laidOut.keys()) await discard({ directory })
      laidOut.clear()
    },
  }
}

/** Ends hubs whose keeper was killed, and whose guardian was as well. */
async function sweepLeft(): Promise<void> {
  for (const { mark, pid } of await markedProcesses()) {
    const keeper = keeperOf(mark)
    if (keeper !== null && isGone(keeper)) signal(pid, 'SIGKILL')
  }
}
