import {
  type Detector,
  type DetectorDrill,
  type DetectorMatrix,
  type DrilledFault,
  HubkeeperError,
  type TaskResult,
} from '@hubkeeper/core'
import { onTestFinished } from 'vitest'
import { type Embedded, openEmbedded } from '../../cli/src/embedded.ts'
import { access, type DrillContext } from '../../functions/disaster-recovery-test/context.ts'
import { disasterRecoveryTest } from '../../functions/disaster-recovery-test/task.ts'
import { keeperOf, markedProcesses } from '../../layers/local/src/recovery/marked.ts'
import { configuredIn } from './configured.ts'
import { contextOf } from './context.ts'
import { type FindFinding, findingIn } from './findings.ts'
import type { TestHub } from './hub.ts'

/** A fault that was planted three times, and is expected of `bytes`. */
export const drilled = (
  name: string,
  noticed: number,
  others: Partial<Record<Detector, number>> = {},
): DrilledFault => ({
  name,
  title: `A ${name}`,
  expected: ['bytes'],
  planted: 3,
  noticed,
  byDetector: {
    bytes: noticed,
    structure: 0,
    integrity: 0,
    'foreign-keys': 0,
    'search-indexes': 0,
    content: 0,
    'cross-check': 0,
    vanished: 0,
    chain: 0,
    ...others,
  },
  missed: Array.from({ length: 3 - noticed }, (_, i) => `page ${i + 7}`),
})

/** A drill with a result of the test’s: how well detectors do is shown elsewhere. */
export const drillOf = (
  faults: readonly DrilledFault[],
  rest: Partial<DetectorMatrix> = {},
): DetectorDrill => ({
  catalogue: ['flipped-bit', 'truncation'],
  run: async (_copy, { seed }) => ({
    canary: 'a copy',
    canaryBytes: 4096,
    seed,
    faults,
    skipped: [],
    unable: [],
    falseAlarms: [],
    seconds: 1,
    ...rest,
  }),
})

/** One that cannot plant anything here. */
export const noDrill: DetectorDrill = {
  catalogue: [],
  run: async () => {
    throw new HubkeeperError('not-available', 'no canary can be made here', { hint: 'run it embedded' })
  },
}

/** What a test of a hub came to. */
export interface Drilled {
  readonly result: TaskResult
  readonly finding: FindFinding
  /** The value of a figure; undefined when there is none. */
  figure(name: string, subject?: string | null): number | undefined
}

/** Finds what is asked for in a result. */
export const drilledOf = (result: TaskResult): Drilled => ({
  result,
  finding: findingIn(result.findings),
  figure: (name, subject = null) =>
    result.figures?.find((each) => each.name === name && each.subject === subject)?.value,
})

/** A hub with the ports that a disaster-recovery test has on this machine. */
export async function openForDrill(
  hub: TestHub,
): Promise<{ readonly context: DrillContext; readonly embedded: Embedded }> {
  const configured = await configuredIn(hub.directory)
  const embedded = openEmbedded(configured, { tasks: [disasterRecoveryTest] })
  onTestFinished(() => embedded.close())
  const ports = await embedded.connect(access)
  return {
    context: { ...contextOf(configured.hub, new Date(), { now: () => new Date() }), ...ports },
    embedded,
  }
}

/** Runs the task on a hub, on everything that is real but the detectors. */
export async function drill(
  hub: TestHub,
  input: object = {},
  changes: Partial<DrillContext> = {},
): Promise<Drilled> {
  const { context, embedded } = await openForDrill(hub)
  const own = { drill: drillOf([drilled('flipped-bit', 3), drilled('truncation', 3)]), ...changes }
  const whole = { ...context, ...own }
  const result = await disasterRecoveryTest.start(whole, async () => whole, input)
  await embedded.close()
  return drilledOf(result)
}

/** Processes of hubs that were started for practice by `pid`. */
export const startedBy = async (pid: number | undefined): Promise<number[]> =>
  (await markedProcesses()).filter(({ mark }) => keeperOf(mark) === pid).map((each) => each.pid)
