import { type Backup, days, keys, minutes } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { createVault, proven, type Vault } from '../support/vault.ts'

const coverageOf = async (vault: Vault) => {
  const { backups, oldest } = await vault.writer().coverage()
  expect(oldest?.backup.manifest.id).toBe(backups[0]?.backup.manifest.id)
  return backups.map(({ backup, verifiedAt }) => [backup.manifest.id, verifiedAt.toISOString()])
}

describe('coverage', () => {
  it('of no backup has no oldest', async () => {
    const vault = await createVault()
    expect(await vault.writer().coverage()).toEqual({ bytes: 0, oldest: null, backups: [] })
  })

  it('counts from the verification, else from the certificate, else from when the backup was taken', async () => {
    const vault = await createVault()
    const verified = await proven(vault)
    const certified = await proven(vault)
    const uncertified = await vault.create()
    vault.pass(days(3))
    const { at } = await vault.writer().verify(verified)
    expect(await coverageOf(vault)).toEqual([
      [certified.manifest.id, certified.certificate?.issuedAt],
      [uncertified.manifest.id, uncertified.manifest.takenAt],
      [verified.manifest.id, at.toISOString()],
    ])
  })

  it('counts a backup that is proven again from then on', async () => {
    const vault = await createVault()
    const { manifest } = await proven(vault)
    vault.pass(days(3))
    const { certificate } = await vault.writer().prove(await vault.find(manifest.id))
    expect(await coverageOf(vault)).toEqual([[manifest.id, certificate.issuedAt]])
  })

  it('does not count what was not as certified', async () => {
    const vault = await createVault()
    const backup = await proven(vault)
    await vault.tamper(backup.manifest.key, (text) => `${text}x`)
    vault.pass(days(3))
    await vault.writer().verify(backup)
    await vault.writer().prove(backup)
    expect(await coverageOf(vault)).toEqual([[backup.manifest.id, backup.manifest.takenAt]])
  })

  it('begins anew where its record cannot be read', async () => {
    const vault = await createVault()
    const backup = await proven(vault)
    await vault.writer().verify(backup)
    await vault.tamper(keys.verified, () => '{')
    expect(await coverageOf(vault)).toEqual([[backup.manifest.id, backup.certificate?.issuedAt]])
    await vault.writer().verify(backup)
    expect(vault.store.body(keys.verified)?.length).toBeGreaterThan(9)
  })

  it('does not believe a clock that ran ahead, which would keep a backup from being read for years', async () => {
    const vault = await createVault()
    const backup = await proven(vault)
    const now = () => new Date(vault.now().getTime() + days(3650))
    await vault.writer({ now }).verify(backup)
    vault.pass(days(60))
    expect(await coverageOf(vault)).toEqual([[backup.manifest.id, backup.certificate?.issuedAt]])
  })

  it('forgets what retention deleted', async () => {
    const vault = await createVault()
    const backup = await proven(vault)
    await proven(vault)
    await vault.writer().verify(backup)
    expect(await vault.pruner().delete(backup)).toEqual({ state: 'deleted' })
    expect(new TextDecoder().decode(vault.store.body(keys.verified) ?? new Uint8Array())).not.toContain(
      backup.manifest.id,
    )
  })
})

describe('reading a backup back', () => {
  it('reads every byte, and finds them as certified', async () => {
    const vault = await createVault()
    const backup = await proven(vault)
    expect(await vault.writer().verify(backup)).toMatchObject({ bytes: backup.manifest.bytes, faults: [] })
  })

  const damages: readonly (readonly [string, string, (vault: Vault, backup: Backup) => Promise<unknown>])[] =
    [
      [
        'one flipped bit',
        'SHA-256',
        async ({ store }, { manifest: { key } }) => {
          const body = Uint8Array.from(store.body(key) ?? [])
          body[5000] = (body[5000] ?? 0) ^ 1
          await store.put(key, body)
        },
      ],
      [
        'one byte more',
        'has 8,193 bytes, 8,192 were written',
        ({ store }, { manifest: { key } }) =>
          store.put(key, Uint8Array.from([...(store.body(key) ?? []), 0])),
      ],
      ['a copy that is cut short', 'were written', ({ store }, { manifest: { key } }) => store.put(key, '')],
      ['a copy that is gone', 'is gone', ({ store }, { manifest: { key } }) => store.delete(key)],
      [
        'a manifest that says something else',
        'manifest is not as it was certified',
        (vault, { manifest: { id } }) =>
          vault.tamper(keys.manifest(id), (text) => text.replace('"daily"', '"request"')),
      ],
      [
        'a file that does not belong to it',
        'does not belong to it',
        ({ store }, { manifest: { id } }) => store.put(`${keys.backup(id)}hub.db-wal`, 'x'),
      ],
    ]

  it.each(damages)('tells of %s', async (_, expected, damage) => {
    const vault = await createVault()
    const backup = await proven(vault)
    await damage(vault, backup)
    const { faults } = await vault.writer().verify(backup)
    expect(faults).toEqual([expect.stringContaining(expected)])
  })

  it('is not begun when it cannot be done in time', async () => {
    const vault = await createVault()
    const backup = await proven(vault)
    const deadline = vault.now()
    vault.pass(minutes(1))
    await expect(vault.writer({ deadline }).verify(backup)).rejects.toMatchObject({ code: 'time-limit' })
  })
})
