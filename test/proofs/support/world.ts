import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Authority,
  createLedger,
  grantsOf,
  HubkeeperError,
  ledgerAt,
  minutes,
  type RunnerDrivers,
  restrictStore,
  runTask,
  type Task,
} from '@hubkeeper/core'
import { type CustodyOptions, custodyPorts, openBackups, type Scratch } from '@hubkeeper/sqlite'
import { tasks } from '../../../functions/tasks.ts'
import type { Job } from '../../../layers/sqlite/src/engine/protocol.ts'
import { inProcessEngine, type JobGate, said } from '../../fakes/in-process-engine.ts'
import { memoryRecords } from '../../fakes/memory-records.ts'
import { memoryStore } from '../../fakes/memory-store.ts'
import { contentReader, fastDirectory, fileReader, makeDatabase } from './content.ts'
import { crashed, hub, locked, noControl, noFiles, noKeptFiles } from './hub.ts'
import { hubServer } from './hub-server.ts'
import { type Ending, inspect, outlived } from './inspection.ts'
import { createModel, type Model, storedBackups } from './model.ts'
import type { Order } from './scenario.ts'
import { createTurns, type Turns } from './turns.ts'
import {
  beginsChange,
  demandPermission,
  faultOf,
  type Keeper,
  leaseWatch,
  newKeeper,
  noticing,
  staged,
} from './watch.ts'

const hubId = hub.id
const key = hub.database.path
const lease = minutes(1)
const start = Date.parse('2026-11-22T14:15:00.000Z')

/** Jobs that only touch what nobody else does. */
const isAtRest: ReadonlySet<Job['kind']> = new Set(['examine', 'compact', 'rehearse'])

/** Which database the keepers keep. */
interface WorldOptions {
  readonly authority: Extract<Authority, 'store' | 'server'>
  readonly wal: boolean
  readonly deathsAreNoticed: boolean
}

/** A hub, the keepers of its database, and the model that all of it is held against. */
export interface World {
  readonly model: Model
  readonly turns: Turns
  readonly endings: readonly Ending[]
  /** Begins a process that works these orders off. */
  employ(name: string, orders: readonly Order[]): Promise<Keeper>
  /** The process is gone from one call to the next. */
  kill(keeper: Keeper): void
  /** The hub takes its next step: it begins to write, or commits. */
  hubWrites(): Promise<void>
  /** The hub commits what it has begun. */
  hubRests(): Promise<void>
  freeze(frozen: boolean): Promise<void>
  pass(ms: number): void
  /** What has to be true at any moment. */
  inspect(): Promise<void>
  close(): void
}

