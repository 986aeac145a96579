import type { ConfigInput } from '@hubkeeper/core'
import { Match, type Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { allowedTo, directoryForFile, fullHub, type Statement, statementsOf, synthesize } from './support.ts'

const directory = directoryForFile()

const audited: ConfigInput['hubs'][string] = {
  ...fullHub,
  requirements: ['requirements*.txt', 'deploy/requirements.txt'],
  audit: {
    source: ['app', 'lib/'],
    image: {
      reference: '111122223333.dkr.ecr.eu-central-1.amazonaws.com/hubs/demo:1.4',
      ecr: { repository: 'hubs/demo', tag: '1.4' },
    },
    secrets: {
      parameters: ['/demo/'],
      names: ['demo/token', 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:other-a1b2c3'],
      users: ['ops/hub-deploy'],
      functions: ['demo-api'],
    },
  },
}

const { maintenance, storage } = synthesize(directory, { hubs: { demo: audited, plain: fullHub } })
const builder = (template: Template): Statement[] =>
  statementsOf(template, 'ScannersRole', ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'])

/** Resources that an action is allowed on. */
const resourcesOf = (statements: readonly Statement[], action: string): string[] =>
  statements
    .filter(({ Action }) => Action.includes(action))
    .flatMap(({ Resource }) => Resource)
    .sort()

const bySeparator = (resources: readonly string[]): string[] =>
  resources.map((resource) => resource.replace(/^.*<(\w+)>/, '$1'))

describe('the build that runs scanners', () => {
  it('is there where some hub has something to scan, and nowhere else', () => {
    maintenance.resourceCountIs('AWS::CodeBuild::Project', 1)
    const none = synthesize(directory, { hubs: { demo: fullHub } }).maintenance
    none.resourceCountIs('AWS::CodeBuild::Project', 0)
    expect(allowedTo(none, 'security-audit').flatMap(({ Action }) => Action)).not.toContain(
      'codebuild:StartBuild',
    )
  })

  it('runs on Arm, without privileges, for as long as a function waits', () => {
    maintenance.hasResourceProperties('AWS::CodeBuild::Project', {
      Name: 'hubkeeper-scanners',
      Environment: {
        Type: 'ARM_CONTAINER',
        ComputeType: 'BUILD_GENERAL1_SMALL',
        Image: 'aws/codebuild/amazonlinux-aarch64-standard:3.0',
        PrivilegedMode: false,
      },
      TimeoutInMinutes: 15,
      Source: { Type: 'NO_SOURCE' },
      Artifacts: { Type: 'NO_ARTIFACTS' },
      LogsConfig: { CloudWatchLogs: { Status: 'ENABLED' } },
    })
  })

  it('installs releases that are pinned, by their number or their digest', () => {
    const [project] = Object.values(maintenance.findResources('AWS::CodeBuild::Project'))
    const variables = z
      .array(z.looseObject({ Name: z.string(), Value: z.unknown() }))
      .parse(project?.Properties.Environment.EnvironmentVariables)
    const tools = variables.find(({ Name }) => Name === 'TOOLS')?.Value
    const toolSchema = z.strictObject({
      version: z.string().regex(/^\d+\.\d+\.\d+$/),
      url: z.url().optional(),
      sha256: z.hex().length(64).optional(),
    })
    const pinned = z.record(z.string(), toolSchema).parse(JSON.parse(String(tools)))
    expect(Object.keys(pinned).sort()).toEqual(['bandit', 'pip-audit', 'trivy'])
    for (const { sha256, url, version } of Object.values(pinned)) {
      expect(url === undefined).toBe(sha256 === undefined)
      expect(url ?? version).toContain(version)
    }
  })

  it('has a script that the shell takes as it stands', () => {
    const [project] = Object.values(maintenance.findResources('AWS::CodeBuild::Project'))
    const spec = z
      .looseObject({ phases: z.looseObject({ build: z.looseObject({ commands: z.array(z.string()) }) }) })
      .parse(JSON.parse(project?.Properties.Source.BuildSpec))
    const [written = ''] = spec.phases.build.commands
    const lines = written.split('\n')
    expect(lines.filter((line) => line === 'END_OF_SCAN')).toHaveLength(1)
    expect(lines.at(-1)).toBe('END_OF_SCAN')
  })

  it('reads what it scans of a hub, and nothing of the others', () => {
    const statements = builder(maintenance)
    expect(bySeparator(resourcesOf(statements, 's3:GetObject'))).toEqual([
      'HubBucket/demo/app/*',
      'HubBucket/demo/deploy/requirements.txt*',
      'HubBucket/demo/lib/*',
      'HubBucket/demo/requirements*',
    ])
    const [listing] = statements.filter(({ Action }) => Action.includes('s3:ListBucket'))
    expect(listing?.Condition).toEqual({
      StringLike: {
        's3:prefix': ['demo/app/*', 'demo/lib/*', 'demo/requirements*', 'demo/deploy/requirements.txt*'],
      },
    })
  })

  it('writes what it found, and nothing else', () => {
    const statements = builder(maintenance)
    expect(bySeparator(resourcesOf(statements, 's3:PutObject'))).toEqual(['HubBucket/demo/state/scans/*'])
    const actions = [...new Set(statements.flatMap(({ Action }) => Action))].sort()
    expect(actions).toEqual([
      'ecr:BatchGetImage',
      'ecr:GetAuthorizationToken',
      'ecr:GetDownloadUrlForLayer',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:AbortMultipartUpload',
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
    ])
  })

  it('pulls the image that is scanned, and no other', () => {
    expect(
      resourcesOf(builder(maintenance), 'ecr:BatchGetImage').map((arn) => arn.split(':ecr:')[1]),
    ).toEqual(['eu-central-1:111122223333:repository/hubs/demo'])
  })

  it('pulls none from ECR where the image lies elsewhere, and reads no code where none is named', () => {
    const hub = { ...fullHub, audit: { image: { reference: 'ghcr.io/example/hub:1.4' } } }
    const actions = builder(synthesize(directory, { hubs: { demo: hub } }).maintenance).flatMap(
      ({ Action }) => Action,
    )
    expect(actions.sort()).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:AbortMultipartUpload',
      's3:PutObject',
    ])
  })

  it('may use a key of one’s own', () => {
    const key = 'arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555'
    const keyed = synthesize(directory, { aws: { kmsKeyArn: key }, hubs: { demo: audited } }).maintenance
    expect(resourcesOf(builder(keyed), 'kms:Decrypt')).toEqual([key])
  })

  it('keeps its log no longer than those of functions', () => {
    maintenance.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/aws/codebuild/hubkeeper-scanners',
      RetentionInDays: 90,
    })
  })
})

