import { needsAudit, needsReview, nextRun } from '@hubkeeper/core'
import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { tasks } from '../../functions/tasks.ts'
import { directoryForFile, fullHub, statementsOf, synthesize } from './support.ts'

const directory = directoryForFile()
const { api: _, ...withoutApi } = fullHub
const { config, maintenance, schedules } = synthesize(directory, {
  aws: {
    name: 'keeper',
    onCall: {
      emails: ['on-call@example.com'],
      sms: ['+4915112345678'],
      https: ['https://events.example.com/x'],
    },
    team: { emails: ['team@example.com'] },
  },
  hubs: { berlin: fullHub, tokyo: { ...withoutApi, timeZone: 'Asia/Tokyo' } },
})
const propertiesOf = (type: string) =>
  Object.values(maintenance.findResources(type)).map(({ Properties }) => Properties)

const functions = propertiesOf('AWS::Lambda::Function')
const alarms = propertiesOf('AWS::CloudWatch::Alarm')
const scheduled = tasks.filter(({ schedule }) => schedule.cadence !== 'on-demand')
const isContinuous = (name: string): boolean =>
  tasks.some((task) => name.startsWith(task.name) && task.schedule.cadence === 'continuous')

describe('functions', () => {
  it('are the registry', () => {
    expect(functions.map(({ FunctionName }) => FunctionName).sort()).toEqual(
      tasks.map(({ name }) => `keeper-${name}`).sort(),
    )
  })

  it.each(functions.map((properties) => [properties.FunctionName, properties]))(
    '%s keeps to Lambda’s limits, on ARM and Node 24',
    (_name, { Architectures, EphemeralStorage, MemorySize, Runtime, Timeout }) => {
      expect(Architectures).toEqual(['arm64'])
      expect(Runtime).toBe('nodejs24.x')
      expect(Timeout).toBeLessThanOrEqual(900)
      expect(Timeout).toBeGreaterThan(0)
      expect(MemorySize).toBeGreaterThanOrEqual(128)
      expect(MemorySize).toBeLessThanOrEqual(10_240)
      expect(EphemeralStorage.Size).toBeGreaterThanOrEqual(512)
      expect(EphemeralStorage.Size).toBeLessThanOrEqual(10_240)
    },
  )

  it('have a role and a log of their own', () => {
    expect(new Set(functions.map(({ Role }) => JSON.stringify(Role))).size).toBe(tasks.length)
    const groups = propertiesOf('AWS::Logs::LogGroup')
    expect(groups.map(({ LogGroupName }) => LogGroupName).sort()).toEqual(
      tasks.map(({ name }) => `/aws/lambda/keeper-${name}`).sort(),
    )
    for (const { RetentionInDays } of groups) expect(RetentionInDays).toBe(config.aws.logRetentionDays)
  })

  it('carry the engine only where there is a database to open, and what audits and reviews understand only where they do', () => {
    const layers = new Map(functions.map(({ FunctionName, Layers }) => [FunctionName, Layers.length]))
    for (const { access, name } of tasks) {
      const opens = access.database !== undefined || access.backups !== undefined
      expect(layers.get(`keeper-${name}`), name).toBe(
        2 + (opens ? 1 : 0) + (needsAudit(access) ? 1 : 0) + (needsReview(access) ? 1 : 0),
      )
    }
  })

  it('end in the dead-letter queue when every attempt failed', () => {
    const invocations = propertiesOf('AWS::Lambda::EventInvokeConfig')
    expect(invocations).toHaveLength(tasks.length)
    for (const { DestinationConfig } of invocations) {
      expect(JSON.stringify(DestinationConfig.OnFailure)).toContain('DeadLetters')
    }
  })

  it('by hand are tried again only where they go on where they stopped', () => {
    const attempts = new Map(
      propertiesOf('AWS::Lambda::EventInvokeConfig').map((config) => [
        JSON.stringify(config.FunctionName),
        config.MaximumRetryAttempts,
      ]),
    )
    for (const { name, resumes, schedule } of tasks) {
      if (schedule.cadence !== 'on-demand') continue
      const [, retries] = [...attempts].find(([id]) => id.includes(`"${name.replaceAll('-', '')}`)) ?? []
      expect(retries, name).toBe(resumes === true ? 2 : 0)
    }
  })

  it('are told where things are', () => {
    const [{ Environment }] = functions
    expect(JSON.stringify(Environment.Variables.HUBKEEPER_DEPLOYMENT)).toMatch(
      /hubBucket.*backupBucket.*topics/,
    )
  })
})

