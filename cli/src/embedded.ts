import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  type Access,
  type Connect,
  type ConnectedRun,
  createLedger,
  type Fence,
  folderOf,
  grantsOf,
  HubkeeperError,
  hasAccess,
  keptFiles,
  keys,
  type Ledger,
  lazyStore,
  ledgerAt,
  minutes,
  needsEngine,
  type ObjectStore,
  type PortsOf,
  type RunnerDrivers,
  restrictStore,
  routedStore,
  type Task,
  type TaskRunner,
} from '@hubkeeper/core'
import { httpHub } from '@hubkeeper/http'
import {
  alertOutbox,
  directoryStore,
  hubControl,
  hubStarter,
  type LocalHubControl,
  type LocalHubStarter,
  localHost,
  logFiles,
  logRotator,
  metricFiles,
  sqliteRecords,
  sweepTemporaries,
} from '@hubkeeper/local'
import { type CustodyOptions, createScratch, custodyPorts, engineFor, type Scratch } from '@hubkeeper/sqlite'
import { auditPorts } from './audit-ports.ts'
import type { ConfiguredHub } from './config.ts'
import { filePortOf } from './hub-file-ports.ts'
import { isGone, thisOwner } from './owner.ts'
import { embeddedTaskRunner, nobody, type Spectator } from './task-runner.ts'

/** How long a claim lasts when its process dies, ms; it is renewed while the process lives. */
const lease = minutes(2)

/** Everything that the tasks of one hub stand on, on this machine. */
export interface Embedded {
  readonly drivers: RunnerDrivers
  readonly ledger: Ledger
  readonly store: ObjectStore
  readonly metrics: ReturnType<typeof metricFiles>
  /** Ports for looking, outside of any run. */
  connect<const A extends Access>(access: A): Promise<PortsOf<A>>
  /**
   * Lets runs change nothing more, waits until a server that one of them stopped is started again, removes
   * work in progress and closes files.
   */
  close(): Promise<void>
}

/** See {@link openEmbedded}. */
export interface EmbeddedOptions {
  /** The tasks that are expected to run. */
  readonly tasks: readonly Task[]
  /** Shows alerts, besides keeping them. */
  readonly echo?: (text: string) => void
  /** @default the machine's clock */
  readonly now?: () => Date
  /**
   * Who is told of the tasks that another one runs.
   *
   * @default nobody
   */
  readonly spectator?: Spectator
}

