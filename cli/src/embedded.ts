import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  type Access,
  type Connect,
  createLedger,
  type Fence,
  grantsOf,
  keys,
  type Ledger,
  lazyStore,
  minutes,
  type ObjectStore,
  type RunnerDrivers,
  restrictStore,
  routedStore,
  type ScheduledTask,
  seconds,
} from '@hubkeeper/core'
import { httpHub } from '@hubkeeper/http'
import {
  alertOutbox,
  directoryStore,
  hubFiles,
  localHost,
  logFiles,
  metricFiles,
  sqliteRecords,
  sweepTemporaries,
} from '@hubkeeper/local'
import {
  type CustodyOptions,
  createEngine,
  createScratch,
  custodyPorts,
  type Scratch,
} from '@hubkeeper/sqlite'
import type { ConfiguredHub } from './config.ts'
import { isGone, thisOwner } from './owner.ts'

/** How long a claim lasts when its process dies, ms; it is renewed while the process lives. */
const lease = minutes(2)

/** Everything that the tasks of one hub stand on, on this machine. */
export interface Embedded {
  readonly drivers: RunnerDrivers
  readonly ledger: Ledger
  readonly store: ObjectStore
  readonly metrics: ReturnType<typeof metricFiles>
  /** Ports for looking, outside of any run. */
  connect(access: Access): ReturnType<Connect>
  /** Removes work in progress and closes files. */
  close(): Promise<void>
}

/** The embedded drivers of a hub: directories and files in place of the cloud. */
export function openEmbedded(
  configured: ConfiguredHub,
  options: { readonly tasks: readonly ScheduledTask[]; readonly echo?: (text: string) => void },
): Embedded {
  const { hub, root, backupsRoot, scratch: scratchDirectory } = configured
  const now = () => new Date()
  const databaseKey = hub.database.path
  const authority = hub.database.authority ?? 'server'
  const live = authority === 'server'
  const store = storeOf(configured, live ? [databaseKey] : [])
  const records = sqliteRecords({ path: join(root, 'state/ledger.db') })
  const ledger = createLedger({
    records,
    hub: hub.id,
    timeZone: hub.timeZone,
    tasks: options.tasks,
    now,
    isGone,
  })
  const metrics = metricFiles({ directory: join(root, 'state/metrics') })
  const alerts = alertOutbox({
    directory: join(root, 'state/outbox'),
    ...(options.echo === undefined ? {} : { echo: options.echo }),
  })
  const scratches: Scratch[] = []

  sweepTemporaries(writtenDirectories(root, backupsRoot, databaseKey))

  async function custodyOf(run: string, task: string, fence: Fence, access: Access): Promise<CustodyOptions> {
    const scratch = await createScratch(scratchDirectory)
    scratches.push(scratch)
    const { checkMemoryMiB, checkTimeoutMinutes, crossCheckMaxBytes, lockTimeoutSeconds } = hub.database
    return {
      hub: hub.id,
      run,
      store: restrictStore(store, grantsOf(access, hub), task),
      engine: createEngine({
        timeLimit: minutes(checkTimeoutMinutes),
        memoryLimit: checkMemoryMiB * 1024 ** 2,
        lockTimeout: seconds(lockTimeoutSeconds),
      }),
      scratch,
      database: { key: databaseKey, authority, path: join(root, databaseKey) },
      crossCheckMaxBytes,
      now,
      fence,
    }
  }

  const connectFor =
    (run: string, task: string, fence: Fence): Connect =>
    async (access) => {
      const needsCustody = access.database !== undefined || access.backups !== undefined
      const custody = needsCustody ? await custodyOf(run, task, fence, access) : null
      return {
        ...(custody === null ? {} : custodyPorts(access, custody)),
        ...(access.api === undefined ? {} : { api: httpHub() }),
        ...(access.host === undefined
          ? {}
          : { host: localHost({ paths: [root, backupsRoot, scratchDirectory] }) }),
        ...(access.logs === undefined ? {} : { logs: logFiles({ root, patterns: hub.logs?.files ?? [] }) }),
        ...(access.files === undefined ? {} : { files: hubFiles({ root }) }),
        ...(access.metrics === undefined ? {} : { metrics }),
        ...(access.ledger === undefined ? {} : { ledger: { punctuality: ledger.punctuality } }),
      }
    }

  return {
    drivers: {
      ledger,
      store,
      metrics,
      alerts,
      connect: ({ id, task, fence }) => connectFor(id, task, fence),
      now,
      owner: thisOwner,
      lease,
      heartbeat: true,
    },
    ledger,
    store,
    metrics,
    connect: (access) => connectFor('none', 'hubkeeper', async () => {})(access),
    async close() {
      await Promise.all(scratches.map((scratch) => scratch.dispose()))
      records.close()
    },
  }
}

/** Where a killed process may have left a file that it was writing. */
function writtenDirectories(root: string, backupsRoot: string, databaseKey: string): string[] {
  const backups = join(backupsRoot, 'backups')
  const ids = existsSync(backups) ? readdirSync(backups) : []
  return [
    dirname(join(root, databaseKey)),
    join(root, 'state/backups'),
    ...ids.map((id) => join(backups, id)),
  ]
}

/** One directory for everything; or the backups in another directory, or in a bucket. */
function storeOf({ backupsRoot, hub, root }: ConfiguredHub, readOnlyKeys: readonly string[]): ObjectStore {
  const own = directoryStore({ root, readOnlyKeys })
  const { bucket } = hub.backups
  if (bucket !== undefined) {
    const store = lazyStore(async () => (await import('./aws/bucket.ts')).bucketStore(bucket, hub.id))
    return routedStore(own, [{ prefix: keys.backups, store }])
  }
  if (backupsRoot === root) return own
  return routedStore(own, [{ prefix: keys.backups, store: directoryStore({ root: backupsRoot }) }])
}
