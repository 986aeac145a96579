import { existsSync } from 'node:fs'
import { join } from 'node:path'
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
  type Ledger,
  ledgerAt,
  minutes,
  needsEngine,
  type ObjectStore,
  type PortsOf,
  type RunnerDrivers,
  restrictStore,
  storedReports,
  type Task,
  type TaskRunner,
} from '@hubkeeper/core'
import { httpHub, httpReindexer } from '@hubkeeper/http'
import {
  alertOutbox,
  hubControl,
  hubStarter,
  type LocalHubControl,
  type LocalHubStarter,
  localHost,
  localIndexes,
  logFiles,
  logRotator,
  metricFiles,
  sqliteRecords,
  sweepTemporaries,
} from '@hubkeeper/local'
import { type CustodyOptions, createScratch, custodyPorts, engineFor, type Scratch } from '@hubkeeper/sqlite'
import { auditPorts } from './audit-ports.ts'
import type { ConfiguredHub } from './config.ts'
import { storeOf, writtenDirectories } from './embedded-store.ts'
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
    // What functions may use up does not bind this machine.
    tasks: options.tasks.map(({ name, schedule }) => ({ name, schedule })),
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

  const indexesFor = (run: ConnectedRun) =>
    localIndexes({
      root,
      hub,
      own: ownDirectories,
      run: run.id,
      scratch: scratchDirectory,
      fence: fenceOf(run),
    })

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
        ...(access.api === undefined ? {} : { api: access.api === 'reindex' ? httpReindexer() : httpHub() }),
        ...(access.host === undefined
          ? {}
          : { host: localHost({ root, paths: [root, backupsRoot, scratchDirectory] }) }),
        ...(access.logs === undefined ? {} : { logs: logsFor(run, access.logs) }),
        ...(access.files === undefined ? {} : { files: filesFor(run, access.files) }),
        ...(access.metrics === undefined ? {} : { metrics }),
        ...(access.indexes === undefined ? {} : { indexes: indexesFor(run) }),
        ...(access.reports === undefined ? {} : { reports: storedReports({ store }) }),
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
