import { setTimeout } from 'node:timers/promises'
import { InvokeCommand } from '@aws-sdk/client-lambda'
import { serviceError } from '@hubkeeper/aws/drivers'
import {
  type AwsConfig,
  type FinishedRun,
  type HubConfig,
  HubkeeperError,
  keys,
  minutes,
  type ObjectStore,
  type Progress,
  type Report,
  reportSchema,
  type Task,
} from '@hubkeeper/core'
import { lambdaClient } from './clients.ts'
import type { Deployed } from './deployment.ts'
import { deployedLedger } from './ledger.ts'

const pollInterval = 1000

/** How long a function may take to begin: a cold start, and Lambda's own queue. */
const patience = minutes(2)

/**
 * Starts a task's function as an event; gives the id under which the ledger will know the run.
 *
 * @throws HubkeeperError when it was not started, or nobody can say whether it was
 */
export async function startFunction(
  aws: AwsConfig,
  name: string,
  payload: Readonly<Record<string, unknown>>,
): Promise<string> {
  try {
    const client = lambdaClient(aws)
    const { $metadata } = await client.send(
      new InvokeCommand({ FunctionName: name, InvocationType: 'Event', Payload: JSON.stringify(payload) }),
    )
    if ($metadata.requestId !== undefined) return $metadata.requestId
  } catch (error) {
    const { code, hint, message } = serviceError(error, `cannot start the function ${name}`)
    const unsure = code === 'unreachable' || code === 'io'
    throw new HubkeeperError(code, message, {
      hint: unsure ? `${hint}; but see its log group first: it may have begun all the same` : hint,
      cause: error,
    })
  }
  throw new HubkeeperError('io', `the function ${name} was started, but its request has no id`, {
    hint: 'see its log group for what it does',
  })
}

/**
 * Waits until the run of a request is over, by the hub's ledger, and gives its report.
 *
 * @throws HubkeeperError when it does not begin, or its report is not there
 */
export async function followRun(
  deployed: Deployed,
  task: Task,
  hub: HubConfig & { readonly id: string },
  requestId: string,
  progress: Progress,
): Promise<Report> {
  const store = deployed.storeOf(hub.id)
  const ledger = deployedLedger(store, hub)
  const started = Date.now()
  progress.step(`Waiting for ${deployed.functionOf(task.name)} to begin`)
  for (let begun = false; ; ) {
    const record = await ledger.run(task.name, requestId)
    if (record !== null && record.state !== 'running') return readReport(store, record)
    if (record !== null && !begun) {
      begun = true
      progress.step(`Running as ${record.run}`)
    }
    const waited = Date.now() - started
    if (!begun && waited > patience) throw notBegun(deployed.functionOf(task.name), requestId)
    if (waited > patience + task.limits.timeout) throw notOver(deployed.functionOf(task.name), requestId)
    await setTimeout(pollInterval)
  }
}

async function readReport(store: ObjectStore, { run, task }: FinishedRun): Promise<Report> {
  const key = keys.report(task, run, 'json')
  const stored = await store.get(key)
  const parsed = reportSchema.safeParse(
    stored === null ? null : parseJson(new TextDecoder().decode(stored.body)),
  )
  if (parsed.success) return parsed.data
  const problem = stored === null ? 'there is no report at' : 'nobody can read the report at'
  throw new HubkeeperError('object-missing', `the run ${run} is over, but ${problem} ${key}`, {
    hint: 'see the function’s log group for what it did',
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const notBegun = (name: string, requestId: string): HubkeeperError =>
  new HubkeeperError('time-limit', `${name} has not begun request ${requestId}`, {
    hint: `it may be refused, throttled, or wait for another run of this hub: see the log group /aws/lambda/${name} and the dead letters`,
  })

const notOver = (name: string, requestId: string): HubkeeperError =>
  new HubkeeperError('time-limit', `${name} was ended before request ${requestId} was done`, {
    hint: 'Lambda tries it again; see its reports in the bucket later, and the dead letters',
  })
