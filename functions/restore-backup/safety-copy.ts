import {
  type Backup,
  type CopiedFile,
  HubkeeperError,
  type Outcome,
  proveGuarded,
  type Snapshot,
} from '@hubkeeper/core'
import type { RestoreContext } from './context.ts'

/** What a safety copy holds beside the database, and when it is made. */
interface SafetyOptions {
  /**
   * Files of the hub as they are.
   *
   * @default none
   */
  readonly files?: readonly CopiedFile[]
  /**
   * Whether everything is still as it was.
   *
   * @default true
   */
  readonly untouched?: boolean
}

/**
 * What is about to be replaced, stored and read back: consistent where a snapshot could be had, else its
 * bytes as they are; null when there is no database.
 *
 * @throws HubkeeperError `backup-unsound` when it cannot be read back
 */
export async function makeSafetyCopy(
  context: Pick<RestoreContext, 'backups' | 'database' | 'hub' | 'ledger'>,
  current: Outcome<Snapshot>,
  { files = [], untouched = true }: SafetyOptions = {},
): Promise<Backup | null> {
  const { backups, database } = context
  const copy = current.state === 'done' ? current.value : await database.rawCopy()
  if (copy === null) return null
  const stored = await backups.create(copy, 'safety', files)
  // One from which content vanished must not be the newest that counts.
  const { proof } = await proveGuarded(context, stored)
  const { certificate, quarantine } = proof
  const broken = certificate.files?.faults ?? []
  if (certificate.level === 'none' || broken.length > 0) {
    const [fault] = broken
    throw new HubkeeperError(
      'backup-unsound',
      `the safety copy ${stored.manifest.id} cannot be read back${fault === undefined ? '' : `: ${fault}`}`,
      {
        hint: `${untouched ? 'nothing was touched' : 'the backup was restored'}; check the disk or the bucket that holds the backups`,
      },
    )
  }
  return { ...stored, certificate, quarantine }
}
