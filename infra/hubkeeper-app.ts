import type { Config, Task } from '@hubkeeper/core'
import { App, Tags, Validations } from 'aws-cdk-lib'
import type { Assets } from './bundle/assets.ts'
import { refuseWideGlobs } from './kept-globs.ts'
import { deploymentLimits } from './limits.ts'
import { MaintenanceStack } from './maintenance-stack.ts'
import { addNag } from './nag.ts'
import { StorageStack } from './storage-stack.ts'

/** What is deployed. */
export interface HubkeeperAppProps {
  readonly config: Config
  readonly tasks: readonly Task[]
  readonly assets: Assets
  /**
   * Where the templates go.
   *
   * @default as the CDK's command line says
   */
  readonly outdir?: string
}

/** How the CDK is to behave, whoever runs it. */
const context = {
  // Statements that differ in their resources only become one: a role's policies have a size limit.
  '@aws-cdk/aws-iam:minimizePolicies': true,
  // CloudFormation takes a mebibyte of a template, and counts its blanks.
  '@aws-cdk/core:suppressTemplateIndentation': true,
  // Else the log bucket would need ACLs, which are off in new buckets.
  '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true,
}

/** Both stacks, held to the rules. */
export class HubkeeperApp extends App {
  readonly storage: StorageStack
  readonly maintenance: MaintenanceStack

  constructor({ assets, config, outdir, tasks }: HubkeeperAppProps) {
    super({ context, analyticsReporting: false, ...(outdir === undefined ? {} : { outdir }) })
    refuseWideGlobs(config)
    const { aws } = config
    const env = aws.region === undefined ? {} : { env: { region: aws.region } }
    this.storage = new StorageStack(this, `${aws.name}-storage`, {
      ...env,
      description: 'Hubkeeper: databases, reports and backups',
      aws,
    })
    this.maintenance = new MaintenanceStack(this, `${aws.name}-maintenance`, {
      ...env,
      description: 'Hubkeeper: scheduled maintenance of SQLite-backed services',
      config,
      tasks,
      assets,
      buckets: this.storage,
    })
    this.maintenance.addStackDependency(this.storage, 'it imports the names of the buckets')
    Tags.of(this).add('app', 'hubkeeper')
    addNag(this)
    Validations.of(this).addPlugins(deploymentLimits)
  }
}
