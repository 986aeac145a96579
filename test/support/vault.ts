import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  type Access,
  type Backup,
  type BackupPruner,
  type BackupWriter,
  type CopiedFile,
  grantsOf,
  type ObjectStore,
  restrictStore,
  type Snapshot,
} from '@hubkeeper/core'
import { type CustodyOptions, createScratch, custodyPorts, type Engine } from '@hubkeeper/sqlite'
import { inProcessEngine } from '../fakes/in-process-engine.ts'
import { memoryStore } from '../fakes/memory-store.ts'
import { hub } from '../proofs/support/hub.ts'
import { temporaryDirectory } from './temporary.ts'

/** Backups in a store in memory, under the rights of the tasks that work on them. */
export interface Vault {
  readonly store: ReturnType<typeof memoryStore>
  readonly directory: string
  /** The database that is backed up. */
  readonly database: string
  /** The clock: every look at it is a second later. */
  readonly now: () => Date
  pass(ms: number): void
  writer(changes?: Partial<CustodyOptions>): BackupWriter
  pruner(changes?: Partial<CustodyOptions>): BackupPruner
  /** Runs SQL in the database that is backed up. */
  execute(sql: string): Promise<void>
  /** A new backup, not proven. */
  create(changes?: Partial<CustodyOptions>, files?: readonly CopiedFile[]): Promise<Backup>
  /** The backup as it is known now. @throws Error when it is gone */
  find(id: string): Promise<Backup>
  /** Puts another text in the place of an object, by nobody’s right. */
  tamper(key: string, change: (text: string) => string): Promise<void>
}

/** A vault with a small database, or one that `fill` makes. */
export async function createVault(
  fill = 'CREATE TABLE notes (text); INSERT INTO notes VALUES (1)',
  engine: Engine = inProcessEngine(),
): Promise<Vault> {
  const directory = temporaryDirectory()
  const database = join(directory, 'hub.db')
  const connection = new DatabaseSync(database)
  connection.exec(fill)
  connection.close()
  const store = memoryStore()
  await store.put(hub.database.path, readFileSync(database))
  const scratch = await createScratch(join(directory, 'scratch'))
  let clock = Date.parse('2026-11-24T04:30:00.000Z')
  const now = (): Date => {
    clock += 1000
    return new Date(clock)
  }

  const optionsOf = (access: Access, changes: Partial<CustodyOptions>): CustodyOptions => ({
    hub: hub.id,
    run: 'run',
    engine,
    scratch,
    database: { key: hub.database.path, authority: 'store', path: null },
    crossCheckMaxBytes: 0,
    now,
    fence: async () => {},
    ...changes,
    store: restrictStore(changes.store ?? store, grantsOf(access, hub), 'test'),
  })

  const portsOf = (level: 'write' | 'prune', changes: Partial<CustodyOptions>) =>
    custodyPorts({ backups: level }, optionsOf({ database: 'read', backups: level }, changes)).backups

  async function snapshot(): Promise<Snapshot> {
    const { database: reader } = custodyPorts({ database: 'read' }, optionsOf({ database: 'read' }, {}))
    const taken = await reader?.snapshot()
    if (taken?.state !== 'done') throw new Error('no snapshot could be taken')
    return taken.value
  }

  const vault: Vault = {
    store,
    directory,
    database,
    now,
    pass(ms) {
      clock += ms
    },
    writer(changes = {}) {
      const ports = portsOf('write', changes)
      if (ports === undefined || !('prove' in ports)) throw new Error('these backups cannot be written')
      return ports
    },
    pruner(changes = {}) {
      const ports = portsOf('prune', changes)
      if (ports === undefined || !('delete' in ports)) throw new Error('these backups cannot be deleted')
      return ports
    },
    async create(changes = {}, files = []) {
      const taken = await snapshot()
      try {
        return await vault.writer(changes).create(taken, 'daily', files)
      } finally {
        await taken.dispose()
      }
    },
    async execute(sql) {
      const connection = new DatabaseSync(database)
      connection.exec(sql)
      connection.close()
      await store.put(hub.database.path, readFileSync(database))
    },
    async find(id) {
      const found = await vault.writer().find(id)
      if (found === null) throw new Error(`there is no backup ${id}`)
      return found
    },
    async tamper(key, change) {
      const body = store.body(key)
      if (body === null) throw new Error(`there is no ${key}`)
      await store.put(key, change(new TextDecoder().decode(body)))
    },
  }
  return vault
}

/** A new backup, proven so many times, as it is known then. */
export async function proven(vault: Vault, times = 1): Promise<Backup> {
  const { id } = (await vault.create()).manifest
  for (let i = 0; i < times; i++) await vault.writer().prove(await vault.find(id))
  return vault.find(id)
}

/** Thrown in the place of a process that is gone. */
export class Killed extends Error {}

/** A store whose process is gone right before or after its n-th change, counted from 1. */
export function dyingStore(
  store: ObjectStore,
  { change, when }: { readonly change: number; readonly when: 'before' | 'after' },
): ObjectStore {
  let changes = 0
  const counted =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      changes += 1
      if (changes > change || (changes === change && when === 'before')) throw new Killed()
      const result = await work(...args)
      if (changes === change) throw new Killed()
      return result
    }
  return {
    ...store,
    put: counted(store.put),
    upload: counted(store.upload),
    copy: counted(store.copy),
    delete: counted(store.delete),
  }
}
