import type { Config, Task } from '@hubkeeper/core'
import { type NestedStack, Stack, type StackProps } from 'aws-cdk-lib'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler'
import type { Construct } from 'constructs'
import { Alarms } from './alarms.ts'
import type { Assets } from './bundle/assets.ts'
import type { Buckets } from './grants.ts'
import { Paging } from './paging.ts'
import { hasScans } from './scanners/scanner-permissions.ts'
import { ScannersProject } from './scanners/scanners-project.ts'
import { ScheduledTask } from './scheduled-task.ts'
import { sharedLayers } from './shared-layer.ts'

interface MaintenanceStackProps extends StackProps {
  readonly config: Config
  readonly tasks: readonly Task[]
  readonly assets: Assets
  readonly buckets: Buckets
}

/** Everything that runs: each task of the registry for each hub, and who is told when it does not. */
export class MaintenanceStack extends Stack {
  /** One stack for each task that has a schedule. */
  readonly schedules: readonly NestedStack[]

  constructor(scope: Construct, id: string, props: MaintenanceStackProps) {
    const { assets, buckets, config, tasks, ...rest } = props
    super(scope, id, rest)
    const paging = new Paging(this, 'Paging', { aws: config.aws })
    const { deadLetters, onCall, security, team } = paging
    const alarms = new Alarms(this, 'Alarms', { onCall: new SnsAction(onCall) })
    const layers = sharedLayers(this, assets.layers)
    const group = new ScheduleGroup(this, 'Schedules', { scheduleGroupName: config.aws.name })
    const scanning = tasks.some(({ access }) => access.scanners !== undefined)
    const scanners =
      scanning && Object.values(config.hubs).some(hasScans)
        ? new ScannersProject(this, 'Scanners', { config, buckets })
        : null
    const deployment = {
      hubBucket: buckets.hubBucket,
      backupBucket: buckets.backupBucket,
      accessLogBucket: buckets.accessLogBucket,
      ...(scanners === null ? {} : { scannersProject: scanners.projectName }),
      topics: { 'on-call': onCall.topicArn, security: security.topicArn, team: team.topicArn },
    }
    const schedules: NestedStack[] = []
    for (const task of tasks) {
      const folder = assets.functions.get(task.name)
      if (folder === undefined) throw new Error(`the function of ${task.name} was not bundled`)
      const scheduled = new ScheduledTask(this, task.name, {
        task,
        config,
        tasks,
        buckets,
        deployment,
        folder,
        layers,
        group,
        deadLetters,
      })
      alarms.watchFunction(task, scheduled.function)
      if (scheduled.schedules !== null) schedules.push(scheduled.schedules)
    }
    this.schedules = schedules
    alarms.watchDeadLetters(deadLetters)
    alarms.watchSchedules(group)
    // Only a task that runs all the time publishes what these look at.
    if (!tasks.some(({ schedule }) => schedule.cadence === 'continuous')) return
    for (const [hub, settings] of Object.entries(config.hubs)) alarms.watchHub(hub, settings)
  }
}
