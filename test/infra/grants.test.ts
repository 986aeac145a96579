import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { tasks } from '../../functions/tasks.ts'
import { allowedTo, directoryForFile, fullHub, type Statement, statementsOf, synthesize } from './support.ts'

const directory = directoryForFile()
const key = 'arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555'
const { maintenance, storage } = synthesize(directory, { hubs: { demo: fullHub } })
const names = tasks.map(({ name }) => name)
const everyStatement = [...statementsOf(maintenance), ...statementsOf(storage)]

const actionsOn = (statements: readonly Statement[], bucket: string): Set<string> =>
  new Set(
    statements
      .filter(({ Resource }) => Resource.some((resource) => resource.includes(`<${bucket}>`)))
      .flatMap(({ Action }) => Action),
  )

/** Whether a statement is about the log of accesses, which has no hubs in it. */
const onAccessLog = (resources: readonly string[]): boolean =>
  resources.every((resource) => resource.includes('<AccessLogBucket>'))

describe('what functions may do', () => {
  it('no action is a wildcard', () => {
    const allowed = everyStatement.filter(({ Effect }) => Effect === 'Allow')
    expect(allowed.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([])
  })

  it('every resource is a bucket, a key below a hub, or named; only metrics have none', () => {
    const open = everyStatement.filter(
      ({ Effect, Resource }) => Effect === 'Allow' && Resource.some((resource) => resource === '*'),
    )
    expect(new Set(open.flatMap(({ Action }) => Action))).toEqual(
      new Set([
        'cloudwatch:PutMetricData',
        ...(tasks.some(({ access }) => access.metrics !== undefined) ? ['cloudwatch:GetMetricData'] : []),
      ]),
    )
  })

  it('metrics are published in one namespace only', () => {
    const publishing = everyStatement.filter(({ Action }) => Action.includes('cloudwatch:PutMetricData'))
    expect(publishing).toHaveLength(names.length)
    for (const { Condition } of publishing) {
      expect(Condition).toEqual({ StringEquals: { 'cloudwatch:namespace': 'Hubkeeper' } })
    }
  })

  it.each(names)('%s: lists only below what it may read', (name) => {
    // The log of accesses is nobody’s: it is told of two buckets.
    const listings = allowedTo(maintenance, name).filter(
      ({ Action, Resource }) => Action.includes('s3:ListBucket') && !onAccessLog(Resource),
    )
    expect(listings.length).toBeGreaterThan(0)
    for (const { Condition, Resource } of listings) {
      expect(Resource).toHaveLength(1)
      expect(JSON.stringify(Condition)).toMatch(/^\{"StringLike":\{"s3:prefix":\["demo\/[^*]+\*"/)
    }
  })

  it.each(names)('%s: deletes backups as retention only, one by one, and never lifts a lock', (name) => {
    const access = tasks.find((task) => task.name === name)?.access
    const actions = actionsOn(allowedTo(maintenance, name), 'BackupBucket')
    expect([...actions].filter((action) => /Delete|Retention|LegalHold|Bypass/.test(action))).toEqual(
      access?.backups === 'prune' ? ['s3:DeleteObject'] : [],
    )
  })

  it.each([
    ['without Object Lock', {}],
    ['in governance mode', { objectLock: { mode: 'governance', days: 30 } }],
    ['in compliance mode', { objectLock: { mode: 'compliance', days: 3650 } }],
  ] as const)('no role touches a lock, a version or the settings of a bucket: %s', (_, aws) => {
    const { maintenance: template, storage: buckets } = synthesize(directory, {
      aws,
      hubs: { demo: fullHub },
    })
    const roles = [template, buckets].flatMap((one) => Object.values(one.findResources('AWS::IAM::Role')))
    expect(roles.length).toBeGreaterThan(tasks.length)
    for (const { Properties } of roles) {
      // What is not written in this template could allow anything.
      const managed: unknown[] = Properties.ManagedPolicyArns ?? []
      expect(managed.filter((arn) => !JSON.stringify(arn).startsWith('{"Ref":'))).toEqual([])
      expect(Properties.Policies).toBeUndefined()
    }
    const allowed = [...statementsOf(template), ...statementsOf(buckets)].filter(
      ({ Effect }) => Effect === 'Allow',
    )
    const onObjects = allowed.flatMap(({ Action }) => Action).filter((action) => action.startsWith('s3:'))
    const harmless = [
      's3:AbortMultipartUpload',
      's3:DeleteObject',
      's3:GetObject',
      's3:GetObjectVersion',
      's3:ListBucket',
      's3:PutObject',
      // How buckets are set may be read, for a security audit, and by nobody changed.
      's3:GetBucketAcl',
      's3:GetBucketLogging',
      's3:GetBucketObjectLockConfiguration',
      's3:GetBucketOwnershipControls',
      's3:GetBucketPolicy',
      's3:GetBucketPolicyStatus',
      's3:GetBucketPublicAccessBlock',
      's3:GetBucketVersioning',
      's3:GetEncryptionConfiguration',
    ]
    expect(onObjects.length).toBeGreaterThan(0)
    // So none of BypassGovernanceRetention, PutObjectRetention, PutObjectLegalHold, DeleteObjectVersion,
    // PutBucketObjectLockConfiguration, PutBucketVersioning, PutLifecycleConfiguration, PutBucketPolicy …
    expect([...new Set(onObjects)].filter((action) => !harmless.includes(action))).toEqual([])
  })

  it.each(names)('%s: deletes in the bucket of the hub only what it declares', (name) => {
    const task = tasks.find((candidate) => candidate.name === name)
    const deleting = allowedTo(maintenance, name)
      .filter(({ Action }) => Action.includes('s3:DeleteObject'))
      .flatMap(({ Resource }) => Resource)
      .filter((resource) => resource.includes('<HubBucket>'))
      .map((resource) => resource.slice(resource.indexOf('/demo/')))
    expect(deleting.sort()).toEqual([
      ...(task?.access.logs === 'rotate' ? ['/demo/logs/*'] : []),
      ...(task?.writes === true ? ['/demo/state/ledger/leases/write*'] : []),
    ])
  })

  it.each(names)('%s: starts the functions of cadences only if it runs tasks, each by its name', (name) => {
    const access = tasks.find((task) => task.name === name)?.access
    const started = allowedTo(maintenance, name)
      .filter(({ Action }) => Action.includes('lambda:InvokeFunction'))
      .flatMap(({ Resource }) => Resource)
      .map((resource) => resource.slice(resource.lastIndexOf(':') + 1))
    const cadences = ['daily', 'weekly', 'monthly', 'quarterly']
    const expected = tasks.filter(({ schedule }) => cadences.includes(schedule.cadence))
    expect(started.sort()).toEqual(
      access?.tasks === undefined ? [] : expected.map((task) => `hubkeeper-${task.name}`).sort(),
    )
  })

  it('what runs tasks sees the runs in the ledger, changes none of theirs, and sees nothing else of theirs', () => {
    const own =
      /\/demo\/(reports\/run-maintenance\/|state\/ledger\/(runs\/run-maintenance\/|punctuality|freeze|hold|expectations))\*$/
    const others = allowedTo(maintenance, 'run-maintenance').filter(({ Resource }) =>
      Resource.some((resource) => resource.includes('<HubBucket>/') && !own.test(resource)),
    )
    expect(new Set(others.flatMap(({ Action }) => Action))).toEqual(new Set(['s3:GetObject']))
    const places = others
      .flatMap(({ Resource }) => Resource)
      .filter((resource) => !own.test(resource))
      .map((resource) => resource.slice(resource.indexOf('/demo/')))
    expect(places).toEqual(['/demo/state/ledger/runs/*'])
  })

  it.each(names)('%s: touches backups only as it declares', (name) => {
    const access = tasks.find((task) => task.name === name)?.access
    const actions = actionsOn(allowedTo(maintenance, name), 'BackupBucket')
    expect(actions.has('s3:GetObject')).toBe(access?.backups !== undefined)
    expect(actions.has('s3:PutObject')).toBe(access?.backups === 'write')
  })

  it.each(names)('%s: writes the database only as it declares', (name) => {
    const access = tasks.find((task) => task.name === name)?.access
    const writes = allowedTo(maintenance, name).filter(
      ({ Action, Resource }) =>
        Action.includes('s3:PutObject') && Resource.some((resource) => resource.includes('knowledge_hub.db')),
    )
    expect(writes.length > 0).toBe(access?.database === 'maintain' || access?.database === 'restore')
  })

  it('schedules may invoke one function and hand over to the queue, nothing else', () => {
    const roles = Object.keys(maintenance.findResources('AWS::IAM::Policy')).filter((id) =>
      id.includes('SchedulerRole'),
    )
    expect(roles).toHaveLength(tasks.filter(({ schedule }) => schedule.cadence !== 'on-demand').length)
    for (const role of roles) {
      const statements = statementsOf(maintenance, role)
      expect(statements.flatMap(({ Action }) => Action)).toEqual(['lambda:InvokeFunction', 'sqs:SendMessage'])
      expect(statements.every(({ Resource }) => Resource.length === 1)).toBe(true)
    }
  })
})

describe('logs in a folder of other things', () => {
  it('may not be deleted: a permission reaches all of the folder', () => {
    const hub = { ...fullHub, logs: { files: ['data/*.log'] }, searchIndex: { files: ['data/index/*.json'] } }
    const { maintenance: template } = synthesize(directory, { hubs: { demo: hub } })
    const deleting = allowedTo(template, 'log-rotation').filter(({ Action }) =>
      Action.includes('s3:DeleteObject'),
    )
    expect(deleting.flatMap(({ Resource }) => Resource).filter((place) => place.includes('/data/'))).toEqual(
      [],
    )
  })
})

describe('several hubs', () => {
  const several = synthesize(directory, {
    hubs: { a: fullHub, ab: { ...fullHub, logs: { files: ['logs/*.log'], logGroup: '/hub/ab' } } },
  })
  const health = allowedTo(several.maintenance, 'health-check')

  it('each is granted below its own prefix, with its slash', () => {
    const objects = tasks
      .flatMap(({ name }) => allowedTo(several.maintenance, name))
      .flatMap(({ Resource }) => Resource)
      .filter((resource) => /Bucket>\//.test(resource) && !onAccessLog([resource]))
    expect(objects.length).toBeGreaterThan(0)
    expect(objects.filter((resource) => !/Bucket>\/(a|ab)\/[^*]+\*$/.test(resource))).toEqual([])
  })

  it('one that logs to a log group is read there, and not in the bucket', () => {
    const resources = health.flatMap(({ Resource }) => Resource)
    expect(resources.some((resource) => resource.endsWith('<HubBucket>/a/logs/*'))).toBe(true)
    expect(resources.some((resource) => resource.endsWith('<HubBucket>/ab/logs/*'))).toBe(false)
    const logs = health.filter(({ Action }) => Action.includes('logs:FilterLogEvents'))
    expect(logs.flatMap(({ Resource }) => Resource)).toHaveLength(1)
    expect(logs[0]?.Resource[0]).toMatch(/log-group:\/hub\/ab:\*$/)
  })

  const many = Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`hub-number-${i}`, fullHub]))
  const fleet = synthesize(directory, { hubs: many })

  it('twenty-four of them stay within the size and number of policies', () => {
    const sizes = (type: 'AWS::IAM::Policy' | 'AWS::IAM::ManagedPolicy'): number[] =>
      Object.keys(fleet.maintenance.findResources(type)).map(
        (id) => JSON.stringify(statementsOf(fleet.maintenance, id, [type])).length,
      )
    expect(Math.max(...sizes('AWS::IAM::Policy'))).toBeLessThan(10_240)
    expect(Math.max(0, ...sizes('AWS::IAM::ManagedPolicy'))).toBeLessThan(6144)
    // Which role one is attached to is said by the policy, not by the role.
    const attached = Object.values(fleet.maintenance.findResources('AWS::IAM::ManagedPolicy')).flatMap(
      ({ Properties }) =>
        z
          .array(z.strictObject({ Ref: z.string() }))
          .length(1)
          .parse(Properties.Roles),
    )
    const perRole = [...Map.groupBy(attached, ({ Ref }) => Ref).values()].map(({ length }) => length)
    expect(Math.max(...perRole)).toBeGreaterThan(0)
    expect(Math.max(...perRole)).toBeLessThanOrEqual(10)
  })

  it('twenty-four of them stay within the size of a template, and the number of its resources', () => {
    for (const file of readdirSync(fleet.outdir).filter((name) => name.endsWith('.template.json'))) {
      const text = readFileSync(join(fleet.outdir, file), 'utf8')
      expect(text.length, file).toBeLessThan(1024 ** 2)
      const { Resources } = z.object({ Resources: z.record(z.string(), z.unknown()) }).parse(JSON.parse(text))
      expect(Object.keys(Resources).length, file).toBeLessThanOrEqual(500)
    }
    expect(fleet.schedules).toHaveLength(
      24 * tasks.filter(({ schedule }) => schedule.cadence !== 'on-demand').length,
    )
  })
})

it('more hubs than can be deployed at once are refused at synthesis', () => {
  const hubs = Object.fromEntries(Array.from({ length: 36 }, (_, i) => [`hub-number-${i}`, fullHub]))
  expect(() => synthesize(directory, { hubs })).toThrow()
})

describe('a key of one’s own', () => {
  const encrypted = synthesize(directory, { aws: { kmsKeyArn: key }, hubs: { demo: fullHub } })

  it.each(names)('%s may use it, and no other', (name) => {
    const uses = allowedTo(encrypted.maintenance, name).filter(({ Action }) =>
      Action.some((action) => action.startsWith('kms:')),
    )
    expect(uses).toMatchObject([{ Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: [key] }])
  })

  it('both buckets are encrypted with it, the log of accesses as S3 demands', () => {
    const algorithms = Object.values(encrypted.storage.findResources('AWS::S3::Bucket')).map(
      ({ Properties }) => {
        const [rule] = Properties.BucketEncryption.ServerSideEncryptionConfiguration
        return [rule.ServerSideEncryptionByDefault.SSEAlgorithm, rule.BucketKeyEnabled ?? false]
      },
    )
    expect(algorithms).toEqual([
      ['AES256', false],
      ['aws:kms', true],
      ['aws:kms', true],
    ])
  })
})
