import { type ChainFault, keys, minutes } from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVault, dyingStore, Killed, proven, type Vault } from '../support/vault.ts'
import { crimes } from './support/crimes.ts'

const check = (vault: Vault) => vault.writer().checkChain()

const provenId = async (vault: Vault, times = 1): Promise<string> => (await proven(vault, times)).manifest.id

/** Kinds of faults with the backups that they are told of. */
const told = (faults: readonly ChainFault[]) => faults.map(({ backup, kind }) => [kind, backup])

async function remove(vault: Vault, id: string): Promise<void> {
  expect(await vault.pruner().delete(await vault.find(id))).toEqual({ state: 'deleted' })
}

const linesOf = ({ store }: Vault): string[] =>
  new TextDecoder().decode(store.body(keys.certificateChain) ?? new Uint8Array()).split('\n')

describe('the chain of certificates', () => {
  it('is whole after backups were proven, proven again, and deleted by retention', async () => {
    const vault = await createVault()
    const ids = [
      await provenId(vault),
      await provenId(vault, 2),
      await provenId(vault),
      await provenId(vault),
    ]
    await remove(vault, ids[0] ?? '')
    await remove(vault, ids[2] ?? '')
    expect(await check(vault)).toEqual({ certificates: 3, removed: 2, faults: [] })
  })

  it('does not mind a store in which nothing was certified yet', async () => {
    expect(await check(await createVault())).toEqual({ certificates: 0, removed: 0, faults: [] })
  })

  it('tells of a backup that has no certificate', async () => {
    const vault = await createVault()
    await provenId(vault)
    const { manifest } = await vault.create()
    expect(told((await check(vault)).faults)).toEqual([['backup-without-certificate', manifest.id]])
  })

  it('grows with the backups that are kept, and not with those that were deleted', async () => {
    const vault = await createVault()
    const kept: string[] = []
    for (let day = 0; day < 80; day++) {
      kept.push(await provenId(vault, 2))
      // Every tenth is kept, and the newest ones.
      const old = kept.at(-6)
      if (old !== undefined && day % 10 !== 0) {
        kept.splice(-6, 1)
        await remove(vault, old)
      }
    }
    const { certificates, faults } = await check(vault)
    expect(faults).toEqual([])
    // A certificate of a backup that is kept, and at most a gap before each.
    expect(linesOf(vault).length).toBeLessThanOrEqual(certificates * 2 + 6)
  })
})

describe('a backup that a killed run was about to delete', () => {
  it('is missed when somebody else deletes it, once retention has deleted another', async () => {
    const vault = await createVault()
    const [spared, other] = [await provenId(vault), await provenId(vault)]
    const store = dyingStore(vault.store, { change: 1, when: 'after' })
    const deleting = vault.pruner({ store }).delete(await vault.find(spared))
    await expect(deleting).rejects.toThrow(Killed)
    expect(await check(vault)).toMatchObject({ removed: 1, faults: [] })
    await remove(vault, other)
    expect(await check(vault)).toMatchObject({ certificates: 1, removed: 1, faults: [] })
    await vault.store.delete(keys.manifest(spared))
    expect(told((await check(vault)).faults)).toEqual([['certificate-without-backup', spared]])
  })
})

describe('certificates from before there was a record of them', () => {
  async function old(vault: Vault): Promise<void> {
    await vault.store.delete(keys.certificateChain)
    await vault.tamper(keys.certificateHead, (text) => text.replace(',"chained":true', ''))
  }

  it('are taken into one, with the gaps that retention had left', async () => {
    const vault = await createVault()
    const ids = [
      await provenId(vault),
      await provenId(vault, 2),
      await provenId(vault),
      await provenId(vault),
    ]
    await remove(vault, ids[2] ?? '')
    await old(vault)
    expect((await check(vault)).faults).toEqual([])
    await provenId(vault)
    expect(await check(vault)).toMatchObject({ certificates: 5, faults: [] })
  })

  it('are taken into one before retention deletes the first of them', async () => {
    const vault = await createVault()
    const ids = [await provenId(vault), await provenId(vault)]
    await old(vault)
    await remove(vault, ids[0] ?? '')
    expect(await check(vault)).toEqual({ certificates: 1, removed: 1, faults: [] })
  })
})

/** Somebody’s next step; `kill` says at which change, if at all, the process is gone. */
interface Step {
  readonly what: 'create' | 'prove' | 'remove'
  /** Which backup, modulo how many there are. */
  readonly which: number
  readonly kill: { readonly change: number; readonly when: 'before' | 'after' } | null
}

const steps = fc.array(
  fc.record({
    what: fc.constantFrom('create', 'prove', 'prove', 'remove'),
    which: fc.nat(20),
    kill: fc.option(
      fc.record({ change: fc.integer({ min: 1, max: 5 }), when: fc.constantFrom('before', 'after') }),
    ),
  }),
  { maxLength: 14 },
)

