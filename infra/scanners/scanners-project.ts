import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '@hubkeeper/core'
import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import {
  type BuildEnvironmentVariable,
  BuildSpec,
  ComputeType,
  LinuxArmBuildImage,
  Project,
} from 'aws-cdk-lib/aws-codebuild'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { allow } from '../allow.ts'
import type { Buckets } from '../grants.ts'
import { acknowledge } from '../nag.ts'
import { scannerPermissions } from './scanner-permissions.ts'
import { scannerTools } from './tools.ts'

interface ScannersProjectProps {
  readonly config: Config
  readonly buckets: Buckets
}

/** The function that waits for a build has 15 minutes: one that takes longer is waited for by nobody. */
const timeout = Duration.minutes(15)

const script = readFileSync(join(import.meta.dirname, 'scan.py'), 'utf8')

/** A build that runs the scanners over the code and the image of a hub; whoever starts it says of which. */
export class ScannersProject extends Construct {
  readonly projectName: string

  constructor(scope: Construct, id: string, { buckets, config }: ScannersProjectProps) {
    super(scope, id)
    const { aws } = config
    this.projectName = `${aws.name}-scanners`
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/codebuild/${this.projectName}`,
      retention: aws.logRetentionDays,
      // What scanners found is kept as reports.
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('codebuild.amazonaws.com') })
    for (const permission of scannerPermissions(config, buckets, logGroup.logGroupArn)) {
      allow(role, permission)
    }
    const project = new Project(this, 'Project', {
      projectName: this.projectName,
      description: `Hubkeeper: ${Object.keys(scannerTools).join(', ')}`,
      environment: {
        buildImage: LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0,
        computeType: ComputeType.SMALL,
      },
      environmentVariables: {
        HUB_BUCKET: plain(buckets.hubBucket),
        TOOLS: plain(JSON.stringify(scannerTools)),
      },
      buildSpec: buildSpec(),
      timeout,
      queuedTimeout: Duration.minutes(5),
      logging: { cloudWatch: { logGroup } },
      grantReportGroupPermissions: false,
      // Without updates: the construct would add wildcards for logs and reports.
      role: role.withoutPolicyUpdates(),
    })
    acknowledge(project, {
      'AwsSolutions-CB4': 'it has no artifacts: what it finds goes to the bucket, which is encrypted',
    })
    // A build that starts before its role may do anything fails.
    project.node.addDependency(role)
  }
}

const plain = (value: string): BuildEnvironmentVariable => ({ value })

const buildSpec = (): BuildSpec =>
  BuildSpec.fromObject({
    version: '0.2',
    env: { shell: 'bash' },
    phases: {
      install: { 'runtime-versions': { python: '3.12' } },
      // The script holds no line with this mark.
      build: { commands: [`cat > scan.py <<'END_OF_SCAN'\n${script}END_OF_SCAN`, 'python3 scan.py'] },
    },
  })