describe('a security audit on AWS', () => {
  const audit = allowedTo(maintenance, 'security-audit')
  const ends = (action: string): string[] =>
    resourcesOf(audit, action).map((arn) => arn.slice(arn.lastIndexOf(':') + 1))

  it('is told of the build, and may start and follow it', () => {
    expect(ends('codebuild:StartBuild')).toEqual(['project/hubkeeper-scanners'])
    expect(ends('codebuild:BatchGetBuilds')).toEqual(['project/hubkeeper-scanners'])
    maintenance.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'hubkeeper-security-audit',
      Environment: {
        Variables: {
          HUBKEEPER_DEPLOYMENT: {
            'Fn::Join': [
              '',
              Match.arrayWith([Match.stringLikeRegexp('"scannersProject":"hubkeeper-scanners"')]),
            ],
          },
        },
      },
    })
  })

  it('reads what a build found, and writes nothing there', () => {
    const scans = audit.filter(({ Resource }) =>
      Resource.some((resource) => resource.includes('state/scans/')),
    )
    expect([...new Set(scans.flatMap(({ Action }) => Action))]).toEqual(['s3:GetObject'])
  })

  it('reads the settings of the three buckets, and of their content the log of accesses alone', () => {
    const settings = bySeparator(resourcesOf(audit, 's3:GetBucketPolicyStatus'))
    expect(settings).toEqual(['AccessLogBucket', 'BackupBucket', 'HubBucket'])
    expect(bySeparator(resourcesOf(audit, 's3:GetBucketObjectLockConfiguration'))).toEqual(['BackupBucket'])
    const logs = bySeparator(resourcesOf(audit, 's3:GetObject')).filter((one) => one.startsWith('AccessLog'))
    expect(logs).toEqual(['AccessLogBucket/backups/*', 'AccessLogBucket/hub/*'])
    expect(
      audit.flatMap(({ Action }) => Action).filter((action) => /^s3:Put(?!Object$)/.test(action)),
    ).toEqual([])
  })

  it('sees of secrets what they are called, and how old they are', () => {
    expect(resourcesOf(audit, 'ssm:DescribeParameters')).toEqual(['*'])
    expect(ends('secretsmanager:DescribeSecret').sort()).toEqual(['demo/token-??????', 'other-a1b2c3'])
    expect(ends('iam:ListAccessKeys')).toEqual(['user/ops/hub-deploy'])
    expect(ends('lambda:GetFunctionConfiguration')).toEqual(['demo-api'])
    expect(ends('ecr:DescribeImageScanFindings')).toEqual(['repository/hubs/demo'])
    const actions = audit.flatMap(({ Action }) => Action)
    expect(actions).not.toContain('secretsmanager:GetSecretValue')
    expect(actions.filter((action) => action.startsWith('ssm:'))).toEqual(['ssm:DescribeParameters'])
  })

  it('may do none of that where no hub names anything', () => {
    const bare = allowedTo(synthesize(directory, { hubs: { demo: fullHub } }).maintenance, 'security-audit')
    const services = new Set(bare.flatMap(({ Action }) => Action).map((action) => action.split(':')[0]))
    expect([...services].sort()).toEqual(['cloudwatch', 'logs', 's3', 'sns', 'sqs'])
  })
})

it('the log of accesses is told of by name', () => {
  storage.hasOutput('AccessLogBucket', { Export: { Name: 'hubkeeper-storage-AccessLogBucket' } })
})
