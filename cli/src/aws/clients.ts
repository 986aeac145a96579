import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { patience } from '@hubkeeper/aws/drivers'
import type { AwsConfig } from '@hubkeeper/core'

/** Where requests go: the configured region, else as the SDK finds it. */
export const placeOf = ({ region }: AwsConfig): { region?: string } =>
  region === undefined ? {} : { region }

/**
 * A client for functions. Invoke them as events: waiting for a task's answer takes longer than a request
 * may, and sending it again would run the task again.
 */
export const lambdaClient = (aws: AwsConfig): LambdaClient =>
  new LambdaClient({ ...patience, ...placeOf(aws) })

/** A client for stacks. */
export const cloudFormationClient = (aws: AwsConfig): CloudFormationClient =>
  new CloudFormationClient({ ...patience, ...placeOf(aws) })
