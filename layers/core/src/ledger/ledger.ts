import { HubkeeperError } from '../errors.ts'
import type { RecordStore } from '../ports/records.ts'
import type { RunStatus } from '../status.ts'
import { type Punctuality, punctualityOf, type ScheduledTask } from './overdue.ts'
import {
  type FinishedRun,
  type Freeze,
  freezeSchema,
  keptSchema,
  type Lease,
  leaseSchema,
  type RunRecord,
  runRecordSchema,
} from './record.ts'

/** `ledger: 'read'`. */
export interface LedgerReader {
  /** Every run of a task, in the order of its slots. */
  runs(task: string): Promise<readonly RunRecord[]>
  /** When this hub was first kept; null when it never was. */
  keptSince(): Promise<Date | null>
  freeze(): Promise<Freeze | null>
  /** How every scheduled task stands against its schedule. */
  punctuality(at: Date): Promise<readonly Punctuality[]>
}

/** What a claim is made with. */
export interface ClaimRequest {
  readonly task: string
  readonly slot: string
  readonly run: string
  readonly owner: string
  readonly scheduledFor: Date | null
  /** ms until others may take over. */
  readonly lease: number
}

/** The right to run one slot of a task, held until it is finished or its lease ends. */
export interface Claim {
  readonly attempt: number
  /** Extends the lease from now. @throws HubkeeperError `lease-lost` */
  renew(): Promise<void>
  /** @throws HubkeeperError `lease-lost` when another run took over meanwhile. */
  check(): Promise<void>
  /** Ends the run. @throws HubkeeperError `lease-lost` */
  finish(state: 'succeeded' | 'failed', status: RunStatus): Promise<void>
}

/** A claim, or the run that already succeeded in that slot. */
export type ClaimResult =
  | { readonly kind: 'claimed'; readonly claim: Claim }
  | { readonly kind: 'already-succeeded'; readonly record: FinishedRun }

/** The hub's write lease, held. */
export interface HeldLease {
  renew(): Promise<void>
  /** @throws HubkeeperError `lease-lost` */
  check(): Promise<void>
  release(): Promise<void>
}

/** The record of runs of one hub, with its leases (`docs/contracts.md`, ledger). */
export interface Ledger extends LedgerReader {
  /** @throws HubkeeperError `run-in-progress` while another run holds the slot. */
  claim(request: ClaimRequest): Promise<ClaimResult>
  /** @throws HubkeeperError `write-lease-held` while another task changes this hub. */
  acquireWriteLease(request: { owner: string; holder: string; lease: number }): Promise<HeldLease>
}

const lost = (what: string): HubkeeperError =>
  new HubkeeperError('lease-lost', `${what} was taken over by another run`, {
    hint: 'this run changed nothing more; the other one reports',
  })

