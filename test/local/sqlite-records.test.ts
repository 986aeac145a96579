import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sqliteRecords } from '@hubkeeper/local'
import { expect, it } from 'vitest'
import { recordStoreContract } from '../adapters/record-store.ts'
import { memoryRecords } from '../fakes/memory-records.ts'
import { temporaryDirectory } from '../support/temporary.ts'

recordStoreContract('a SQLite file', async () => sqliteRecords({ path: join(temporaryDirectory(), 'l.db') }))
recordStoreContract('the tests’ own records in memory', async () => memoryRecords())

it('a damaged file is named, with what to do', async () => {
  const path = join(temporaryDirectory(), 'ledger.db')
  writeFileSync(path, 'not a database, but long enough to be looked at as one '.repeat(50))
  await expect(sqliteRecords({ path }).get('a')).rejects.toMatchObject({
    code: 'io',
    message: expect.stringContaining(path),
    hint: expect.stringContaining('move it away'),
  })
})

it('two connections to one file see each other', async () => {
  const path = join(temporaryDirectory(), 'ledger.db')
  const one = sqliteRecords({ path })
  const other = sqliteRecords({ path })
  const revision = await one.put('a', '1', null)
  expect(await other.put('a', '2', null)).toBeNull()
  expect(await other.put('a', '2', revision)).not.toBeNull()
  expect((await one.get('a'))?.value).toBe('2')
})

it('who only looks leaves no file behind', async () => {
  const directory = temporaryDirectory()
  const records = sqliteRecords({ path: join(directory, 'state/ledger.db') })
  expect(await records.get('a')).toBeNull()
  expect(await records.list('')).toEqual([])
  expect(readdirSync(directory)).toEqual([])
})
