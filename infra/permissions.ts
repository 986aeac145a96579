import { type Config, metricNamespace, type Task } from '@hubkeeper/core'
import { Arn, ArnFormat, type Stack } from 'aws-cdk-lib'
import { type Buckets, objectPermissions, type Permission } from './grants.ts'

/** What a function works with beside the buckets. */
export interface Surroundings {
  readonly buckets: Buckets
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
  { aws, hubs }: Config,
  { buckets, deadLetters, logGroup, topics }: Surroundings,
  stack: Stack,
): Permission[] {
  const perHub = Object.entries(hubs)
  const groups = task.access.logs === undefined ? [] : perHub.flatMap(([, hub]) => hub.logs?.logGroup ?? [])
  return [
    ...perHub.flatMap(([id, hub]) => objectPermissions(task, id, hub, buckets)),
    publishMetrics,
    ...(task.access.metrics === undefined ? [] : [readMetrics]),
    ...(groups.length === 0 ? [] : [readLogs([...new Set(groups)], stack)]),
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

// Every function keeps its reports, and an upload in parts reads its own data key back.
const useKey = (key: string): Permission => ({
  actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
  resources: [key],
})
