import { type Backup, type ContentDigest, HubkeeperError, type RestoredCopy, reasonOf } from '@hubkeeper/core'
import type { RestoreContext } from './context.ts'

/** Checks the copy that was read back as a proof does. @throws HubkeeperError `backup-unsound` */
export async function verify(
  { backups, progress }: Pick<RestoreContext, 'backups' | 'progress'>,
  { manifest, certificate }: Backup,
  copy: RestoredCopy,
): Promise<ContentDigest> {
  const refuse = (reason: string): never => {
    throw new HubkeeperError('backup-unsound', `backup ${manifest.id} is not restored: ${reason}`, {
      hint: 'nothing was touched; choose another one: hubkeeper backups list',
    })
  }
  if (!copy.intact) return refuse('its bytes are not the ones that were written')
  progress.step('Verifying it before anything is touched')
  const { digest, integrity, structure } = await backups.examine(copy)
  if (structure.state !== 'done') return refuse(reasonOf(structure))
  if (integrity.state !== 'done') return refuse(reasonOf(integrity))
  const [problem] = integrity.value
  if (problem !== undefined) return refuse(problem)
  if (digest.state !== 'done') return refuse(reasonOf(digest))
  const certified = certificate?.digest ?? null
  if (certified !== null && certified !== digest.value.value) return refuse('its content is not as certified')
  return digest.value
}
