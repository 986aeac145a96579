import { HubkeeperError } from '../errors.ts'
import type { RecordStore } from '../ports/records.ts'
import type { RunStatus } from '../status.ts'
import { type Expectations, openExpectations } from './expectations.ts'
import { ledgerKeys } from './keys.ts'
import type { LedgerHolder, LedgerReviewer } from './levels.ts'
import { type ExpectedTask, punctualityOf } from './overdue.ts'
import {
  type FinishedRun,
  type Freeze,
  type Lease,
  leaseSchema,
  type RunRecord,
  readRecord,
  runRecordSchema,
  type Verdict,
  verdictSchema,
} from './record.ts'
import { openSignatures, type Signature } from './signatures.ts'
import { openStops } from './stops.ts'
import { openSuccesses } from './successes.ts'

/** What a claim is made with. */
export interface ClaimRequest {
  readonly task: string
  readonly slot: string
  readonly run: string
  readonly owner: string
  readonly scheduledFor: Date | null
  /** ms until others may take over. */
  readonly lease: number
  /**
   * Whether its success shows that the task was done.
   *
   * @default true
   */
  readonly counts?: boolean
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
export interface Ledger extends LedgerHolder, LedgerReviewer {
  /** Every run of a task, in the order of its slots. */
  runs(task: string): Promise<readonly RunRecord[]>
  /** One run of a task; null when there is none in that slot. */
  run(task: string, slot: string): Promise<RunRecord | null>
  /** Freezes the hub, or thaws it with null; gives what was in force before. */
  setFreeze(freeze: Freeze | null): Promise<Freeze | null>
  /** Puts a hold on retention, or ends it with null; gives what was in force before. */
  setHold(hold: Freeze | null): Promise<Freeze | null>
  /** Replaces what people have said of the content by what `change` makes of it. */
  updateExpectations(change: (current: Expectations) => Expectations): Promise<Expectations>
  /** Notes that a person did what no run can know. */
  sign(signature: Signature): Promise<void>
  /** Who changes the hub now, or is about to; null when nobody does. */
  writer(): Promise<Lease | null>
  /**
   * The latest moment that the ledger knows of, with the task that succeeded then or null for its beginning:
   * a clock before it went back. Null while it is empty.
   */
  newestEntry(): Promise<{ readonly task: string | null; readonly at: Date } | null>
  /** What a continuous task last said, with the revision to name when noting another. */
  verdict(task: string): Promise<{ verdict: Verdict; revision: string } | null>
  /** Notes what a continuous task says now; false when another run noted something meanwhile. */
  noteVerdict(task: string, verdict: Verdict, revision: string | null): Promise<boolean>
  /** Notes that the hub is kept from now on; false when it has been before. */
  begin(): Promise<boolean>
  /** Whether a run is still being made: its lease has not ended, and its owner is not known to be gone. */
  isUnderWay(run: RunRecord): boolean
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
  readonly tasks: readonly ExpectedTask[]
  readonly now: () => Date
  /**
   * Goes before every key of a record.
   *
   * @default the hub's id and `/`, so that hubs may share a store of records
   */
  readonly namespace?: string
  /**
   * Whether an owner is known to have died, so that its lease need not be waited for.
   *
   * @default nobody is
   */
  readonly isGone?: (owner: string) => boolean
}): Ledger {
  const { records, hub, namespace = `${options.hub}/`, now, isGone = () => false } = options
  const isHeld = (owner: string, until: string): boolean => new Date(until) > now() && !isGone(owner)
  const runsPrefix = (task: string): string => namespace + ledgerKeys.runsOf(task)
  const verdictKey = (task: string): string => namespace + ledgerKeys.verdictOf(task)
  const leaseKey = namespace + ledgerKeys.writeLease
  const freezeKey = namespace + ledgerKeys.freeze
  const holdKey = namespace + ledgerKeys.hold
  const stops = openStops(records)
  const expectations = openExpectations(records, namespace + ledgerKeys.expectations)
  const signatures = openSignatures(records, namespace + ledgerKeys.signatures)
  const successes = openSuccesses(records, namespace + ledgerKeys.punctuality)
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
      async finish(state, status) {
        const finishedAt = now()
        await record.write({ ...identity, state, status, finishedAt: finishedAt.toISOString() })
        if (state === 'succeeded' && (request.counts ?? true)) await successes.note(request.task, finishedAt)
      },
    }
  }

  async function runs(task: string): Promise<RunRecord[]> {
    const stored = await records.list(runsPrefix(task))
    return stored.map((record) => parseRun(record.value))
  }

  const isUnderWay = (run: RunRecord): boolean => run.state === 'running' && isHeld(run.owner, run.leaseUntil)

  async function readLease() {
    const stored = await readRecord(records, leaseKey, leaseSchema)
    const lease = stored?.value
    return {
      revision: stored?.revision ?? null,
      held: lease !== undefined && isHeld(lease.owner, lease.until) ? lease : null,
    }
  }

  return {
    async claim(request) {
      const key = runsPrefix(request.task) + request.slot
      const stored = await readRecord(records, key, runRecordSchema)
      const existing = stored?.value ?? null
      if (existing !== null && existing.state === 'succeeded') {
        return { kind: 'already-succeeded', record: existing }
      }
      if (existing !== null && existing.state === 'running' && isUnderWay(existing))
        throw inProgress(existing)
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
      await successes.begin(now())
      return { kind: 'claimed', claim: claimOf(request, key, revision, attempt) }
    },

    async acquireWriteLease({ owner, holder, lease }) {
      const current = await readLease()
      if (current.held !== null) {
        const message = `${current.held.holder} is changing ${hub} until ${current.held.until}`
        throw new HubkeeperError('write-lease-held', message, {
          hint: 'wait until it has ended and run this again',
        })
      }
      const value = (): Lease => ({ owner, holder, until: until(lease) })
      const revision = await records.put(leaseKey, JSON.stringify(value()), current.revision)
      if (revision === null) return this.acquireWriteLease({ owner, holder, lease })
      const record = held(leaseKey, `the write lease of ${hub}`, revision)
      return { renew: () => record.write(value()), check: record.check, release: record.remove }
    },

    begin: () => successes.begin(now()),
    isUnderWay,
    runs,
    tasks: options.tasks.map(({ limits, name, schedule }) => ({ limits, name, schedule })),

    async run(task, slot) {
      return (await readRecord(records, runsPrefix(task) + slot, runRecordSchema))?.value ?? null
    },

    async punctuality(at) {
      const { since, last } = await successes.read()
      return options.tasks
        .filter(({ schedule }) => schedule.cadence !== 'continuous')
        .map((task) => punctualityOf(task, last(task.name), since, options.timeZone, at))
    },

    freeze: () => stops.read(freezeKey),
    hold: () => stops.read(holdKey),
    setFreeze: (freeze) => stops.write(freezeKey, freeze),
    setHold: (hold) => stops.write(holdKey, hold),
    placeHold: (hold) => stops.place(holdKey, hold),
    expectations: () => expectations.read(),
    updateExpectations: (change) => expectations.update(change),
    signatures: () => signatures.read(),
    sign: (signature) => signatures.add(signature),

    writer: async () => (await readLease()).held,

    async newestEntry() {
      return (await successes.read()).newest
    },

    async verdict(task) {
      const stored = await readRecord(records, verdictKey(task), verdictSchema)
      return stored === null ? null : { verdict: stored.value, revision: stored.revision }
    },

    async noteVerdict(task, verdict, revision) {
      return (await records.put(verdictKey(task), JSON.stringify(verdict), revision)) !== null
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