/** A world of its own, in memory and a directory in memory. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const directory = fastDirectory()
  const file = join(directory, key)
  makeDatabase(file, options.authority === 'server' && options.wal ? 'wal' : 'delete')
  const live = options.authority === 'server'
  const turns = createTurns()
  const contentOf = contentReader(directory)
  const liveContent = fileReader(file)
  const keepers = new Map<string, Keeper>()
  const dead = new Set<string>()
  const endings: Ending[] = []
  let clock = start
  let hubIsWriting = false
  const tick = (): Date => new Date(clock++)
  const isGone = (owner: string): boolean => options.deathsAreNoticed && dead.has(owner.split('/')[0] ?? '')

  const store = memoryStore((change) => {
    const keeper = hubIsWriting ? undefined : keepers.get(turns.current)
    if (change.key.startsWith('backups/')) {
      if (change.after === null) model.deleted(keeper, change)
      else model.check(change.before === null, `${turns.current} wrote over ${change.key}`)
    }
    if (change.key !== key || change.before === null || keeper === undefined) return
    if (change.after === null) return model.check(false, `${keeper.name} deleted the database`)
    model.changed(keeper, contentOf(change.before), contentOf(change.after), live)
  })
  const model: Model = createModel({ first: liveContent(), now: () => clock, store, contentOf })
  const records = leaseWatch(memoryRecords(), hubId, { now: () => clock, isGone, model: () => model })
  const ledgerOver = (own: typeof records) =>
    createLedger({ records: own, hub: hubId, timeZone: 'UTC', tasks, now: tick, isGone })
  if (!live) await store.put(key, readFileSync(file))

  let scratches = 0
  function scratchOf(): Scratch {
    const own = join(directory, `scratch-${++scratches}`)
    mkdirSync(own)
    let files = 0
    return {
      directory: own,
      path: (name) => join(own, `${++files}-${name}`),
      requireSpace: async () => {},
      remove: async (path) => rmSync(path, { force: true }),
      dispose: async () => rmSync(own, { recursive: true, force: true }),
    }
  }

  /** What is done to the live file is one step: SQLite sees to that. */
  const gateOf =
    (keeper: Keeper): JobGate =>
    async (job, run) => {
      if (!live || isAtRest.has(job.kind)) return run()
      const changes = job.kind !== 'snapshot'
      if (changes) demandPermission(keeper, model, job.kind)
      await turns.wait(keeper.name, job.kind)
      if (!changes) keeper.snapshots.push(clock++)
      const fault = faultOf(keeper)
      if (fault === 'before' || fault === 'refused') return said(job.kind, locked)
      const before = liveContent()
      const result = await run()
      model.changed(keeper, before, liveContent(), live)
      return fault === null ? result : crashed
    }

  const custodyOf = (run: string, fence: () => Promise<void>): CustodyOptions => ({
    hub: hubId,
    run,
    store,
    engine: inProcessEngine(),
    scratch: scratchOf(),
    database: { key, authority: options.authority, path: live ? file : null },
    crossCheckMaxBytes: 0,
    now: tick,
    fence,
  })

  function driversOf(keeper: Keeper): RunnerDrivers {
    const ownStore = staged(store, keeper, turns, (name, args) => {
      if (beginsChange(name, args, key)) demandPermission(keeper, model, `${name} ${String(args[0])}`)
    })
    const ownRecords = noticing(
      staged(records, keeper, turns, () => {}),
      keeper,
      hubId,
    )
    return {
      ledger: ledgerOver(ownRecords),
      store,
      metrics: { publish: async () => {} },
      alerts: { send: async () => {} },
      owner: keeper.name,
      lease,
      heartbeat: false,
      now: tick,
      connect:
        ({ fence, id, task }) =>
        async (access) => {
          keeper.run = id
          keeper.task = task
          const own = restrictStore(ownStore, grantsOf(access, hub), task)
          const custody = { ...custodyOf(id, fence), store: own, engine: inProcessEngine(gateOf(keeper)) }
          return {
            ...custodyPorts(access, custody),
            metrics: { read: async () => [] },
            control: noControl,
            files: access.files === 'copy' || access.files === 'restore' ? noKeptFiles : noFiles,
            ledger: ledgerAt(ledgerOver(ownRecords), access.ledger ?? 'read'),
          }
        },
    }
  }

  const taskOf = (name: string): Task => {
    const task = tasks.find((candidate) => candidate.name === name)
    if (task === undefined) throw new Error(`there is no task ${name}`)
    return task
  }

  const reader = () =>
    openBackups(
      custodyOf('none', async () => {}),
      'read',
    )

  async function runOrder(keeper: Keeper, order: Order): Promise<void> {
    const begun = clock
    keeper.snapshots = []
    keeper.unsettled = null
    const request = {
      hub,
      // Nothing waits here: a second is nothing that the play knows.
      input: order.task === 'restore-backup' ? { watch: 0, ...order.input } : order.input,
      scheduledFor: order.scheduled ? new Date(start) : null,
      at: null,
      dryRun: false,
      progress: { step: () => {} },
    }
    try {
      const outcome = await runTask(taskOf(order.task), request, driversOf(keeper))
      const well = outcome.kind === 'ran' && outcome.report.status === 'ok'
      const proves = well && (order.task === 'backup' || order.task === 'database-maintenance')
      endings.push({ order, code: outcome.kind, proves })
      if (outcome.kind === 'ran') model.settle(keeper)
      if (proves) {
        const newest = await reader().newestProven()
        const digest = newest?.backup.certificate?.digest ?? null
        model.check(
          outlived(model, digest) >= begun,
          `${order.task} succeeded, and no proven backup is as new`,
        )
      }
    } catch (error) {
      const code = error instanceof HubkeeperError ? error.code : String(error)
      endings.push({ order, code, proves: false })
      model.check(
        error instanceof HubkeeperError && code !== 'unexpected',
        `${order.task} met a defect: ${String(error)}`,
      )
    }
  }

  const server = hubServer({
    store,
    key,
    file: live ? file : null,
    directory,
    contentOf,
    liveContent,
    model,
    committing: async (commit) => {
      hubIsWriting = true
      await commit()
      hubIsWriting = false
      clock += 1
    },
  })

  return {
    model,
    turns,
    endings,
    async employ(name, orders) {
      const keeper = newKeeper(name)
      keepers.set(name, keeper)
      await turns.start(name, async () => {
        for (const order of orders) await runOrder(keeper, order)
      })
      return keeper
    },
    kill(keeper) {
      turns.kill(keeper.name)
      dead.add(keeper.name)
    },
    hubWrites: server.write,
    hubRests: server.rest,
    async freeze(frozen) {
      const value = { reason: 'the play', by: 'nobody', since: new Date(clock).toISOString(), until: null }
      await ledgerOver(records).setFreeze(frozen ? value : null)
    },
    pass(ms) {
      clock += ms
    },

    async inspect() {
      const content = live ? liveContent() : contentOf(store.body(key) ?? new Uint8Array())
      inspect(
        { content, live, model, endings, stored: storedBackups(store, contentOf) },
        await reader().list(),
      )
      const newest = await reader().newestProven()
      if (newest === null) return
      const until = outlived(model, newest.backup.certificate?.digest ?? null)
      const claimed = newest.currentAt.getTime()
      model.check(until >= claimed, 'the newest proven backup is said to be current for too long')
    },

    close() {
      server.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
