import { Logger } from '@aws-lambda-powertools/logger'
import { HubkeeperError, runTask, type Task, UsageError } from '@hubkeeper/core'
import { type Invocation, parseEvent } from './event.ts'
import { type Clients, createClients } from './runtime/clients.ts'
import { openDeployed } from './runtime/drivers.ts'
import { type Environment, readEnvironment } from './runtime/environment.ts'
import { slotOf } from './runtime/slot.ts'
import { type ReportSummary, type Summary, summarize, summaryOf } from './runtime/summary.ts'

/** What Lambda tells of an invocation, as far as it matters here. */
export interface LambdaContext {
  readonly awsRequestId: string
  getRemainingTimeInMillis(): number
}

/** What Lambda calls. */
export type LambdaHandler = (event: unknown, context: LambdaContext) => Promise<Summary>

/**
 * A Lambda handler for a task: a scheduled event, `{}` by hand, or arguments; for one hub or, by hand,
 * for every one. Its answer is the summary of the reports.
 *
 * @throws UsageError for an event that cannot be understood: nothing ran
 * @throws HubkeeperError when the task could not do its job, so that Lambda counts it and tries again
 */
export function serve(task: Task): LambdaHandler {
  const logger = new Logger({ serviceName: 'hubkeeper' })
  // Kept from one invocation to the next: connections, and what never changes.
  let warm: { readonly clients: Clients; readonly environment: Environment } | null = null

  const ready = () => {
    warm ??= { clients: createClients(), environment: readEnvironment(process.env) }
    return warm
  }

  async function runFor(hub: string, invocation: Invocation, context: LambdaContext): Promise<ReportSummary> {
    const { clients, environment } = ready()
    const config = environment.config.hubs[hub]
    if (config === undefined) throw unknownHub(hub, Object.keys(environment.config.hubs))
    const tidying: (() => Promise<void>)[] = []
    const drivers = openDeployed({
      task,
      hub: { ...config, id: hub },
      clients,
      environment,
      endsAt: new Date(Date.now() + context.getRemainingTimeInMillis()),
      requestId: context.awsRequestId,
      onEnd: (tidy) => tidying.push(tidy),
    })
    const request = {
      hub: { ...config, id: hub },
      input: invocation.input,
      scheduledFor: invocation.scheduled?.time ?? null,
      slot: slotOf(invocation, context.awsRequestId),
      at: invocation.at,
      dryRun: invocation.dryRun,
      progress: { step: (text: string) => logger.info(text, { hub, task: task.name }) },
    }
    try {
      const outcome = await runTask(task, request, drivers)
      const kept = !invocation.dryRun && task.schedule.cadence !== 'continuous'
      return summaryOf(hub, task.name, outcome, kept)
    } finally {
      for (const tidy of tidying) {
        // What was given up may still be writing there: that must not hide what became of the run.
        await tidy().catch((error: unknown) => logger.warn('scratch was left behind', named(error)))
      }
    }
  }

  return async (event, context) => {
    logger.resetKeys()
    logger.appendKeys({ requestId: context.awsRequestId, task: task.name })
    const reports: ReportSummary[] = []
    const failures: Error[] = []
    try {
      const invocation = parseEvent(event)
      const hubs = invocation.hub === null ? Object.keys(ready().environment.config.hubs) : [invocation.hub]
      for (const hub of hubs) {
        // One hub's trouble is not another's; all of it is told at the end.
        try {
          reports.push(await runFor(hub, invocation, context))
        } catch (error) {
          failures.push(named(error))
        }
      }
      const [first] = failures
      if (first !== undefined)
        throw failures.length === 1 ? first : new AggregateError(failures, describe(failures))
      const summary = summarize(reports)
      logger.info('done', { summary: { ...summary } })
      return summary
    } catch (error) {
      const failure = named(error)
      logger.error(failure.message, failure)
      throw failure
    }
  }
}

/** An error whose type and message, all that Lambda passes on, say what happened and what to do. */
function named(error: unknown): Error {
  if (!(error instanceof HubkeeperError)) return error instanceof Error ? error : new Error(String(error))
  const told = new Error(`${error.message}; what to do: ${error.hint}`, { cause: error })
  told.name = error.code
  return told
}

const describe = (failures: readonly Error[]): string =>
  failures.map(({ message, name }) => `${name}: ${message}`).join('\n')

const unknownHub = (hub: string, known: readonly string[]): UsageError =>
  new UsageError(`there is no hub ${hub}`, { hint: `known are ${known.join(', ')}` })
