import type { S3Client } from '@aws-sdk/client-s3'
import { createS3Client, hubStore } from '@hubkeeper/aws/drivers'
import { type ObjectStore, type Report, runSchema } from '@hubkeeper/core'
import { type CommandResult, hubkeeper } from '../../support/cli.ts'
import { createVersionedBucket } from './bucket.ts'
import { region } from './deployed/template.ts'
import { startMoto } from './moto.ts'
import { type S3Proxy, startProxy } from './s3-proxy.ts'
import { createStorageStack } from './storage-stack.ts'

const credentials = { AWS_ACCESS_KEY_ID: 'AKIAOWNER', AWS_SECRET_ACCESS_KEY: 'secret' }

/** The environment of a command on a machine whose AWS is at `url`. */
export const environmentOf = (url: string): Readonly<Record<string, string>> => ({
  ...credentials,
  AWS_REGION: region,
  AWS_ENDPOINT_URL: url,
  AWS_EC2_METADATA_DISABLED: 'true',
  // moto cannot read compressed requests.
  AWS_DISABLE_REQUEST_COMPRESSION: 'true',
})

/** A report with how the command ended. */
export interface Reported {
  readonly code: number | null
  readonly report: Report
}

/** An account with the storage of a deployment, and machines that work with it. */
export interface Account {
  readonly proxy: S3Proxy
  readonly s3: S3Client
  readonly hubBucket: string
  readonly backupBucket: string
  /** What a hub has in the deployment's buckets. */
  storeOf(hub: string): ObjectStore
  createBucket(name: string): Promise<void>
  run(directory: string, args: readonly string[]): Promise<CommandResult>
  /** Runs with `--json`. @throws Error when there is no report */
  report(directory: string, args: readonly string[]): Promise<Reported>
  stop(): Promise<void>
}

/** Starts an account on moto, with versioned buckets and the stack that names them. */
export async function startAccount(): Promise<Account> {
  Object.assign(process.env, credentials)
  const moto = await startMoto()
  const proxy = await startProxy({ target: moto.url })
  const s3 = createS3Client({ endpoint: proxy.url, region })
  const [hubBucket, backupBucket] = ['sync-hub', 'sync-backups']
  const createBucket = (name: string): Promise<void> => createVersionedBucket(s3, name)
  await createBucket(hubBucket)
  await createBucket(backupBucket)
  await createStorageStack(proxy.url, {
    name: 'hubkeeper',
    outputs: { HubBucket: hubBucket, BackupBucket: backupBucket },
  })
  const run: Account['run'] = (directory, args) =>
    hubkeeper(directory, args, { env: environmentOf(proxy.url) })
  return {
    proxy,
    s3,
    hubBucket,
    backupBucket,
    createBucket,
    storeOf: (hub) => hubStore(s3, { hubBucket, backupBucket }, hub),
    run,
    async report(directory, args) {
      const result = await run(directory, [...args, '--json'])
      return reportOf(result)
    },
    async stop() {
      await proxy.stop()
      await moto.stop()
    },
  }
}

/** The first report of a run that was printed as JSON. @throws Error when there is none */
export function reportOf({ code, err, out }: CommandResult): Reported {
  try {
    const [report] = runSchema.parse(JSON.parse(out)).reports
    if (report !== undefined) return { code, report }
  } catch {
    // What was printed says more than how it could not be read.
  }
  throw new Error(`no report (code ${code}):\n${out}\n${err}`)
}
