import { createHash } from 'node:crypto'
import { CfnOutput, NestedStack, Stack, TimeZone } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  type ScheduleGroup,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler'
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets'
import { Construct } from 'constructs'
import { allow } from './allow.ts'
import { expressionOf } from './schedule.ts'
import { persistenceOf, TaskFunction, type TaskFunctionProps } from './task-function.ts'

interface ScheduledTaskProps extends TaskFunctionProps {
  readonly group: ScheduleGroup
}

/**
 * One task: its function, and a schedule for each hub in the hub's time zone. The schedules are a stack within
 * the stack: CloudFormation takes 500 resources in each, and there is one for every task of every hub.
 */
export class ScheduledTask extends Construct {
  readonly function: TaskFunction
  /** Null for a task that nothing runs but people. */
  readonly schedules: NestedStack | null

  constructor(scope: Construct, id: string, props: ScheduledTaskProps) {
    super(scope, id)
    this.function = new TaskFunction(this, 'Function', props)
    const expression = expressionOf(props.task.schedule)
    this.schedules = expression === null ? null : this.schedule(expression, props)
    new CfnOutput(Stack.of(this), outputOf(props.task.name), { value: this.function.functionName })
  }

  private schedule(
    expression: string,
    { config, deadLetters, group, task }: ScheduledTaskProps,
  ): NestedStack {
    const role = new Role(this, 'SchedulerRole', { assumedBy: schedulerOf(group) })
    allow(role, { actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] })
    allow(role, { actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] })
    const schedules = new NestedStack(this, 'Schedules', { description: `Hubkeeper: when ${task.name} runs` })
    for (const [hub, { timeZone }] of Object.entries(config.hubs)) {
      const schedule = new Schedule(schedules, `Schedule-${hub}`, {
        scheduleName: nameOf(`${task.name}-${hub}`),
        scheduleGroup: group,
        description: `${task.title} of ${hub}`,
        schedule: ScheduleExpression.expression(expression, TimeZone.of(timeZone)),
        target: new LambdaInvoke(this.function, {
          // Without updates: the construct would add a wildcard for versions that are never invoked.
          role: role.withoutPolicyUpdates(),
          deadLetterQueue: deadLetters,
          input: ScheduleTargetInput.fromObject({
            hub,
            scheduleArn: ContextAttribute.scheduleArn,
            scheduledTime: ContextAttribute.scheduledTime,
          }),
          ...persistenceOf(task),
        }),
      })
      schedule.node.addDependency(role)
    }
    return schedules
  }
}

const schedulerOf = (group: ScheduleGroup): ServicePrincipal =>
  new ServicePrincipal('scheduler.amazonaws.com', {
    conditions: {
      StringEquals: {
        'aws:SourceAccount': Stack.of(group).account,
        'aws:SourceArn': group.scheduleGroupArn,
      },
    },
  })

/** `DatabaseMaintenanceFunction`: the name of an output is letters and digits. */
const outputOf = (task: string): string =>
  `${task.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}Function`

const longestName = 64

/** `name`, made shorter where EventBridge would not take it. */
function nameOf(name: string): string {
  if (name.length <= longestName) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${name.slice(0, longestName - hash.length - 1)}-${hash}`
}
