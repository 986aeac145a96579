import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfigInput } from '@hubkeeper/core'
import { type CommandResult, hubkeeper } from '../../../support/cli.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import { environmentOf } from '../account.ts'
import { createStorageStack } from '../storage-stack.ts'
import { type Cloud, deploy } from './cloud.ts'

/** Deploys hubs so that the command finds them: with the stack that names the buckets. */
export async function deployForCommand(hubs: ConfigInput['hubs']): Promise<Cloud> {
  const cloud = await deploy({ hubs })
  await createStorageStack(cloud.proxy.url, { name: 'hubkeeper', outputs: bucketOutputs(cloud) })
  return cloud
}

/** The outputs of a storage stack that name the buckets of a deployment. */
export const bucketOutputs = ({ backupBucket, hubBucket }: Cloud): Readonly<Record<string, string>> => ({
  HubBucket: hubBucket,
  BackupBucket: backupBucket,
})

/** A machine of its own, with a configuration and the command. */
export interface Machine {
  configure(config: ConfigInput): void
  command(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CommandResult>
}

/** A machine whose AWS is at `url`, for one test. */
export function machineAt(url: string, config: ConfigInput): Machine {
  const directory = temporaryDirectory()
  const machine: Machine = {
    configure: (other) => writeFileSync(join(directory, 'hubkeeper.json'), JSON.stringify(other)),
    command: (args, env = {}) => hubkeeper(directory, args, { env: { ...environmentOf(url), ...env } }),
  }
  machine.configure(config)
  return machine
}
