import { type Config, type Deployment, deploymentVariable, functionNameOf, type Task } from '@hubkeeper/core'
import { Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Code, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { allow } from './allow.ts'
import type { Buckets } from './grants.ts'
import { acknowledge } from './nag.ts'
import { permissionsOf } from './permissions.ts'
import { architecture, layersFor, runtime, type SharedLayers } from './shared-layer.ts'

/** What the function of a task is made of. */
export interface TaskFunctionProps {
  readonly task: Task
  readonly config: Config
  /** The whole registry. */
  readonly tasks: readonly Task[]
  readonly buckets: Buckets
  readonly deployment: Deployment
  /** Folder with the function's code. */
  readonly folder: string
  readonly layers: SharedLayers
  readonly deadLetters: IQueue
}

/** How often and how long a failed delivery is tried again. */
export interface Persistence {
  readonly retryAttempts: number
  readonly maxEventAge: Duration
}

const persistent: Persistence = { retryAttempts: 2, maxEventAge: Duration.hours(1) }

/**
 * A probe that is late is worth nothing: the next one comes within minutes. What somebody asked for is not
 * done again behind their back, unless it goes on where it stopped: another undo would undo the first.
 */
export function persistenceOf({ resumes = false, schedule }: Task): Persistence {
  switch (schedule.cadence) {
    case 'continuous':
      return { retryAttempts: 0, maxEventAge: Duration.minutes(1) }
    case 'on-demand':
      return resumes ? persistent : { ...persistent, retryAttempts: 0 }
    default:
      return persistent
  }
}

/** The function of a task, with a role and a log of its own. */
export class TaskFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: TaskFunctionProps) {
    const { config, deadLetters, deployment, folder, layers, task } = props
    const functionName = functionNameOf(config.aws.name, task.name)
    const logGroup = new LogGroup(scope, 'Log', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: config.aws.logRetentionDays,
      // Reports are what is kept; a log left behind would stand in the way of the next deployment.
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const { memory, scratch, timeout } = task.limits
    super(scope, id, {
      functionName,
      description: task.summary,
      runtime,
      architecture,
      handler: 'index.handler',
      code: Code.fromAsset(folder),
      layers: layersFor(task.access, layers),
      role: roleFor(scope, props, logGroup),
      logGroup,
      memorySize: memory,
      timeout: Duration.seconds(Math.ceil(timeout / 1000)),
      ephemeralStorageSize: Size.mebibytes(Math.max(512, Math.ceil(scratch / 1024 ** 2))),
      environment: {
        [deploymentVariable]: Stack.of(scope).toJsonString(deployment),
        POWERTOOLS_SERVICE_NAME: task.name,
      },
    })
    this.configureAsyncInvoke({
      ...persistenceOf(task),
      // The role is granted this by hand, so nothing is added to it here.
      onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
    })
    acknowledge(this, {
      'Serverless-LambdaDLQ': 'failed invocations go to the queue as a destination, which tells more',
      'Serverless-LambdaTracing': 'a run writes a report that says what it did and how long it took',
    })
  }
}

function roleFor(scope: Construct, props: TaskFunctionProps, logGroup: LogGroup): Role {
  const { buckets, config, deadLetters, deployment, task, tasks } = props
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
  const surroundings = {
    buckets,
    scannersProject: deployment.scannersProject,
    tasks,
    topics: Object.values(deployment.topics),
    deadLetters: deadLetters.queueArn,
    logGroup: logGroup.logGroupArn,
  }
  for (const permission of permissionsOf(task, config, surroundings, Stack.of(scope))) allow(role, permission)
  return role
}
