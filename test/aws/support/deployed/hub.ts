import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ConfigInput } from '@hubkeeper/core'
import { createSampleHub } from '../../../../examples/sample-hub/create.ts'
import { askingNobody } from '../../../support/asking-nobody.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import type { Cloud } from './cloud.ts'

/** The configuration of a hub as the sample is laid out. */
export const sampleConfig = (baseUrl?: string): ConfigInput['hubs'][string] => ({
  timeZone: 'Europe/Berlin',
  database: { path: 'knowledge/hub.db' },
  ...askingNobody,
  logs: { files: ['logs/*.log'] },
  searchIndex: { files: ['knowledge/search_index/*.json'] },
  ...(baseUrl === undefined
    ? {}
    : {
        api: {
          baseUrl,
          endpoints: [{ path: '/health', kind: 'health' as const }, { path: '/api/v1/commands' }],
        },
      }),
})

/** Puts a sample hub into the cloud's bucket, as its server would have left it; gives its database's key. */
export async function storeSampleHub(cloud: Cloud, hub: string, articles = 120): Promise<void> {
  const directory = join(temporaryDirectory(), 'hub')
  mkdirSync(directory)
  const { database } = createSampleHub({ directory, articles, journalMode: 'delete' })
  // Rows that came and went leave pages that a rewrite gives back.
  const connection = new DatabaseSync(database)
  connection.exec(`CREATE TABLE bulk (text TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000)
    INSERT INTO bulk SELECT hex(randomblob(200)) FROM n; DELETE FROM bulk`)
  connection.close()
  const store = cloud.storeOf(hub)
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    await store.put(relative(directory, path), readFileSync(path))
  }
}

/** Changes the stored database, as its server would. */
export async function changeDatabase(cloud: Cloud, hub: string, sql: string): Promise<void> {
  const store = cloud.storeOf(hub)
  const stored = await store.get('knowledge/hub.db')
  if (stored === null) throw new Error('there is no database')
  const path = join(temporaryDirectory(), 'changed.db')
  writeFileSync(path, stored.body)
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
  await store.put('knowledge/hub.db', readFileSync(path))
}

/** The stored database, as a file that can be asked. */
export async function storedDatabase(cloud: Cloud, hub: string): Promise<DatabaseSync> {
  const stored = await cloud.storeOf(hub).get('knowledge/hub.db')
  if (stored === null) throw new Error('there is no database')
  const path = join(temporaryDirectory(), 'stored.db')
  writeFileSync(path, stored.body)
  return new DatabaseSync(path, { readOnly: true })
}
