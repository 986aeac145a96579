import { type Backup, days, ioError, keys, mebibytes, type ObjectStore } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { createVault, proven, type Vault } from '../support/vault.ts'

/** The vault’s clock, ten years ahead. */
const ahead = (vault: Vault) => () => new Date(vault.now().getTime() + days(3650))

const levelOf = async (vault: Vault, { manifest: { id } }: Backup) =>
  (await vault.find(id)).certificate?.level ?? null

const certificatesOf = ({ store }: Vault): string[] =>
  store.keys().filter((key) => key.includes('/certificate-'))

describe('the certificate that counts', () => {
  it('is the one that was issued last, also after a clock that ran ten years ahead', async () => {
    const vault = await createVault()
    const backup = await vault.create()
    await vault.writer({ now: ahead(vault) }).prove(backup)
    await vault.tamper(backup.manifest.key, (text) => `${text}x`)
    await vault.writer().prove(backup)
    expect(await levelOf(vault, backup)).toBe('none')
  })

  it('is none that is not as it was issued', async () => {
    const vault = await createVault()
    const backup = await vault.create()
    await vault.tamper(backup.manifest.key, (text) => `${text}x`)
    await vault.writer().prove(backup)
    const [key = ''] = certificatesOf(vault)
    await vault.tamper(key, (text) =>
      text.replace('"none"', '"content"').replace(/"sha256": "\w+"/, `"sha256": "${backup.manifest.sha256}"`),
    )
    expect(await levelOf(vault, backup)).toBeNull()
    expect(await vault.writer().newestProven()).toBeNull()
  })

  it('is none that nobody issued, where there is one that was', async () => {
    const vault = await createVault()
    const good = await proven(vault)
    const forged = keys.certificate(good.manifest.id, '7ZZZZZZZZZZZZZZZZZZZZZZZZZ')
    const [key = ''] = certificatesOf(vault)
    const text = new TextDecoder().decode(vault.store.body(key) ?? new Uint8Array())
    await vault.tamper(good.manifest.key, (copy) => `${copy}x`)
    await vault.writer().prove(good)
    await vault.store.put(forged, text)
    expect(await levelOf(vault, good)).toBe('none')
  })

  it.each([
    ['cannot be read', (vault: Vault) => vault.tamper(keys.certificateChain, () => '{')],
    ['is gone', (vault: Vault) => vault.store.delete(keys.certificateChain)],
  ])('is the last one while the chain %s', async (_, damage) => {
    const vault = await createVault()
    const backup = await proven(vault)
    await damage(vault)
    expect(await levelOf(vault, backup)).toBe('content')
    await vault.tamper(backup.manifest.key, (text) => `${text}x`)
    await vault.writer().prove(backup)
    expect(await levelOf(vault, backup)).toBe('none')
  })
})

describe('a backup of which a record cannot be read', () => {
  const failing = (vault: Vault, part: string, code = 'EIO'): ObjectStore => ({
    ...vault.store,
    get: (key, options) =>
      key.includes(part)
        ? Promise.reject(ioError(Object.assign(new Error(code), { code }), key, 'cannot read'))
        : vault.store.get(key, options),
  })

  it('keeps nobody from the others, and is told of', async () => {
    const vault = await createVault()
    const [broken, sound] = [await proven(vault), await proven(vault)]
    const writer = vault.writer({ store: failing(vault, keys.manifest(broken.manifest.id)) })
    const { backups, strays } = await writer.list()
    expect(backups.map(({ manifest }) => manifest.id)).toEqual([sound.manifest.id])
    expect(strays).toMatchObject([{ id: broken.manifest.id, lack: 'sound-manifest', certified: true }])
    expect((await writer.checkChain()).faults).toMatchObject([
      { kind: 'certificate-without-backup', backup: broken.manifest.id },
    ])
  })

  it('does not count without its certificate, which is told of', async () => {
    const vault = await createVault()
    const [broken, sound] = [await proven(vault), await proven(vault)]
    const part = `${keys.backup(broken.manifest.id)}certificate-`
    const writer = vault.writer({ store: failing(vault, part) })
    expect((await writer.list()).backups.map(({ certificate }) => certificate?.level ?? null)).toEqual([
      null,
      sound.certificate?.level,
    ])
    expect((await writer.checkChain()).faults).toMatchObject([
      { kind: 'tampered', backup: broken.manifest.id },
    ])
  })

  it('is not taken for damaged while the store does not answer', async () => {
    const vault = await createVault()
    await proven(vault)
    const writer = vault.writer({ store: failing(vault, 'certificate-', 'ECONNRESET') })
    await expect(writer.list()).rejects.toMatchObject({ code: 'io' })
    await expect(writer.checkChain()).rejects.toMatchObject({ code: 'io' })
  })

  it('is not deleted by a plan that was made while it could be read', async () => {
    const vault = await createVault()
    const planned = await proven(vault)
    await vault.tamper(keys.manifest(planned.manifest.id), () => '{')
    expect(await vault.pruner().delete(planned)).toEqual({
      state: 'kept',
      reason: 'its manifest cannot be read',
    })
  })

  it('may be as large as it likes', async () => {
    const vault = await createVault()
    const { manifest } = await proven(vault)
    await vault.store.put(keys.manifest(manifest.id), new Uint8Array(mebibytes(65)))
    const { backups, strays } = await vault.writer().list()
    expect({ backups: backups.length, strays: strays.map(({ lack }) => lack) }).toEqual({
      backups: 0,
      strays: ['sound-manifest'],
    })
  })
})

