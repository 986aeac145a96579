import { type Config, functionNameOf, isOfCadence, metricNamespace, type Task } from '@hubkeeper/core'
import { Arn, ArnFormat, type Stack } from 'aws-cdk-lib'
import { type AuditSurroundings, auditPermissions } from './audit-permissions.ts'
import { objectPermissions, type Permission } from './grants.ts'

/** What a function works with beside the buckets. */
export interface Surroundings extends AuditSurroundings {
  /** The whole registry: what runs other tasks starts their functions. */
  readonly tasks: readonly Task[]
  /** ARNs of the topics. */
  readonly topics: readonly string[]
  /** ARN of the queue that failed invocations end in. */
  readonly deadLetters: string
  /** ARN of the function's own log group. */
  readonly logGroup: string
}

/** Everything the function of a task may do, and nothing else. */
export function permissionsOf(
  task: Task,
  config: Config,
  surroundings: Surroundings,
  stack: Stack,
): Permission[] {
  const { aws, hubs } = config
  const { buckets, deadLetters, logGroup, tasks, topics } = surroundings
  const groups = Object.values(hubs).flatMap(({ audit, logs }) =>
    task.access.logs === 'read' || (task.access.secrets !== undefined && audit.secrets.logs)
      ? (logs?.logGroup ?? [])
      : [],
  )
  return [
    ...objectPermissions(task, hubs, buckets),
    ...auditPermissions(task, config, surroundings, stack),
    publishMetrics,
    ...(task.access.metrics === undefined ? [] : [readMetrics]),
    ...(groups.length === 0 ? [] : [readLogs([...new Set(groups)], stack)]),
    ...(task.access.tasks === undefined ? [] : [startFunctions(aws.name, tasks, stack)]),
    ...(aws.kmsKeyArn === undefined ? [] : [useKey(aws.kmsKeyArn)]),
    { actions: ['sns:Publish'], resources: topics },
    { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup] },
    { actions: ['sqs:SendMessage'], resources: [deadLetters] },
  ]
}

const publishMetrics: Permission = {
  actions: ['cloudwatch:PutMetricData'],
  resources: ['*'],
  conditions: { StringEquals: { 'cloudwatch:namespace': metricNamespace } },
  wildcard: 'CloudWatch metrics have no ARN; the condition holds it to one namespace',
}

const readMetrics: Permission = {
  actions: ['cloudwatch:GetMetricData'],
  resources: ['*'],
  wildcard: 'CloudWatch metrics have no ARN, and reading them knows no condition',
}

const readLogs = (groups: readonly string[], stack: Stack): Permission => ({
  actions: ['logs:FilterLogEvents'],
  resources: groups.map((resourceName) =>
    Arn.format(
      {
        service: 'logs',
        resource: 'log-group',
        resourceName: `${resourceName}:*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      },
      stack,
    ),
  ),
  wildcard: 'the streams of one log group of a hub',
})

/** Named one by one, and by name: a reference would go in a circle. */
const startFunctions = (deployment: string, tasks: readonly Task[], stack: Stack): Permission => ({
  actions: ['lambda:InvokeFunction'],
  resources: tasks.filter(isOfCadence).map(({ name }) =>
    Arn.format(
      {
        service: 'lambda',
        resource: 'function',
        resourceName: functionNameOf(deployment, name),
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      },
      stack,
    ),
  ),
})

// Every function keeps its reports, and an upload in parts reads its own data key back.
const useKey = (key: string): Permission => ({
  actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
  resources: [key],
})
