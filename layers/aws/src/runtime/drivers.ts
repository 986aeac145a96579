import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Access,
  ConfigurationError,
  type Connect,
  type ConnectedRun,
  createLedger,
  followingGrants,
  grantsOf,
  type HubConfig,
  isPretended,
  ledgerAt,
  ledgerPrefix,
  metricNamespace,
  objectRecords,
  type RunnerDrivers,
  restrictStore,
  runnerGrants,
  seconds,
  storedReports,
  type Task,
  type TaskRunner,
} from '@hubkeeper/core'
import { httpHub, httpReindexer } from '@hubkeeper/http'
import { cloudwatchMetrics } from '../cloudwatch-metrics.ts'
import { hubStore } from '../hub-store.ts'
import { snsAlerts } from '../sns-alerts.ts'
import { storedIndexes } from '../stored-index-writer.ts'
import { auditPortsOf } from './audit.ts'
import type { Clients } from './clients.ts'
import { custodyPortsOf } from './custody.ts'
import type { Environment } from './environment.ts'
import { filesOf } from './files.ts'
import { logsOf } from './logs.ts'
import { remoteControl } from './remote-control.ts'
import { remoteHost } from './remote-host.ts'
import { remoteRecovery } from './remote-recovery.ts'

/** Time to say that a run ran out of time, before the platform ends it, ms. */
const parting = seconds(15)

/** How much longer than the function its claims live: clocks differ, ms. */
const margin = seconds(60)

/** One invocation of one function, for one hub. */
export interface DeployedRun {
  readonly task: Task
  readonly hub: HubConfig & { readonly id: string }
  readonly environment: Environment
  readonly clients: Clients
  /** When the platform ends the function. */
  readonly endsAt: Date
  readonly requestId: string
  /** Collects what has to be tidied up when the invocation is over. */
  readonly onEnd: (tidy: () => Promise<void>) => void
}

/** The drivers of a run on AWS. */
export function openDeployed(run: DeployedRun): RunnerDrivers {
  const { clients, endsAt, environment, hub, task } = run
  const { deployment } = environment
  const now = () => new Date()
  const store = hubStore(clients.s3, deployment, hub.id)
  const own = restrictStore(
    store,
    [...runnerGrants(task), ...grantsOf(pick(task.access, 'ledger'), hub), ...followingGrants(task.access)],
    task.name,
  )
  const metrics = cloudwatchMetrics({ client: clients.metrics, namespace: metricNamespace, now })
  const ledger = createLedger({
    records: objectRecords({ store: own, prefix: ledgerPrefix }),
    namespace: '',
    hub: hub.id,
    timeZone: hub.timeZone,
    tasks: environment.config.tasks,
    now,
  })
  const deadline = new Date(endsAt.getTime() - Math.min(parting, remaining(endsAt) / 4))

  /** The other tasks' functions; their client is loaded by those that start some. */
  async function runnerFor(parent: ConnectedRun): Promise<TaskRunner> {
    const { deployment: name, tasks } = environment.config
    if (name === undefined) {
      throw new ConfigurationError('this function is not told what the functions of other tasks are called', {
        hint: 'deploy again: npx cdk deploy --all',
      })
    }
    const [{ lambdaFunctions }, { deployedTaskRunner }] = await Promise.all([
      import('../function-starter.ts'),
      import('./task-runner.ts'),
    ])
    return deployedTaskRunner({
      hub,
      tasks,
      deployment: name,
      ledger,
      functions: lambdaFunctions(),
      deadline,
      parent,
    })
  }

  const connectFor =
    (parent: ConnectedRun): Connect =>
    async (access) => {
      const { fence, id } = parent
      const granted = restrictStore(store, grantsOf(access, hub), task.name)
      return {
        ...(await custodyPortsOf(access, {
          hub,
          run: id,
          store: granted,
          scratch: join(tmpdir(), 'hubkeeper'),
          deadline,
          fence,
          onEnd: run.onEnd,
        })),
        ...(await auditPortsOf(access, {
          hub,
          task: task.name,
          run: id,
          remembers: !parent.dryRun && !isPretended(parent, now()),
          store: granted,
          s3: clients.s3,
          deployment,
          deadline,
          fence,
          now,
        })),
        ...(access.api === undefined ? {} : { api: access.api === 'reindex' ? httpReindexer() : httpHub() }),
        ...(access.host === undefined ? {} : { host: remoteHost() }),
        ...(access.logs === undefined ? {} : { logs: await logsOf(hub, access.logs, granted, fence) }),
        ...(access.files === undefined
          ? {}
          : { files: filesOf(access.files, { hub, store: granted, fence, onEnd: run.onEnd }) }),
        ...(access.metrics === undefined ? {} : { metrics }),
        ...(access.indexes === undefined
          ? {}
          : { indexes: storedIndexes({ store: granted, hub, run: id, fence }) }),
        ...(access.reports === undefined ? {} : { reports: storedReports({ store: granted }) }),
        ...(access.control === undefined ? {} : { control: remoteControl() }),
        ...(access.ledger === undefined ? {} : { ledger: ledgerAt(ledger, access.ledger) }),
        ...(access.tasks === undefined ? {} : { tasks: await runnerFor(parent) }),
        ...(access.recovery === undefined ? {} : { recovery: remoteRecovery() }),
      }
    }

  return {
    ledger,
    store: own,
    metrics,
    alerts: snsAlerts({ client: clients.topics, topics: deployment.topics }),
    connect: connectFor,
    now,
    owner: run.requestId,
    lease: remaining(endsAt) + margin,
    heartbeat: false,
    deadline,
  }
}

const remaining = (endsAt: Date): number => Math.max(0, endsAt.getTime() - Date.now())

/** One port of an access alone. */
const pick = (access: Access, port: 'ledger'): Access =>
  access[port] === undefined ? {} : { [port]: access[port] }