/** The embedded drivers of a hub: directories and files in place of the cloud. */
export function openEmbedded(configured: ConfiguredHub, options: EmbeddedOptions): Embedded {
  const { hub, root, backupsRoot, scratch: scratchDirectory } = configured
  const now = options.now ?? (() => new Date())
  const databaseKey = hub.database.path
  const authority = hub.database.authority ?? 'server'
  const controls: LocalHubControl[] = []
  let closing: Promise<void> | null = null
  const store = storeOf(
    configured,
    // Nobody has open what is not there; and whoever stopped the server looks whether anybody has it open.
    (key) =>
      key === databaseKey &&
      authority === 'server' &&
      existsSync(join(root, key)) &&
      !controls.some(({ stopped }) => stopped),
  )
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
  const starters: LocalHubStarter[] = []

  sweepTemporaries([
    ...writtenDirectories(root, backupsRoot, databaseKey),
    ...keptFiles(hub).map((pattern) => join(root, folderOf(pattern))),
  ])

  /** A run that is asked to end changes nothing more. */
  const fenceOf =
    ({ fence }: ConnectedRun): Fence =>
    async () => {
      if (closing !== null) throw interrupted()
      await fence()
    }

  function controlOf(run: ConnectedRun): LocalHubControl {
    const control = hubControl({
      root,
      commands: hub.control,
      run: run.id,
      owner: thisOwner,
      isGone,
      now,
      fence: fenceOf(run),
    })
    controls.push(control)
    return control
  }

  function starterOf(): LocalHubStarter {
    const starter = hubStarter({ root, hub, backupsRoot, scratch: scratchDirectory, client: httpHub() })
    starters.push(starter)
    return starter
  }

  const ownDirectories = [join(backupsRoot, 'backups'), scratchDirectory]
  const filesFor = (run: ConnectedRun, level: NonNullable<Access['files']>) =>
    filePortOf(level, { root, hub, own: ownDirectories, fence: fenceOf(run), newScratch })

  async function newScratch(): Promise<Scratch> {
    const scratch = await createScratch(scratchDirectory)
    scratches.push(scratch)
    return scratch
  }

  async function custodyOf(run: ConnectedRun, access: Access): Promise<CustodyOptions> {
    const scratch = await newScratch()
    return {
      hub: hub.id,
      run: run.id,
      store: restrictStore(store, grantsOf(access, hub), run.task),
      engine: engineFor(hub.database),
      scratch,
      database: { key: databaseKey, authority, path: join(root, databaseKey) },
      crossCheckMaxBytes: hub.database.crossCheckMaxBytes,
      now,
      fence: fenceOf(run),
    }
  }

  const logsFor = (run: ConnectedRun, level: 'read' | 'rotate') =>
    level === 'rotate'
      ? logRotator({ root, hub, own: ownDirectories, fence: fenceOf(run) })
      : logFiles({ root, patterns: hub.logs?.files ?? [] })

  const connectFor =
    (run: ConnectedRun): Connect =>
    async (access) => {
      const custody = needsEngine(access) ? await custodyOf(run, access) : null
      return {
        ...(custody === null ? {} : custodyPorts(access, custody)),
        ...(await auditPorts(access, {
          root,
          hub,
          store,
          own: ownDirectories,
          scratch: scratchDirectory,
          run,
          fence: fenceOf(run),
          now,
        })),
        ...(access.api === undefined ? {} : { api: httpHub() }),
        ...(access.host === undefined
          ? {}
          : { host: localHost({ root, paths: [root, backupsRoot, scratchDirectory] }) }),
        ...(access.logs === undefined ? {} : { logs: logsFor(run, access.logs) }),
        ...(access.files === undefined ? {} : { files: filesFor(run, access.files) }),
        ...(access.metrics === undefined ? {} : { metrics }),
        ...(access.ledger === undefined ? {} : { ledger: ledgerAt(ledger, access.ledger) }),
        ...(access.control === undefined ? {} : { control: controlOf(run) }),
        ...(access.tasks === undefined ? {} : { tasks: runnerFor(run) }),
        ...(access.recovery === undefined ? {} : { recovery: starterOf() }),
      }
    }

  const drivers: RunnerDrivers = {
    ledger,
    store,
    metrics,
    alerts,
    connect: connectFor,
    now,
    owner: thisOwner,
    lease,
    heartbeat: true,
  }

  const runnerFor = (parent: ConnectedRun): TaskRunner =>
    embeddedTaskRunner({
      hub,
      tasks: options.tasks,
      drivers,
      spectator: options.spectator ?? nobody,
      // Once it is to end, it begins no other task.
      parent: { ...parent, fence: fenceOf(parent) },
    })

  const look = connectFor({ id: 'none', task: 'hubkeeper', at: null, dryRun: true, fence: async () => {} })

  return {
    drivers,
    ledger,
    store,
    metrics,
    async connect(access) {
      const ports = await look(access)
      if (!hasAccess(access, ports)) throw new TypeError(`not all of ${Object.keys(access)} is there`)
      return ports
    },
    close() {
      closing ??= close()
      return closing
    },
  }

  async function close(): Promise<void> {
    await Promise.all(controls.map((control) => control.settled()))
    await Promise.all(starters.map((starter) => starter.close()))
    await Promise.all(scratches.map((scratch) => scratch.dispose()))
    records.close()
  }
}

const interrupted = (): HubkeeperError =>
  new HubkeeperError('interrupted', 'the run was asked to end', {
    hint: 'nothing was changed after that; run it again',
  })

/** Where a killed process may have left a file that it was writing. */
const writtenDirectories = (root: string, backupsRoot: string, databaseKey: string): string[] => [
  dirname(join(root, databaseKey)),
  ...['state', 'state/backups', 'state/outbox'].map((directory) => join(root, directory)),
  ...entriesOf(join(root, 'reports')),
  ...entriesOf(join(backupsRoot, 'backups')),
]

/** Paths of what a directory holds; none where it is not there yet. */
const entriesOf = (directory: string): string[] =>
  existsSync(directory) ? readdirSync(directory).map((name) => join(directory, name)) : []

/** One directory for everything; or the backups in another directory, or in a bucket. */
function storeOf(
  { backupsRoot, hub, root }: ConfiguredHub,
  isReadOnly: (key: string) => boolean,
): ObjectStore {
  const own = directoryStore({ root, isReadOnly })
  const { bucket } = hub.backups
  if (bucket !== undefined) {
    const store = lazyStore(async () => (await import('./aws/bucket.ts')).bucketStore(bucket, hub.id))
    return routedStore(own, [{ prefix: keys.backups, store }])
  }
  if (backupsRoot === root) return own
  return routedStore(own, [{ prefix: keys.backups, store: directoryStore({ root: backupsRoot }) }])
}
