import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  type Access,
  type Connect,
  createLedger,
  type Fence,
  grantsOf,
  type Ledger,
  type LedgerReader,
  minutes,
  type ObjectStore,
  type Ports,
  type PortsOf,
  type RunnerDrivers,
  restrictStore,
  routedStore,
  type ScheduledTask,
  seconds,
} from '@hubkeeper/core'
import {
  alertOutbox,
  directoryStore,
  httpHub,
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
  openBackups,
  openDatabase,
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
  { hub, root, backupsRoot, scratch: scratchDirectory }: ConfiguredHub,
  options: { readonly tasks: readonly ScheduledTask[]; readonly echo?: (text: string) => void },
): Embedded {
  const now = () => new Date()
  const databaseKey = hub.database.path
  const live = hub.database.authority === 'server'
  const store = storeOf(root, backupsRoot, live ? [databaseKey] : [])
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
      store: restrictStore(store, grantsOf(access, { database: databaseKey }), task),
      engine: createEngine({
        timeLimit: minutes(checkTimeoutMinutes),
        memoryLimit: checkMemoryMiB * 1024 ** 2,
        lockTimeout: seconds(lockTimeoutSeconds),
      }),
      scratch,
      database: { key: databaseKey, authority: hub.database.authority, path: join(root, databaseKey) },
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
        ...(custody === null ? {} : portsOfCustody(access, custody)),
        ...(access.api === undefined ? {} : { api: httpHub() }),
        ...(access.host === undefined
          ? {}
          : { host: localHost({ paths: [root, backupsRoot, scratchDirectory] }) }),
        ...(access.logs === undefined ? {} : { logs: logFiles({ root, patterns: hub.logs?.files ?? [] }) }),
        ...(access.files === undefined ? {} : { files: hubFiles({ root }) }),
        ...(access.metrics === undefined ? {} : { metrics }),
        ...(access.ledger === undefined ? {} : { ledger: readerOf(ledger) }),
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

/** One directory for everything, or one for the hub and another for its backups. */
function storeOf(root: string, backupsRoot: string, readOnlyKeys: readonly string[]): ObjectStore {
  const own = directoryStore({ root, readOnlyKeys })
  if (backupsRoot === root) return own
  return routedStore(own, [{ prefix: 'backups/', store: directoryStore({ root: backupsRoot }) }])
}

/** The custody ports that an access declares, at no higher level than it declares. */
function portsOfCustody(
  { backups, database }: Access,
  custody: CustodyOptions,
): Partial<PortsOf<{ database: keyof Ports['database']; backups: keyof Ports['backups'] }>> {
  return {
    ...(database === undefined ? {} : { database: openDatabase(custody, database) }),
    ...(backups === undefined ? {} : { backups: openBackups(custody, backups) }),
  }
}

const readerOf = ({ freeze, keptSince, punctuality, runs }: Ledger): LedgerReader => ({
  freeze,
  keptSince,
  punctuality,
  runs,
})