describe('a backup of a run that was overtaken while it was stored', () => {
  it('never becomes one', async () => {
    const vault = await createVault()
    let fences = 0
    const fence = async (): Promise<void> => {
      fences += 1
      if (fences > 1) throw new Error('overtaken')
    }
    await expect(vault.create({ fence })).rejects.toThrow('overtaken')
    const { backups, strays } = await vault.writer().list()
    expect([backups.length, strays.map(({ lack }) => lack)]).toEqual([0, ['manifest']])
  })
})

describe('the newest proven backup', () => {
  it('is not one from a clock that ran ahead, unless there is no other', async () => {
    const vault = await createVault()
    const future = await vault.create({ now: ahead(vault) })
    await vault.tamper(keys.manifest(future.manifest.id), (text) =>
      text.replace(/"takenAt": "2026/, '"takenAt": "2036'),
    )
    await vault.writer().prove(await vault.find(future.manifest.id))
    expect((await vault.writer().newestProven())?.backup.manifest.id).toBe(future.manifest.id)
    const today = await proven(vault)
    expect((await vault.writer().newestProven())?.backup.manifest.id).toBe(today.manifest.id)
  })

  it('is not current by a confirmation from a clock that ran ahead', async () => {
    const vault = await createVault()
    const backup = await proven(vault)
    await vault.writer().confirm(backup, ahead(vault)())
    expect((await vault.writer().newestProven())?.currentAt.toISOString()).toBe(backup.manifest.takenAt)
  })
})

describe('while it cannot be read what is in quarantine', () => {
  async function emptied(): Promise<{ vault: Vault; good: Backup; bad: Backup }> {
    const vault = await createVault()
    const good = await proven(vault)
    vault.pass(days(1))
    const bad = await vault.create()
    await vault.writer().prove(bad, async () => 'rows vanished')
    expect((await vault.writer().find('latest'))?.manifest.id).toBe(good.manifest.id)
    await vault.tamper(keys.quarantine, (text) => text.slice(0, -9))
    return { vault, good, bad }
  }

  it('no backup is the latest, nor that of a moment; each can be had by its id', async () => {
    const { bad, good, vault } = await emptied()
    for (const selector of ['latest', vault.now()] as const) {
      await expect(vault.writer().find(selector)).rejects.toMatchObject({
        code: 'io',
        message: expect.stringContaining(keys.quarantine),
        hint: expect.stringContaining('by its id'),
      })
    }
    for (const { manifest } of [good, bad]) {
      expect((await vault.writer().find(manifest.id))?.manifest.id).toBe(manifest.id)
    }
  })

  it('no new backup is judged by what may not count', async () => {
    const { vault } = await emptied()
    const next = await vault.create()
    await expect(vault.writer().prove(next, async () => null)).rejects.toMatchObject({
      message: expect.stringContaining(keys.quarantine),
    })
    expect(await levelOf(vault, next)).toBeNull()
  })
})