async function take(vault: Vault, { kill, what, which }: Step): Promise<void> {
  const changes = kill === null ? {} : { store: dyingStore(vault.store, kill) }
  const { backups } = await vault.writer().list()
  const chosen = backups[which % Math.max(1, backups.length)]
  try {
    if (what === 'create') await vault.create(changes)
    else if (chosen !== undefined && what === 'prove') await vault.writer(changes).prove(chosen)
    else if (chosen !== undefined) await vault.pruner(changes).delete(chosen)
  } catch (error) {
    if (!(error instanceof Killed)) throw error
  }
}

/** What is wrong, besides what was never proven. */
const wrong = async (vault: Vault): Promise<readonly ChainFault[]> =>
  (await check(vault)).faults.filter(({ kind }) => kind !== 'backup-without-certificate')

describe('whatever was done, and wherever it was cut short by a kill, the chain', {
  timeout: minutes(5),
}, () => {
  it('has no fault at any time', async () => {
    const property = fc.asyncProperty(steps, async (all) => {
      const vault = await createVault()
      for (const step of all) {
        await take(vault, step)
        expect(await wrong(vault)).toEqual([])
      }
      await provenId(vault)
      expect(await wrong(vault)).toEqual([])
    })
    await fc.assert(property, { numRuns: 60 })
  })

  it.each(crimes)('tells of $name, and takes it for nothing else', async ({ commit, told: kind }) => {
    const property = fc.asyncProperty(steps, async (all) => {
      const vault = await createVault()
      for (const step of all) await take(vault, step)
      const [id, other] = [await provenId(vault), await provenId(vault)]
      await provenId(vault)
      await provenId(vault)
      await commit(vault, id, other)
      const faults = await wrong(vault)
      expect(new Set(faults.map((fault) => fault.kind)), JSON.stringify(faults)).toEqual(new Set([kind]))
      const subjects = faults.map(({ backup }) => backup)
      if (kind === 'chain-unreadable') expect(subjects).toEqual([null])
      else if (kind !== 'reordered') expect(subjects).toContain(id)
    })
    await fc.assert(property, { numRuns: 6 })
  })

  it('tells of a certificate that was left out of the record', async () => {
    const vault = await createVault()
    const ids = [await provenId(vault), await provenId(vault), await provenId(vault)]
    await vault.tamper(keys.certificateChain, (text) =>
      text
        .split('\n')
        .filter((line) => !line.includes(ids[1] ?? ''))
        .join('\n'),
    )
    expect(told(await wrong(vault))).toEqual([
      ['reordered', ids[2]],
      ['unchained', ids[1]],
    ])
  })
})

describe('a chain that was damaged', () => {
  it.each(['an older record', 'a record that is gone', 'an older head', 'a head that is gone'])(
    'goes on after %s once the next certificate is issued',
    async (name) => {
      const vault = await createVault()
      const ids = [await provenId(vault), await provenId(vault)]
      await crimes.find((crime) => crime.name === name)?.commit(vault, ids[0] ?? '', ids[1] ?? '')
      await provenId(vault)
      expect(await wrong(vault)).toEqual([])
    },
  )

  it('keeps certifying, and lets retention delete nothing, while it cannot be read', async () => {
    const vault = await createVault()
    const id = await provenId(vault)
    await vault.tamper(keys.certificateChain, () => '{')
    await provenId(vault)
    expect(await vault.pruner().delete(await vault.find(id))).toMatchObject({ state: 'failed' })
    expect((await vault.find(id)).certificate?.level).toBe('content')
    await vault.store.delete(keys.certificateChain)
    await provenId(vault)
    expect(await wrong(vault)).toEqual([])
  })

  it('lets retention delete nothing while all that is known of the certificates is gone', async () => {
    const vault = await createVault()
    const id = await provenId(vault)
    await vault.store.delete(keys.certificateChain)
    await vault.store.delete(keys.certificateHead)
    expect(told(await wrong(vault))).toContainEqual(['chain-unreadable', null])
    expect(await vault.pruner().delete(await vault.find(id))).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining(keys.certificateChain),
    })
    expect((await vault.find(id)).certificate?.level).toBe('content')
    // Nor once there is a new record, which does not know it; but when it is certified anew.
    await provenId(vault)
    expect(await vault.pruner().delete(await vault.find(id))).toMatchObject({ state: 'failed' })
    await vault.writer().prove(await vault.find(id))
    await remove(vault, id)
  })

  it('misses a backup that is gone, also when the head is the one before it', async () => {
    const vault = await createVault()
    await provenId(vault)
    const head = vault.store.body(keys.certificateHead) ?? ''
    const id = await provenId(vault)
    await vault.store.put(keys.certificateHead, head)
    expect(await wrong(vault)).toEqual([])
    await vault.store.delete(keys.manifest(id))
    expect(told(await wrong(vault))).toEqual([['certificate-without-backup', id]])
  })

  it('takes nothing into a new record that the head does not lead to', async () => {
    const vault = await createVault()
    const ids = [await provenId(vault), await provenId(vault), await provenId(vault)]
    await remove(vault, ids[1] ?? '')
    await vault.store.delete(keys.certificateChain)
    await provenId(vault)
    expect(told(await wrong(vault))).toEqual([['unchained', ids[0]]])
    await vault.writer().prove(await vault.find(ids[0] ?? ''))
    expect(await wrong(vault)).toEqual([])
  })
})
