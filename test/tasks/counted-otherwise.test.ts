import type { TaskResult } from '@hubkeeper/core'
import { expect, it } from 'vitest'
import { verify } from '../../functions/restore-backup/verify.ts'
import { verifyBackups } from '../../functions/verify-backups/task.ts'
import { inProcessEngine } from '../fakes/in-process-engine.ts'
import { hub as hubOfVault } from '../proofs/support/hub.ts'
import { contextOf, quietLedger } from '../support/context.ts'
import { createVault, proven, type Vault } from '../support/vault.ts'

/** As an earlier version would have counted the same content. */
const earlierDigest = '0'.repeat(64)

/** A vault with a backup that an earlier version certified. */
async function certifiedEarlier() {
  let isEarlier = true
  const engine = inProcessEngine()
  const vault = await createVault(undefined, {
    ...engine,
    async examine(path, request) {
      const { digest, ...rest } = await engine.examine(path, request)
      if (!isEarlier || digest.state !== 'done') return { ...rest, digest }
      return { ...rest, digest: { state: 'done', value: { ...digest.value, value: earlierDigest } } }
    },
  })
  const backup = await proven(vault)
  isEarlier = false
  return { vault, id: backup.manifest.id }
}

async function restore(vault: Vault, id: string) {
  const backup = await vault.find(id)
  const backups = vault.writer()
  return verify(
    { backups, progress: { step: () => {} } },
    backup,
    await backups.restoreToScratch(backup),
    false,
  )
}

const verifyAgain = (vault: Vault, backup: string): Promise<TaskResult> =>
  verifyBackups.start(
    contextOf(hubOfVault, vault.now(), { now: vault.now }),
    async () => ({ backups: vault.writer(), ledger: quietLedger() }),
    { backup },
  )

it('a backup of the very bytes whose content an earlier version counted otherwise is proven again, and restored then', async () => {
  const { id, vault } = await certifiedEarlier()
  await expect(restore(vault, id)).rejects.toMatchObject({
    message: expect.stringContaining('its content is not as certified'),
    hint: expect.stringContaining(`hubkeeper backups verify ${id}`),
  })
  const told = await verifyAgain(vault, id)
  expect(told.findings.find(({ check }) => check === 'backup.certified')).toMatchObject({
    status: 'warning',
    evidence: expect.arrayContaining([expect.stringContaining(earlierDigest)]),
  })
  expect((await restore(vault, id)).digest?.value).toHaveLength(64)
  const again = await verifyAgain(vault, id)
  expect(again.findings.find(({ check }) => check === 'backup.certified')).toMatchObject({ status: 'ok' })
})