/** The ledger of `hub` over any store of records. */
export function createLedger(options: {
  readonly records: RecordStore
  readonly hub: string
  readonly timeZone: string
  /** The tasks that are expected to run. */
  readonly tasks: readonly ScheduledTask[]
  readonly now: () => Date
  /**
   * Whether an owner is known to have died, so that its lease need not be waited for.
   *
   * @default nobody is
   */
  readonly isGone?: (owner: string) => boolean
}): Ledger {
  const { records, hub, now, isGone = () => false } = options
  const isHeld = (owner: string, until: string): boolean => new Date(until) > now() && !isGone(owner)
  const runsPrefix = (task: string): string => `runs/${hub}/${task}/`
  const leaseKey = `leases/${hub}/write`
  const keptKey = `kept/${hub}`
  const until = (ms: number): string => new Date(now().getTime() + ms).toISOString()

  /** Writes `record` over `expected`; gives a holder that keeps the revision. */
  const held = (key: string, what: string, revision: string) => {
    let current = revision
    const write = async (value: object): Promise<void> => {
      const next = await records.put(key, JSON.stringify(value), current)
      if (next === null) throw lost(what)
      current = next
    }
    const check = async (): Promise<void> => {
      const stored = await records.get(key)
      if (stored?.revision !== current) throw lost(what)
    }
    const remove = async (): Promise<void> => {
      await records.delete(key, current)
    }
    return { write, check, remove }
  }

  const claimOf = (request: ClaimRequest, key: string, revision: string, attempt: number): Claim => {
    const identity = identityOf(hub, request, attempt, now())
    const record = held(key, `the run of ${request.task} for ${request.slot}`, revision)
    return {
      attempt,
      renew: () =>
        record.write({
          ...identity,
          state: 'running',
          owner: request.owner,
          leaseUntil: until(request.lease),
        }),
      check: record.check,
      finish: (state, status) =>
        record.write({ ...identity, state, status, finishedAt: now().toISOString() }),
    }
  }

  async function runs(task: string): Promise<RunRecord[]> {
    const stored = await records.list(runsPrefix(task))
    return stored.map((record) => parseRun(record.value))
  }

  async function keptSince(): Promise<Date | null> {
    const stored = await records.get(keptKey)
    return stored === null ? null : new Date(keptSchema.parse(JSON.parse(stored.value)).since)
  }

  return {
    async claim(request) {
      const key = runsPrefix(request.task) + request.slot
      const stored = await records.get(key)
      const existing = stored === null ? null : parseRun(stored.value)
      if (existing !== null && existing.state === 'succeeded') {
        return { kind: 'already-succeeded', record: existing }
      }
      if (existing !== null && existing.state === 'running' && isHeld(existing.owner, existing.leaseUntil)) {
        throw inProgress(existing)
      }
      const attempt = (existing?.attempt ?? 0) + 1
      const running = {
        ...identityOf(hub, request, attempt, now()),
        state: 'running',
        owner: request.owner,
        leaseUntil: until(request.lease),
      }
      const revision = await records.put(key, JSON.stringify(running), stored?.revision ?? null)
      // Another claim came between the read and the write: it holds the slot now, or already succeeded.
      if (revision === null) return this.claim(request)
      await records.put(keptKey, JSON.stringify({ since: now().toISOString() }), null)
      return { kind: 'claimed', claim: claimOf(request, key, revision, attempt) }
    },

    async acquireWriteLease({ owner, holder, lease }) {
      const stored = await records.get(leaseKey)
      const existing: Lease | null = stored === null ? null : leaseSchema.parse(JSON.parse(stored.value))
      if (existing !== null && isHeld(existing.owner, existing.until)) {
        throw new HubkeeperError(
          'write-lease-held',
          `${existing.holder} is changing ${hub} until ${existing.until}`,
          {
            hint: 'wait until it has ended and run this again',
          },
        )
      }
      const value = (): Lease => ({ owner, holder, until: until(lease) })
      const revision = await records.put(leaseKey, JSON.stringify(value()), stored?.revision ?? null)
      if (revision === null) return this.acquireWriteLease({ owner, holder, lease })
      const record = held(leaseKey, `the write lease of ${hub}`, revision)
      return { renew: () => record.write(value()), check: record.check, release: record.remove }
    },

    runs,
    keptSince,

    async punctuality(at) {
      const since = await keptSince()
      const all: Punctuality[] = []
      for (const task of options.tasks) {
        all.push(punctualityOf(task, await runs(task.name), since, options.timeZone, at))
      }
      return all
    },

    async freeze() {
      const stored = await records.get(`freeze/${hub}`)
      return stored === null ? null : freezeSchema.parse(JSON.parse(stored.value))
    },
  }
}

const parseRun = (value: string): RunRecord => runRecordSchema.parse(JSON.parse(value))

const identityOf = (hub: string, request: ClaimRequest, attempt: number, startedAt: Date) => ({
  hub,
  task: request.task,
  slot: request.slot,
  run: request.run,
  attempt,
  scheduledFor: request.scheduledFor?.toISOString() ?? null,
  startedAt: startedAt.toISOString(),
})

const inProgress = (record: Extract<RunRecord, { state: 'running' }>): HubkeeperError =>
  new HubkeeperError(
    'run-in-progress',
    `${record.task} for ${record.slot} is already running (run ${record.run}, lease until ${record.leaseUntil})`,
    { hint: 'wait for it, or for its lease to end if it was killed; then run this again' },
  )
