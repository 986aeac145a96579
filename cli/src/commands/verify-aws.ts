import { days, formatBytes, formatDuration, hubPrefix, keys, messageOf } from '@hubkeeper/core'
import type { Command } from 'commander'
import { ulid } from 'ulid'
import type { Verification } from '../aws/verification.ts'
import type { Locked } from '../aws/verify-versions.ts'
import type { VersionedBucket } from '../aws/versioned-bucket.ts'
import { loadConfig } from '../config.ts'
import { onInterrupt } from '../interrupt.ts'
import { type CommonOptions, withCommonOptions } from '../options.ts'
import type { Terminal } from '../terminal/terminal.ts'

interface VerifyOptions extends CommonOptions {
  readonly bucket?: string
}

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
bucket keeps the deleted versions as long as its lifecycle says, and one with Object Lock as long as its
lock does: that cannot be hurried. Then it tries to destroy what it stored, and nothing else, with your
own credentials: what they may not do is refused for that reason alone. In a bucket with Object Lock it
also asks S3 to turn versioning off, which S3 refuses; where it does not, it is turned on again at once.
Exit code 1 when something did not hold.`,
    )
    .action(async (options: VerifyOptions) => {
      const { cleanUp, verifyStore } = await import('../aws/verify.ts')
      const { verifyVersions } = await import('../aws/verify-versions.ts')
      const { buckets, store } = await targetsOf(options, `verify-${ulid().toLowerCase()}`)
      const show = (verification: Verification): void => {
        if (!options.json) terminal.out(lineOf(verification, terminal))
      }
      const tidy = () => cleanUp(store, ['', keys.backups])
      const release = onInterrupt(async () => void (await tidy()))
      const verifications: Verification[] = []
      try {
        verifications.push(...(await verifyStore(store, show)))
        for (const target of buckets) verifications.push(...(await verifyVersions(target, show)))
      } finally {
        release()
      }
      const left = await tidy()
      const { locked, unknown } = await lockedBy(buckets.map(({ bucket }) => bucket))
      showEnd(terminal, options, { verifications, left: [...left, ...unknown], locked })
    })
}

/** What a verification came to. */
interface Outcome {
  readonly verifications: readonly Verification[]
  /** What could not be deleted again, in words. */
  readonly left: readonly string[]
  readonly locked: readonly Locked[]
}

/** Shows how it ended, and leaves the exit code. */
function showEnd(terminal: Terminal, { json }: VerifyOptions, outcome: Outcome): void {
  const { left, locked, verifications } = outcome
  const held = verifications.filter((verification) => verification.held).length
  const skipped = verifications.filter((verification) => verification.skipped !== null).length
  const tried = verifications.length - skipped
  process.exitCode = held < tried ? 1 : 0
  if (json) {
    terminal.out(JSON.stringify({ schema: 1, ...outcome }, null, 2))
    return
  }
  for (const key of left) terminal.out(terminal.paint('yellow', `could not delete ${key}`))
  for (const { below, bucket, bytes, days: longest, versions } of locked) {
    const what = `${versions} versions (${formatBytes(bytes)}) below ${below} in ${bucket}`
    terminal.out(
      terminal.paint('yellow', `${what} stay until their locks end, in ${formatDuration(days(longest))}`),
    )
  }
  terminal.out(`${held} of ${tried} hold${skipped === 0 ? '' : `, ${skipped} skipped`}`)
}

/** What stays behind locked, and in words where that cannot be seen. */
async function lockedBy(buckets: readonly VersionedBucket[]) {
  const { lockedIn } = await import('../aws/verify-versions.ts')
  const locked: Locked[] = []
  const unknown: string[] = []
  for (const bucket of buckets) {
    try {
      const found = await lockedIn(bucket)
      if (found !== null) locked.push(found)
    } catch (error) {
      unknown.push(`what may be locked below ${bucket.below} in ${bucket.name}: ${messageOf(error)}`)
    }
  }
  return { locked, unknown }
}

function lineOf({ held, problem, skipped, title }: Verification, { paint }: Terminal): string {
  if (skipped !== null) return `${paint('yellow', '–')} ${title}: skipped\n    ${skipped}`
  return held ? `${paint('green', '✔')} ${title}` : `${paint('red', '✖')} ${title}\n    ${problem}`
}

/** The store to try, and the buckets whose versions are tried, each below the prefix of this run. */
async function targetsOf({ bucket, config }: VerifyOptions, id: string) {
  const { createS3Client, s3Store } = await import('@hubkeeper/aws/drivers')
  const { versionedBucket } = await import('../aws/versioned-bucket.ts')
  const own = hubPrefix(id)
  if (bucket !== undefined) {
    const client = createS3Client()
    return {
      store: s3Store({ client, bucket, prefix: own }),
      buckets: [{ bucket: versionedBucket(client, bucket, own), wanted: null }],
    }
  }
  const { findDeployment } = await import('../aws/deployment.ts')
  const { placeOf } = await import('../aws/clients.ts')
  const { aws } = (await loadConfig(config)).config
  const { backupBucket, hubBucket, storeOf } = await findDeployment(aws)
  const client = createS3Client(placeOf(aws))
  return {
    store: storeOf(id),
    buckets: [
      { bucket: versionedBucket(client, hubBucket, own), wanted: null },
      { bucket: versionedBucket(client, backupBucket, own + keys.backups), wanted: aws.objectLock ?? null },
    ],
  }
}
