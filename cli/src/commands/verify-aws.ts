import { keys } from '@hubkeeper/core'
import type { Command } from 'commander'
import { ulid } from 'ulid'
import { loadConfig } from '../config.ts'
import { onInterrupt } from '../interrupt.ts'
import { type CommonOptions, withCommonOptions } from '../options.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** `hubkeeper verify-aws`. */
export function registerVerifyAws(program: Command, terminal: Terminal): void {
  withCommonOptions(program.command('verify-aws'))
    .description('try on a real account everything of S3 that Hubkeeper relies on; deploys nothing')
    .option('--bucket <name>', 'a versioned bucket of your own; else the deployment’s buckets')
    .addHelpText(
      'after',
      `
Example:
  hubkeeper verify-aws --bucket a-versioned-bucket-of-yours

It uploads about 80 MiB below a prefix of its own, verify-…/, and deletes it again; a versioned
bucket keeps the deleted versions as long as its lifecycle says. Exit code 1 when something did not hold.`,
    )
    .action(async (options: CommonOptions & { bucket?: string }) => {
      const { cleanUp, verifyStore } = await import('../aws/verify.ts')
      const store = await storeOf(options, `verify-${ulid().toLowerCase()}`)
      const show = ({ held, problem, title }: { held: boolean; problem: string | null; title: string }) => {
        if (options.json) return
        terminal.out(
          held
            ? `${terminal.paint('green', '✔')} ${title}`
            : `${terminal.paint('red', '✖')} ${title}\n    ${problem}`,
        )
      }
      const tidy = () => cleanUp(store, ['', keys.backups])
      const release = onInterrupt(async () => void (await tidy()))
      const verifications = await verifyStore(store, show).finally(release)
      const left = await tidy()
      const failed = verifications.filter(({ held }) => !held).length
      process.exitCode = failed > 0 ? 1 : 0
      if (options.json) {
        terminal.out(JSON.stringify({ schema: 1, verifications, left }, null, 2))
        return
      }
      for (const key of left) terminal.out(terminal.paint('yellow', `could not delete ${key}`))
      terminal.out(`${verifications.length - failed} of ${verifications.length} hold`)
    })
}

async function storeOf({ bucket, config }: CommonOptions & { bucket?: string }, id: string) {
  if (bucket !== undefined) {
    const { createS3Client, s3Store } = await import('@hubkeeper/aws/drivers')
    return s3Store({ client: createS3Client(), bucket, prefix: `${id}/` })
  }
  const { findDeployment } = await import('../aws/deployment.ts')
  const loaded = await loadConfig(config)
  return (await findDeployment(loaded.config.aws)).storeOf(id)
}
