import { type HubConfig, metricNamespace, type Task } from '@hubkeeper/core'
import { Duration } from 'aws-cdk-lib'
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IAlarmAction,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'

const { GREATER_THAN_OR_EQUAL_TO_THRESHOLD, GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = ComparisonOperator
const { BREACHING, IGNORE, NOT_BREACHING } = TreatMissingData

interface AlarmsProps {
  readonly onCall: IAlarmAction
}

interface AlarmDefinition extends Omit<AlarmProps, 'alarmDescription' | 'actionsEnabled'> {
  /** What is wrong when it goes off. */
  readonly says: string
  /** Section of the runbook. */
  readonly anchor: string
  /** Alarms say what no data means, each with its reason. */
  readonly treatMissingData: TreatMissingData
}

/** Everything that wakes somebody up, and tells them when it is over. */
export class Alarms extends Construct {
  private readonly onCall: IAlarmAction

  constructor(scope: Construct, id: string, { onCall }: AlarmsProps) {
    super(scope, id)
    this.onCall = onCall
  }

  private add(id: string, { anchor, says, ...props }: AlarmDefinition): void {
    const alarm = new Alarm(this, id, { ...props, alarmDescription: `${says} See docs/runbook.md#${anchor}` })
    alarm.addAlarmAction(this.onCall)
    alarm.addOkAction(this.onCall)
  }

  /** A task that could not do its job, or soon will not have the time to. */
  watchFunction(task: Task, lambda: LambdaFunction): void {
    const period = Duration.minutes(5)
    this.add(`${task.name}-errors`, {
      says: `${task.title} could not do its job.`,
      anchor: 'function-failed',
      metric: lambda.metricErrors({ period, statistic: 'Sum' }),
      threshold: 1,
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      // Nothing ran, so nothing failed; that something should have run is told by tasks.overdue.
      treatMissingData: NOT_BREACHING,
    })
    this.add(`${task.name}-duration`, {
      says: `${task.title} took more than 80 % of the time it has before it is ended.`,
      anchor: 'function-slow',
      metric: lambda.metricDuration({ period, statistic: 'Maximum' }),
      threshold: task.limits.timeout * 0.8,
      comparisonOperator: GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      // Nothing ran, so nothing was slow.
      treatMissingData: NOT_BREACHING,
    })
  }

  /** Runs that were given up. */
  watchDeadLetters(queue: IQueue): void {
    this.add('dead-letters', {
      says: 'A run was given up after all its attempts; what it was to do is in the dead-letter queue.',
      anchor: 'dead-letters',
      metric: queue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(5),
        statistic: 'Maximum',
      }),
      threshold: 1,
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      // A queue that is idle for hours reports nothing: keep saying what was last known.
      treatMissingData: IGNORE,
    })
  }

  /** Runs that were never started. */
  watchSchedules(group: ScheduleGroup): void {
    this.add('dropped-schedules', {
      says: 'A scheduled run was never started: EventBridge could not invoke its function.',
      anchor: 'dropped-schedules',
      metric: group.metricDropped({ period: Duration.minutes(5), statistic: 'Sum' }),
      threshold: 1,
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      // The service counts only what it drops.
      treatMissingData: NOT_BREACHING,
    })
  }

  /** What the probe publishes of a hub, and that it publishes at all. */
  watchHub(hub: string, { api }: HubConfig): void {
    const metric = (metricName: string, statistic: string, period: Duration): Metric =>
      new Metric({ namespace: metricNamespace, metricName, dimensionsMap: { Hub: hub }, statistic, period })
    this.add(`${hub}-heartbeat`, {
      says: `Nobody watches ${hub}: the probe has been silent for five minutes, so no other alarm can be trusted.`,
      anchor: 'heartbeat-missing',
      metric: metric('probe.heartbeat', 'Sum', Duration.minutes(1)),
      threshold: 1,
      comparisonOperator: LESS_THAN_THRESHOLD,
      evaluationPeriods: 5,
      datapointsToAlarm: 5,
      // Silence is what this alarm is about.
      treatMissingData: BREACHING,
    })
    this.add(`${hub}-tasks-overdue`, {
      says: `A task of ${hub} was due and has not succeeded.`,
      anchor: 'tasks-overdue',
      metric: metric('tasks.overdue', 'Maximum', Duration.minutes(5)),
      threshold: 0,
      comparisonOperator: GREATER_THAN_THRESHOLD,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      // A silent probe says nothing of the tasks; its heartbeat has an alarm of its own.
      treatMissingData: IGNORE,
    })
    if (api === undefined) return
    this.add(`${hub}-api-available`, {
      says: `The API of ${hub} does not answer, or says itself that it is not healthy.`,
      anchor: 'api-available',
      metric: metric('api.available', 'Minimum', Duration.minutes(1)),
      threshold: 1,
      comparisonOperator: LESS_THAN_THRESHOLD,
      evaluationPeriods: 5,
      datapointsToAlarm: 3,
      // A silent probe says nothing of the API; its heartbeat has an alarm of its own.
      treatMissingData: IGNORE,
    })
  }
}
