import { type Access, grantsOf, hubSchema, restrictStore } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../fakes/memory-store.ts'

const absent = { ifNoneMatch: '*' } as const
const places = hubSchema.parse({ database: { path: 'data/hub.db' } })

async function storeFor(access: Access) {
  const store = memoryStore()
  const { etag } = await store.put('data/hub.db', 'database')
  await store.put('backups/a/hub.db', 'backup')
  return {
    etag,
    store: restrictStore(store, grantsOf(access, places), 'a task'),
  }
}

const refused = { code: 'no-access' }

describe('a store restricted to an access', () => {
  it('lets a backup writer create backups, and never overwrite or delete one', async () => {
    const { store } = await storeFor({ backups: 'write' })
    await expect(store.put('backups/b/hub.db', 'new', absent)).resolves.toBeDefined()
    await expect(store.put('backups/a/hub.db', 'worse')).rejects.toMatchObject(refused)
    await expect(store.put('backups/a/hub.db', 'worse', { ifMatch: 'v2' })).rejects.toMatchObject(refused)
    await expect(store.delete('backups/a/hub.db')).rejects.toMatchObject(refused)
  })

  it('lets a backup reader list and read only', async () => {
    const { store } = await storeFor({ backups: 'read' })
    await expect(store.list('backups/')).resolves.toMatchObject({ objects: [{ key: 'backups/a/hub.db' }] })
    await expect(store.put('backups/b/hub.db', 'new', absent)).rejects.toMatchObject(refused)
    await expect(store.head('data/hub.db')).rejects.toMatchObject(refused)
  })

  it('lets maintenance replace the database, and a reader not', async () => {
    const reading = await storeFor({ database: 'read' })
    const maintaining = await storeFor({ database: 'maintain' })
    const condition = { ifMatch: maintaining.etag }
    await expect(maintaining.store.put('data/hub.db', 'compact', condition)).resolves.toBeDefined()
    await expect(reading.store.put('data/hub.db', 'x', condition)).rejects.toMatchObject(refused)
    await expect(maintaining.store.delete('data/hub.db')).rejects.toMatchObject(refused)
  })

  it('knows the journals beside the database, and no other files', async () => {
    const { store } = await storeFor({ database: 'read' })
    await expect(store.head('data/hub.db-wal')).resolves.toBeNull()
    await expect(store.head('data/other.db')).rejects.toMatchObject(refused)
  })

  it('gives a task without access nothing', async () => {
    const { store } = await storeFor({})
    await expect(store.head('data/hub.db')).rejects.toMatchObject(refused)
    await expect(store.list('backups/')).rejects.toMatchObject(refused)
  })
})
