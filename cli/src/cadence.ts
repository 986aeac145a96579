import {
  type Cadence,
  days,
  describeStop,
  dueTasks,
  HubkeeperError,
  hours,
  type Ledger,
  maxAttempts,
  type RunRecord,
  runOf,
} from '@hubkeeper/core'
import { decodeTime, ulid } from 'ulid'
import { runMaintenance } from '../../functions/run-maintenance/task.ts'
import { tasks } from '../../functions/tasks.ts'
import type { ConfiguredHub } from './config.ts'
import { type Executed, executeTasks, type Order } from './execute.ts'
import type { RunOptions } from './options.ts'
import type { Terminal } from './terminal/terminal.ts'
import { withEmbedded } from './with-embedded.ts'

/** See {@link executeCadence}. */
export interface CadenceOptions extends RunOptions {
  /** Does not go on where an earlier run stopped. */
  readonly fresh?: boolean
}

/** Within which time a run by hand goes on where the last one stopped, ms: less than until the next time. */
const resumable = (cadence: Cadence): number => (cadence === 'daily' ? hours(12) : days(1))

/** Runs every task of a cadence on a hub, by hand or for a scheduled time. */
export async function executeCadence(
  configured: ConfiguredHub,
  cadence: Cadence,
  options: CadenceOptions,
  terminal: Terminal,
): Promise<Executed> {
  return executeTasks(configured, [await orderFor(configured, cadence, options, terminal)], options, terminal)
}

async function orderFor(
  configured: ConfiguredHub,
  cadence: Cadence,
  { at, dryRun, fresh, scheduled }: CadenceOptions,
  terminal: Terminal,
): Promise<Order> {
  const order = { task: runMaintenance, input: { cadence } }
  // What pretends another moment is no part of the work of today or of a scheduled time, and never gone on with.
  if (at !== undefined) return { ...order, slot: `at-${cadence}-${ulid()}` }
  if (scheduled !== undefined) return { ...order, slot: `${cadence}-${scheduled.toISOString()}` }
  const stopped =
    fresh || dryRun ? null : await withEmbedded(configured, ({ ledger }) => stoppedRun(ledger, cadence))
  if (stopped === null) return { ...order, slot: `${cadence}-${ulid()}` }
  const { done, run } = stopped
  terminal.err(
    `goes on where the run of ${run.startedAt} stopped: ${done.join(', ')} had succeeded (--fresh starts anew)`,
  )
  return { ...order, slot: run.slot }
}

/** The last run of a cadence by hand, where it stopped after some of its tasks; null where it did not. */
async function stoppedRun(
  ledger: Ledger,
  cadence: Cadence,
): Promise<{ readonly run: RunRecord; readonly done: readonly string[] } | null> {
  const run = (await ledger.runs(runMaintenance.name))
    .filter(({ scheduledFor, slot }) => scheduledFor === null && slot.startsWith(`${cadence}-`))
    .toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
    .at(-1)
  if (run === undefined || run.state === 'succeeded' || ledger.isUnderWay(run)) return null
  // Its slot tells when it first began, however often it went on since.
  if (Date.now() - decodeTime(run.slot.slice(cadence.length + 1)) > resumable(cadence)) return null
  const done: string[] = []
  for (const { name } of tasks.filter(({ schedule }) => schedule.cadence === cadence)) {
    if ((await ledger.run(name, run.slot))?.state === 'succeeded') done.push(name)
  }
  return done.length === 0 ? null : { run, done }
}

/**
 * Runs the tasks of a cadence that are due, each for its scheduled time. Made to be called often: where
 * nothing is due, nothing is done. At another moment than now it is a dry run.
 */
export async function executeDue(
  configured: ConfiguredHub,
  cadence: Cadence,
  options: RunOptions,
  terminal: Terminal,
): Promise<Executed> {
  const asked = { ...options, dryRun: options.dryRun === true || options.at !== undefined }
  const found = await withEmbedded(configured, ({ ledger }) =>
    findDue(ledger, configured, cadence, asked, terminal),
  )
  if (typeof found === 'string') return nothingRan(`${configured.hub.id}: ${found}`)
  try {
    return await executeTasks(configured, [found], asked, terminal)
  } catch (error) {
    if (!(error instanceof HubkeeperError) || error.code !== 'run-in-progress') throw error
    return nothingRan(`${configured.hub.id}: ${error.message}`)
  }
}

/** What is to be run, or why nothing is, in words. */
async function findDue(
  ledger: Ledger,
  { hub }: ConfiguredHub,
  cadence: Cadence,
  { at = new Date(), dryRun }: RunOptions,
  terminal: Terminal,
): Promise<Order | string> {
  if (!dryRun && (await ledger.begin())) return 'kept from now on; what is due after this will run'
  const found = await dueTasks(ledger, tasks, cadence, hub.timeZone, at)
  for (const { givenUp, name } of found) {
    if (givenUp === null) continue
    terminal.err(
      `${hub.id}: ${name} did not succeed in ${maxAttempts} attempts for ${givenUp.toISOString()}; it is left until its next time, or hubkeeper run ${name}`,
    )
  }
  const due = found.filter(({ dueFor }) => dueFor !== null)
  const freeze = dryRun ? null : await ledger.freeze()
  if (due.length > 0 && freeze !== null && due.every(({ name }) => isWriting(name))) {
    return `frozen ${describeStop(freeze)}; what is due runs after hubkeeper thaw`
  }
  const times = due.flatMap(({ dueFor }) => (dueFor === null ? [] : [dueFor.getTime()]))
  if (times.length === 0) return 'nothing is due'
  const scheduledFor = new Date(Math.max(...times))
  const slot = `${cadence}-${scheduledFor.toISOString()}`
  // A task that became due later for the same time, because it is new, needs a slot of its own.
  const taken = (await ledger.run(runMaintenance.name, slot))?.state === 'succeeded'
  return {
    task: runMaintenance,
    input: { cadence, due: true },
    scheduledFor,
    slot: taken ? `${slot}-${ulid()}` : slot,
  }
}

const isWriting = (task: string): boolean => tasks.some(({ name, writes }) => name === task && writes)

const nothingRan = (remark: string): Executed => ({
  run: runOf([], new Date(), new Date()),
  remarks: [remark],
})
