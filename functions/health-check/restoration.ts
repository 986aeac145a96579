import {
  type BackupReader,
  type ContentDigest,
  type Finding,
  followRestoration,
  type Outcome,
} from '@hubkeeper/core'

/** Whether what was restored last is still there. */
export async function checkRestoration(
  backups: Pick<BackupReader, 'restoration'>,
  digest: Outcome<ContentDigest>,
  look: { readonly at: Date; readonly subject: string },
): Promise<readonly Finding[]> {
  return followRestoration(await backups.restoration(), digest, look).findings
}
