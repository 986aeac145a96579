import {
  HubkeeperError,
  keys,
  leaseSchema,
  ledgerKeys,
  PreconditionFailedError,
  type RecordStore,
} from '@hubkeeper/core'
import type { Model } from './model.ts'
import type { FaultKind } from './scenario.ts'
import type { Turns } from './turns.ts'

/** What a keeper last saw when it asked whether it may still change things. */
export interface Permission {
  holdsClaim: boolean
  holdsLease: boolean
  thawed: boolean
}

/** One process that runs tasks. */
export interface Keeper {
  readonly name: string
  /** The task that it runs, and the run's id. */
  task: string
  run: string
  permission: Permission
  /** When this run took snapshots of a live database. */
  snapshots: number[]
  /** What this run’s restore replaced, and its own safety copies have to hold. */
  unsettled: ReadonlySet<number> | null
  /** The call that goes wrong after so many others. */
  fault: { skip: number; kind: FaultKind } | null
}

/** A keeper that has nothing to do yet. */
export const newKeeper = (name: string): Keeper => ({
  name,
  task: '',
  run: '',
  permission: { holdsClaim: false, holdsLease: false, thawed: false },
  snapshots: [],
  unsettled: null,
  fault: null,
})

/** The fault that this very call meets; null for none. */
export function faultOf(keeper: Keeper): FaultKind | null {
  const { fault } = keeper
  if (fault === null) return null
  fault.skip -= 1
  if (fault.skip >= 0) return null
  keeper.fault = null
  return fault.kind
}

const unreachable = (call: string) =>
  new HubkeeperError('unreachable', `${call} got no answer`, { hint: 'this is the fault of the play' })

const isConditional = (args: readonly unknown[]): boolean =>
  args.some(
    (arg) =>
      typeof arg === 'object' &&
      arg !== null &&
      ('ifMatch' in arg || 'ifNoneMatch' in arg || 'condition' in arg),
  )

/**
 * The same object, of which every call waits for its turn, and may meet a fault.
 *
 * @param arriving is told of a call before it waits
 */
export function staged<T extends object>(
  target: T,
  keeper: Keeper,
  turns: Turns,
  arriving: (name: string, args: readonly unknown[]) => void,
): T {
  return new Proxy(target, {
    get(object, name, receiver) {
      const value = Reflect.get(object, name, receiver)
      if (typeof value !== 'function' || typeof name !== 'string' || name === 'fileOf') return value
      return async (...args: unknown[]) => {
        const call = `${name} ${args
          .filter((arg) => typeof arg === 'string')
          .map((arg) => arg.slice(-60))
          .slice(0, 2)
          .join(' ')}`
        arriving(name, args)
        await turns.wait(keeper.name, call)
        const fault = faultOf(keeper)
        const writes = name !== 'get' && name !== 'head' && name !== 'list' && name !== 'download'
        const refused = (fault === 'refused' || fault === 'refused-after') && writes && isConditional(args)
        const result =
          fault === 'before' || fault === 'refused' ? null : await Reflect.apply(value, object, args)
        if (fault === null) return result
        throw refused ? new PreconditionFailedError(String(args[0]), 'that the play sets') : unreachable(call)
      }
    },
  })
}

/** Whether a call of the store is the first of a change, which a fence has to precede. */
export function beginsChange(name: string, args: readonly unknown[], database: string): boolean {
  const target = name === 'copy' || name === 'upload' ? args[1] : args[0]
  if (typeof target !== 'string') return false
  if (name === 'copy' || name === 'upload') return true
  // The other parts of a backup follow its manifest.
  if (name === 'delete') return target.endsWith('/manifest.json')
  if (name !== 'put') return false
  return target === database || target === keys.confirmation || target.includes('/certificate-')
}

/** The change must have been allowed since the last one. */
export function demandPermission(keeper: Keeper, model: Model, change: string): void {
  const { holdsClaim, holdsLease, thawed } = keeper.permission
  const who = `${keeper.name} (${keeper.task})`
  model.check(holdsClaim, `${who}: ${change} without its claim`)
  model.check(holdsLease, `${who}: ${change} without the write lease`)
  model.check(thawed, `${who}: ${change} while frozen`)
  keeper.permission = { holdsClaim: false, holdsLease: false, thawed: false }
}

/** The records as this keeper has them; what it learns of its permission is noted. */
export function noticing(records: RecordStore, keeper: Keeper, hub: string): RecordStore {
  return {
    ...records,
    async get(key) {
      const stored = await records.get(key)
      const value = stored?.value ?? ''
      if (key === `${hub}/${ledgerKeys.writeLease}`)
        keeper.permission.holdsLease = value.includes(`/${keeper.run}"`)
      if (key.startsWith(`${hub}/runs/`)) keeper.permission.holdsClaim = value.includes(`"${keeper.run}"`)
      if (key === `${hub}/${ledgerKeys.freeze}`) keeper.permission.thawed = stored === null
      return stored
    },
  }
}

/** Records in which a lease is never taken from a holder that still has it. */
export function leaseWatch(
  records: RecordStore,
  hub: string,
  options: { now(): number; isGone(owner: string): boolean; model(): Model },
): RecordStore {
  return {
    ...records,
    async put(key, value, expected) {
      const before = await records.get(key)
      const revision = await records.put(key, value, expected)
      if (revision !== null && before !== null && key === `${hub}/${ledgerKeys.writeLease}`) {
        const old = leaseSchema.parse(JSON.parse(before.value))
        const next = leaseSchema.parse(JSON.parse(value))
        const over = Date.parse(old.until) <= options.now() || options.isGone(old.owner)
        options
          .model()
          .check(old.owner === next.owner || over, `${next.owner} took the lease of ${old.owner}`)
      }
      return revision
    },
  }
}
