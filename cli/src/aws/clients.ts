import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { patience } from '@hubkeeper/aws/drivers'
import type { AwsConfig } from '@hubkeeper/core'

/** Where requests go: the configured region, else as the SDK finds it. */
export const placeOf = ({ region }: AwsConfig): { region?: string } =>
  region === undefined ? {} : { region }

/**
 * A client that starts functions. It sends a request once: when an answer is lost, sending it again would
 * run the task a second time, and an undo done twice is none.
 */
export const lambdaClient = (aws: AwsConfig): LambdaClient =>
  new LambdaClient({ ...patience, ...placeOf(aws), maxAttempts: 1 })

/** A client for stacks. */
export const cloudFormationClient = (aws: AwsConfig): CloudFormationClient =>
  new CloudFormationClient({ ...patience, ...placeOf(aws) })