describe('schedules', () => {
  it('are every scheduled task for every hub, in the hub’s time zone', () => {
    expect(schedules.map(({ Name, ScheduleExpressionTimezone: zone }) => `${Name} ${zone}`).sort()).toEqual(
      scheduled.flatMap(({ name }) => [`${name}-berlin Europe/Berlin`, `${name}-tokyo Asia/Tokyo`]).sort(),
    )
  })

  it.each(schedules.map((properties) => [properties.Name, properties]))(
    '%s is tried again only while that makes sense, and never lost',
    (name, { GroupName, Target }) => {
      expect(JSON.stringify(GroupName)).toContain('keeper')
      expect(JSON.stringify(Target.DeadLetterConfig)).toContain('DeadLetters')
      expect(Target.RetryPolicy).toEqual(
        isContinuous(name)
          ? { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 }
          : { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 2 },
      )
      expect(JSON.parse(Target.Input)).toEqual({
        hub: name.replace(/^.*-/, ''),
        scheduleArn: '<aws.scheduler.schedule-arn>',
        scheduledTime: '<aws.scheduler.scheduled-time>',
      })
    },
  )

  it('have names that EventBridge takes, however long a hub’s id is', () => {
    const id = `${'h'.repeat(47)}`
    const long = synthesize(directory, { hubs: { [`${id}1`]: fullHub, [`${id}2`]: fullHub } })
    const names = long.schedules.map(({ Name }) => Name)
    expect(names.filter((name) => !/^[\w.-]{1,64}$/.test(name))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
  })

  it('run the tasks of a week one after another, in the order of the registry', () => {
    const from = new Date('2026-11-22T00:00:00Z')
    const week = tasks
      .filter(({ schedule }) => schedule.cadence === 'weekly')
      .map(({ schedule }) => nextRun(schedule, 'Europe/Berlin', from)?.getTime() ?? 0)
    expect(week).toEqual(week.toSorted((a, b) => a - b))
    expect(new Set(week).size).toBe(week.length)
  })
})

describe('alarms', () => {
  it.each(alarms.map((properties) => [properties.AlarmDescription, properties]))(
    '%s pages, says when it is over, and knows what silence means',
    (description, properties) => {
      const { ActionsEnabled, AlarmActions, EvaluationPeriods, OKActions, Period, TreatMissingData } =
        properties
      expect(description).toMatch(/ See docs\/runbook\.md#[a-z-]+$/)
      expect(ActionsEnabled).not.toBe(false)
      expect(JSON.stringify(AlarmActions)).toContain('OnCall')
      expect(OKActions).toEqual(AlarmActions)
      expect(['breaching', 'notBreaching', 'ignore']).toContain(TreatMissingData)
      expect(Period % 60).toBe(0)
      expect(Period * EvaluationPeriods).toBeLessThanOrEqual(Period < 3600 ? 86_400 : 604_800)
    },
  )

  it('look at every function, the queue and the schedules', () => {
    const metrics = alarms.map(({ MetricName, Namespace }) => `${Namespace} ${MetricName}`)
    const count = (metric: string): number => metrics.filter((name) => name === metric).length
    expect(count('AWS/Lambda Errors')).toBe(tasks.length)
    expect(count('AWS/Lambda Duration')).toBe(tasks.length)
    expect(count('AWS/SQS ApproximateNumberOfMessagesVisible')).toBe(1)
    expect(count('AWS/Scheduler InvocationDroppedCount')).toBe(1)
  })

  it('go off before a function runs out of time', () => {
    const thresholds = alarms
      .filter(({ MetricName }) => MetricName === 'Duration')
      .map(({ Threshold }) => Threshold)
    expect(thresholds.sort()).toEqual(tasks.map(({ limits }) => limits.timeout * 0.8).sort())
  })

  it('take a silent probe for a fault', () => {
    for (const hub of ['berlin', 'tokyo']) {
      maintenance.hasResourceProperties('AWS::CloudWatch::Alarm', {
        Namespace: 'Hubkeeper',
        MetricName: 'probe.heartbeat',
        Dimensions: [{ Name: 'Hub', Value: hub }],
        Statistic: 'Sum',
        ComparisonOperator: 'LessThanThreshold',
        Threshold: 1,
        Period: 60,
        EvaluationPeriods: 5,
        DatapointsToAlarm: 5,
        TreatMissingData: 'breaching',
        Unit: Match.absent(),
      })
    }
  })

  it('watch an API only where there is one', () => {
    const watched = alarms.filter(({ MetricName }) => MetricName === 'api.available')
    expect(watched.map(({ Dimensions }) => Dimensions)).toEqual([[{ Name: 'Hub', Value: 'berlin' }]])
  })

  it('expect nothing of a probe that is not there', () => {
    const registry = tasks.filter(({ schedule }) => schedule.cadence !== 'continuous')
    const quiet = synthesize(directory, { hubs: { demo: fullHub } }, registry)
    const watched = quiet.maintenance.findResources('AWS::CloudWatch::Alarm', {
      Properties: { Namespace: 'Hubkeeper' },
    })
    expect(watched).toEqual({})
  })
})

describe('paging', () => {
  it('reaches everybody that is configured', () => {
    const subscriptions = propertiesOf('AWS::SNS::Subscription')
    expect(subscriptions.map(({ Endpoint, Protocol }) => `${Protocol} ${Endpoint}`).sort()).toEqual([
      'email on-call@example.com',
      'email team@example.com',
      'https https://events.example.com/x',
      'sms +4915112345678',
    ])
  })

  it('takes alarms of this account only, and everything over TLS', () => {
    const policies = statementsOf(maintenance, '', ['AWS::SNS::TopicPolicy'])
    expect(policies.filter(({ Effect }) => Effect === 'Allow').map(({ Condition }) => Condition)).toEqual([
      { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    ])
    expect(policies.filter(({ Effect }) => Effect === 'Deny')).toHaveLength(2)
    expect(statementsOf(maintenance, '', ['AWS::SQS::QueuePolicy'])).toMatchObject([{ Effect: 'Deny' }])
  })
})
