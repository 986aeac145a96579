import { days, keys, type Engine } from '@hubkeeper/core'
import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createVault, type Vault } from '../support/vault.ts'
import { verifyBackups } from '../../functions/verify-backups/task.ts'
import { hub as hubOfVault } from '../proofs/support/hub.ts'
import { contextOf, quietLedger } from '../support/context.ts'
import { inProcessEngine } from '../fakes/in-process-engine.ts'

async function proven(vault: Vault) {
  const { manifest } = await vault.create()
  await vault.writer().prove(await vault.find(manifest.id))
  return vault.find(manifest.id)
}
const rows200 = `CREATE TABLE notes (id INTEGER PRIMARY KEY, text);
      WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 200)
      INSERT INTO notes SELECT i, 'note ' || i FROM n`
const run = (vault: Vault, input: object, holds: unknown[] = [], custody = {}) =>
  verifyBackups.start(contextOf(hubOfVault, vault.now(), { now: vault.now }), async () => ({
    backups: vault.writer(custody), ledger: { ...quietLedger(), placeHold: async (h: unknown) => holds.push(h) === 1 } }), input as never)

describe('review', () => {
  it('A clock ahead: newest certificate', async () => {
    const vault = await createVault()
    const b = await vault.create()
    const ahead = () => new Date(vault.now().getTime() + days(3650))
    await vault.writer({ now: ahead }).prove(b)
    await vault.tamper(b.manifest.key, (t) => `${t}x`)
    const { certificate } = await vault.writer().prove(b)
    expect(certificate.level).toBe('none')
    expect((await vault.find(b.manifest.id)).certificate?.level).toBe('none')
  })
  it('A2 tampered certificate counts', async () => {
    const vault = await createVault()
    const b = await vault.create()
    await vault.tamper(b.manifest.key, (t) => `${t}x`)
    await vault.writer().prove(b)
    await vault.tamper(b.manifest.key, (t) => t.slice(0, -1))
    const key = vault.store.keys().find((k) => k.includes('certificate-')) ?? ''
    await vault.tamper(key, (t) => t.replace('"none"', '"content"').replace(/"sha256": "\w+"/, `"sha256": "${b.manifest.sha256}"`))
    expect(await vault.writer().newestProven()).toBeNull()
  })
  it('A3 unchained newer counts over the issued', async () => {
    const vault = await createVault()
    const good = await proven(vault)
    const text = JSON.stringify(good.certificate)
    await vault.tamper(good.manifest.key, (t) => `${t}x`)
    await vault.writer().prove(good)
    await vault.store.put(keys.certificate(good.manifest.id, '7ZZZZZZZZZZZZZZZZZZZZZZZZZ'), text)
    expect((await vault.find(good.manifest.id)).certificate?.level).toBe('none')
  })
  it('B verification of the future', async () => {
    const vault = await createVault()
    const b = await proven(vault)
    const ahead = () => new Date(vault.now().getTime() + days(3650))
    await vault.writer({ now: ahead }).verify(b)
    vault.pass(days(60))
    const { oldest } = await vault.writer().coverage()
    expect(oldest?.verifiedAt.getTime()).toBeLessThan(vault.now().getTime() - days(59))
  })
  it('C confirmation of the future', async () => {
    const vault = await createVault()
    const b = await proven(vault)
    await vault.writer().confirm(b, new Date(vault.now().getTime() + days(3650)))
    const newest = await vault.writer().newestProven()
    expect(newest?.currentAt.getTime()).toBeLessThan(vault.now().getTime())
  })
  it('NN quarantine unreadable', async () => {
    const vault = await createVault(rows200)
    const good = await proven(vault)
    await vault.execute('DELETE FROM notes WHERE id > 20')
    vault.pass(days(1))
    const bad = await vault.create()
    await run(vault, {})
    expect((await vault.writer().find('latest'))?.manifest.id).toBe(good.manifest.id)
    await vault.tamper(keys.quarantine, (t) => t.slice(0, -9))
    const found = await vault.writer().find('latest').catch((e: Error) => e)
    expect(found instanceof Error ? found.message : found?.manifest.id).not.toBe(bad.manifest.id)
  })
  it('NN2 a proof while the quarantine is unreadable', async () => {
    const vault = await createVault(rows200)
    await proven(vault)
    await vault.execute('DELETE FROM notes WHERE id > 20')
    vault.pass(days(1))
    await vault.create()
    await run(vault, {})
    await vault.tamper(keys.quarantine, (t) => t.slice(0, -9))
    vault.pass(days(1))
    const b = await vault.create()
    const r = await run(vault, {}).catch((e: Error) => e)
    console.log(r instanceof Error ? r.message : r.findings.map((f) => [f.check, f.status, f.subject]))
    expect((await vault.find(b.manifest.id)).certificate).toBeNull()
  })
  it('T baseline of older ones', async () => {
    const vault = await createVault('CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p(id)); PRAGMA foreign_keys=OFF; INSERT INTO c VALUES (1),(2)')
    const old = await proven(vault)
    expect(old.certificate?.level).toBe('content')
    expect(old.certificate?.foreignKeyViolations).toBe(2)
    await vault.execute('DELETE FROM c')
    await proven(vault)
    const r = await run(vault, { backup: 'all' })
    console.log(r.findings.map((f) => [f.check, f.status, f.subject, f.evidence]))
    expect((await vault.find(old.manifest.id)).certificate?.level).toBe('content')
  })
  it('V backups verify passes the guard by', async () => {
    const vault = await createVault(rows200)
    const good = await proven(vault)
    await vault.execute('DELETE FROM notes WHERE id > 20')
    vault.pass(days(1))
    const bad = await vault.create()
    const holds: unknown[] = []
    const r = await run(vault, { backup: 'all' }, holds)
    console.log(r.findings.map((f) => [f.check, f.status, f.subject]), holds)
    expect((await vault.find(bad.manifest.id)).quarantine).not.toBeNull()
    expect((await vault.writer().find('latest'))?.manifest.id).toBe(good.manifest.id)
  })
  it('O chain and head gone, retention deletes', async () => {
    const vault = await createVault()
    const a = await proven(vault)
    await proven(vault)
    await vault.store.delete(keys.certificateChain)
    await vault.store.delete(keys.certificateHead)
    expect((await vault.writer().checkChain()).faults[0]?.kind).toBe('chain-unreadable')
    expect(await vault.pruner().delete(a)).toMatchObject({ state: 'failed' })
  })
  it('HH starvation', async () => {
    const vault = await createVault()
    const a = await proven(vault)
    const b = await proven(vault)
    // make a huge by its manifest's say
    vault.pass(days(40))
    const deadline = new Date(vault.now().getTime() + 60_000)
    const base = vault.writer({ deadline })
    const r = await verifyBackups.start(contextOf(hubOfVault, vault.now(), { now: vault.now }), async () => ({
      backups: { ...base, coverage: async () => { const c = await base.coverage(); return { ...c, backups: c.backups.map((x) => x.backup.manifest.id !== a.manifest.id ? x : { ...x, backup: { ...x.backup, manifest: { ...x.backup.manifest, bytes: 1e12 } } }) } } },
      ledger: quietLedger() }), {} as never)
    console.log(r.findings.map((f) => [f.check, f.status, f.subject, f.evidence]))
    expect(r.findings.some((f) => f.subject === b.manifest.id && f.status === 'ok')).toBe(true)
  })
})
