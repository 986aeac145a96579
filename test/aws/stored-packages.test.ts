import { grantsOf, HubkeeperError, type ObjectStore, restrictStore } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { storedPackages } from '../../layers/aws/src/stored-packages.ts'
import { memoryStore } from '../fakes/memory-store.ts'
import { digestOf, hubOfPackages } from '../support/package-hub.ts'

type Changes = Parameters<typeof hubOfPackages>[0]

/** What a task that updates packages is given, and no more. */
function packagesIn(store: ObjectStore, changes: Changes = {}, fence: () => Promise<void> = async () => {}) {
  const hub = hubOfPackages({
    database: { path: 'hub.db', authority: 'offline' },
    ...changes,
    audit: { updates: 'apply', ...changes?.audit },
  })
  const granted = restrictStore(store, grantsOf({ packages: 'update' }, hub), 'dependency-update')
  return storedPackages({ store: granted, hub, run: 'run1', fence })
}

async function storeWith(objects: Readonly<Record<string, string>>) {
  const store = memoryStore()
  for (const [key, body] of Object.entries(objects)) await store.put(key, body)
  return store
}

const text = (bytes: Uint8Array | null | undefined): string | null =>
  bytes === null || bytes === undefined ? null : Buffer.from(bytes).toString()

describe('files of requirements as objects', () => {
  it('are those that the globs match, read up to a bound', async () => {
    const packages = packagesIn(
      await storeWith({ 'requirements.txt': 'a==1.0', 'deps/x/b.txt': 'b', 'other.txt': 'c' }),
    )
    expect((await packages.files()).map(({ key }) => key)).toEqual(['deps/x/b.txt', 'requirements.txt'])
    expect(text(await packages.read('requirements.txt', 3))).toBe('a==')
    expect(await packages.read('requirements-absent.txt', 3)).toBe(null)
    await expect(packages.read('other.txt', 3)).rejects.toMatchObject({ code: 'no-access' })
  })

  it('are replaced under the condition that they are the same, and the old one is kept', async () => {
    const store = await storeWith({ 'requirements.txt': 'a==1.0' })
    const packages = packagesIn(store)
    expect(packages.elsewhere).toBe(null)
    expect(await packages.replace('requirements.txt', 'a==1.1', digestOf('a==1.0'))).toBe(
      'state/replaced/run1/requirements.txt',
    )
    expect(text(store.body('requirements.txt'))).toBe('a==1.1')
    expect(text(store.body('state/replaced/run1/requirements.txt'))).toBe('a==1.0')
  })

  it('that are others by now are not replaced', async () => {
    const store = await storeWith({ 'requirements.txt': 'b==2.0' })
    for (const key of ['requirements.txt', 'requirements-absent.txt']) {
      await expect(packagesIn(store).replace(key, 'x', digestOf('a==1.0'))).rejects.toMatchObject({
        code: 'precondition-failed',
      })
    }
    expect(store.keys()).toEqual(['requirements.txt'])
  })

  it('that change at the last moment are not replaced either', async () => {
    const store = await storeWith({ 'requirements.txt': 'a==1.0' })
    let fences = 0
    const packages = packagesIn(store, {}, async () => {
      fences += 1
      if (fences === 2) await store.put('requirements.txt', 'by somebody else')
    })
    await expect(packages.replace('requirements.txt', 'a==1.1', digestOf('a==1.0'))).rejects.toMatchObject({
      code: 'precondition-failed',
    })
    expect(text(store.body('requirements.txt'))).toBe('by somebody else')
  })

  it('stay where the fence does not let a write pass', async () => {
    const store = await storeWith({ 'requirements.txt': 'a==1.0' })
    const lost = async () => {
      throw new HubkeeperError('lease-lost', 'lost', { hint: 'none' })
    }
    await expect(
      packagesIn(store, {}, lost).replace('requirements.txt', 'a==1.1', digestOf('a==1.0')),
    ).rejects.toMatchObject({ code: 'lease-lost' })
    expect(store.keys()).toEqual(['requirements.txt'])
  })

  it('are copies of those of a hub that runs elsewhere: they are not replaced', async () => {
    const store = await storeWith({ 'requirements.txt': 'a==1.0' })
    const packages = packagesIn(store, { database: { path: 'hub.db', authority: 'server' } })
    expect(packages.elsewhere).toContain('its own machine')
    await expect(packages.replace('requirements.txt', 'x', digestOf('a==1.0'))).rejects.toMatchObject({
      code: 'key-refused',
    })
  })

  it('are not written where the hub only wants proposals', async () => {
    const store = await storeWith({ 'requirements.txt': 'a==1.0' })
    const packages = packagesIn(store, { audit: { updates: 'propose' } })
    await expect(packages.replace('requirements.txt', 'x', digestOf('a==1.0'))).rejects.toMatchObject({
      code: 'no-access',
    })
  })
})

describe('what is installed, as objects tell', () => {
  const audit = { python: { inventory: 'published/inventory.json' } }

  it('is what the hub publishes', async () => {
    const body = JSON.stringify({ installed: [{ metadata: { name: 'a', version: '1.0' } }] })
    const store = await storeWith({ 'published/inventory.json': body })
    expect(await packagesIn(store, { audit }).installed()).toMatchObject([
      { source: 'published/inventory.json', packages: [{ ecosystem: 'PyPI', name: 'a', version: '1.0' }] },
    ])
    expect(await packagesIn(store).installed()).toEqual([])
  })

  it('is not known where it publishes none, and says so', async () => {
    expect(await packagesIn(memoryStore(), { audit }).installed()).toMatchObject([
      { packages: [], unreadable: ['published/inventory.json: there is no inventory'] },
    ])
  })

  it('is not changed from here', async () => {
    expect(await packagesIn(memoryStore(), { audit: { install: ['pip'] } }).install()).toBe(null)
  })
})
