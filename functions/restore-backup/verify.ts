import {
  type Backup,
  type BackupReader,
  type ContentDigest,
  HubkeeperError,
  missingFrom,
  type Progress,
  type RestoredCopy,
  type RestoredFile,
  reasonOf,
} from '@hubkeeper/core'

interface VerifyContext {
  readonly backups: BackupReader
  readonly progress: Progress
}

/** A copy that may be put back. */
export interface SoundCopy {
  /** Null where its content cannot be read here, and its bytes have to do. */
  readonly digest: ContentDigest | null
  readonly remarks: readonly string[]
}

const unsound = (id: string, reason: string, hint: string): HubkeeperError =>
  new HubkeeperError('backup-unsound', `backup ${id} is not restored: ${reason}`, { hint })

const another = 'nothing was touched; choose another one: hubkeeper backups list'

/** For the very bytes that were proven: then it is not they that are another. */
const countedOtherwise = (id: string): string =>
  `nothing was touched; its bytes are the ones that were certified: an earlier version of Hubkeeper counted their content otherwise. Have it proven again, hubkeeper backups verify ${id}, and restore it then`

/**
 * Checks the copy that was read back as a proof does.
 *
 * @param unproven also one whose content needs what this engine lacks
 * @throws HubkeeperError `backup-unsound`
 */
export async function verify(
  { backups, progress }: VerifyContext,
  { certificate, manifest: { id, sha256 } }: Backup,
  copy: RestoredCopy,
  unproven: boolean,
): Promise<SoundCopy> {
  if (!copy.intact) throw unsound(id, 'its bytes are not the ones that were written', another)
  progress.step('Verifying it before anything is touched')
  const examination = await backups.examine(copy)
  const { digest, integrity, structure } = examination
  // Names without which the file cannot be read as far as a proof needs.
  const missing = missingFrom([structure, integrity, digest])
  if (missing.length > 0) {
    const needs = `it needs ${missing.join(', ')}, which is not here`
    if (!unproven) {
      const hint = `nothing was touched; its bytes are as they were written: to put them back unread, add --unproven to hubkeeper restore ${id}`
      throw unsound(id, needs, hint)
    }
    return { digest: null, remarks: [`unproven: ${needs}; its bytes are the ones that were written`] }
  }
  if (structure.state !== 'done') throw unsound(id, reasonOf(structure), another)
  if (integrity.state !== 'done') throw unsound(id, reasonOf(integrity), another)
  const [problem] = integrity.value
  if (problem !== undefined) throw unsound(id, problem, another)
  if (digest.state !== 'done') throw unsound(id, reasonOf(digest), another)
  const certified = certificate?.digest ?? null
  if (certified !== null && certified !== digest.value.value) {
    const hint = certificate?.sha256 === sha256 ? countedOtherwise(id) : another
    throw unsound(id, 'its content is not as certified', hint)
  }
  return { digest: digest.value, remarks: [] }
}

/** Reads the files of a backup back. @throws HubkeeperError `backup-unsound` unless every byte is as written */
export async function verifyFiles(
  { backups, progress }: VerifyContext,
  backup: Backup,
): Promise<readonly RestoredFile[]> {
  const { id } = backup.manifest
  progress.step('Reading back the files that were kept with it')
  const restored = await backups.restoreFiles(backup)
  const [broken] = restored.filter(({ intact }) => !intact)
  if (broken === undefined) return restored
  const hint = `nothing was touched; restore the database alone, or choose another one: hubkeeper backups list`
  throw unsound(id, `its copy of ${broken.key} is gone, or not as it was written`, hint)
}
