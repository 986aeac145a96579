import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isProven, keys } from '@hubkeeper/core'
import { expect } from 'vitest'
import { listBackups } from '../../../../layers/sqlite/src/custody/catalog.ts'
import { digestDatabase } from '../../../../layers/sqlite/src/digest/database.ts'
import { nativeSource } from '../../../../layers/sqlite/src/digest/native-source.ts'
import type { Cloud } from './cloud.ts'
import { storeSampleHub } from './hub.ts'
import { bytesOf, keysBelow } from './stored.ts'

/** A database as it is stored. */
export interface Stored {
  readonly bytes: Uint8Array
  /** Of every row. */
  readonly content: string
}

/** The digest of a database's rows. @throws Error when it is not sound */
function contentOf(bytes: Uint8Array): string {
  const directory = mkdtempSync(join(tmpdir(), 'hubkeeper-stored-'))
  try {
    const path = join(directory, 'stored.db')
    writeFileSync(path, bytes)
    const database = new DatabaseSync(path, { readOnly: true })
    const integrity = database.prepare('PRAGMA integrity_check').all()
    expect(integrity).toEqual([{ integrity_check: 'ok' }])
    const { value } = digestDatabase(nativeSource(database))
    database.close()
    return value
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** The stored database of a hub, which must be sound. */
export async function databaseOf(cloud: Cloud, hub: string): Promise<Stored> {
  const bytes = await bytesOf(cloud, hub)
  return { bytes, content: contentOf(bytes) }
}

/** Empties a hub and puts the sample's files there, so that nothing is known of an earlier one. */
export async function freshHub(cloud: Cloud, hub: string): Promise<Stored> {
  const store = cloud.storeOf(hub)
  for (const prefix of ['', keys.backups]) {
    for (const key of await keysBelow(cloud, hub, prefix)) await store.delete(key)
  }
  await storeSampleHub(cloud, hub, 40)
  return databaseOf(cloud, hub)
}

/** Fails unless every row is there, in the old bytes or others, and every proven backup deserves it. */
export async function expectSound(cloud: Cloud, hub: string, before: Stored): Promise<void> {
  expect((await databaseOf(cloud, hub)).content, 'the rows of the stored database').toBe(before.content)
  await expectHonestBackups(cloud, hub)
}

/** Fails unless every backup that is listed as proven can be read and is what its certificate says. */
export async function expectHonestBackups(cloud: Cloud, hub: string): Promise<number> {
  const { backups } = await listBackups(cloud.storeOf(hub))
  const proven = backups.filter(isProven)
  for (const { certificate, manifest } of proven) {
    const bytes = await bytesOf(cloud, hub, manifest.key)
    expect(createHash('sha256').update(bytes).digest('hex'), manifest.key).toBe(certificate?.sha256)
    contentOf(bytes)
  }
  return proven.length
}

/** Subjects and bodies of what was published about a hub to those on call, or to the team. */
export function alertsTo(cloud: Cloud, audience: 'on-call' | 'team', hub: string): string[] {
  const topic = audience === 'team' ? 'team' : 'oncall'
  return cloud.proxy.calls
    .filter(
      ({ operation, service, status }) => service === 'sns' && operation === 'Publish' && status === 200,
    )
    .map(({ body }) => new URLSearchParams(body))
    .filter(
      (body) =>
        body.get('TopicArn')?.toLowerCase().includes(topic) && body.get('Message')?.includes(`(${hub},`),
    )
    .map((body) => `${body.get('Subject')}\n${body.get('Message')}`)
}
