import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { createS3Client, hubStore, serviceError } from '@hubkeeper/aws/drivers'
import {
  type AwsConfig,
  ConfigurationError,
  functionNameOf,
  HubkeeperError,
  type ObjectStore,
} from '@hubkeeper/core'
import { cloudFormationClient, placeOf } from './clients.ts'

/** What `npx cdk deploy` made, found by the names of its stacks. */
export interface Deployed {
  readonly hubBucket: string
  readonly backupBucket: string
  /** Name of a task's function. */
  functionOf(task: string): string
  /** Everything of a hub in the buckets. */
  storeOf(hub: string): ObjectStore
}

/** @throws HubkeeperError when there is no such deployment, or it may not be looked at */
export async function findDeployment(aws: AwsConfig): Promise<Deployed> {
  const stack = `${aws.name}-storage`
  const outputs = await outputsOf(stack, aws)
  const output = (name: string): string => {
    const value = outputs.get(name)
    if (value !== undefined) return value
    throw new HubkeeperError('not-available', `the stack ${stack} has no output ${name}`, {
      hint: 'it was deployed by another version: npx cdk deploy --all',
    })
  }
  const hubBucket = output('HubBucket')
  const backupBucket = output('BackupBucket')
  const client = createS3Client(placeOf(aws))
  return {
    hubBucket,
    backupBucket,
    functionOf: (task) => functionNameOf(aws.name, task),
    storeOf: (hub) => hubStore(client, { hubBucket, backupBucket }, hub),
  }
}

async function outputsOf(stack: string, aws: AwsConfig): Promise<Map<string, string>> {
  try {
    const client = cloudFormationClient(aws)
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }))
    return new Map(
      (Stacks[0]?.Outputs ?? []).flatMap(({ OutputKey, OutputValue }) =>
        OutputKey === undefined || OutputValue === undefined ? [] : [[OutputKey, OutputValue]],
      ),
    )
  } catch (error) {
    throw stackError(error, stack)
  }
}

/** CloudFormation and the SDK tell these apart by their words alone. */
function stackError(error: unknown, stack: string): HubkeeperError {
  const message = error instanceof Error ? error.message : ''
  if (message.includes('does not exist')) {
    return new HubkeeperError('not-available', `there is no stack ${stack}`, {
      hint: 'deploy first: npx cdk deploy --all; or check aws.name and aws.region in hubkeeper.json',
      cause: error,
    })
  }
  if (/^Region (is missing|not accepted)/.test(message)) {
    return new ConfigurationError(`no region says where the stack ${stack} is`, {
      hint: 'set aws.region in hubkeeper.json, or AWS_REGION',
      cause: error,
    })
  }
  return serviceError(error, `cannot look at the stack ${stack}`)
}
