import { mebibytes, type RestoredCopy } from '@hubkeeper/core'
import { type CustodyOptions, createScratch, type Engine } from '@hubkeeper/sqlite'
import { fingerprint } from '../../layers/sqlite/src/custody/scratch.ts'
import { memoryStore } from '../fakes/memory-store.ts'

/** A database file as a backup that was read back, where it lies. */
export async function restoredCopy(path: string): Promise<RestoredCopy> {
  const print = await fingerprint(path)
  const id = '20261124T043000Z-7f3k2p'
  const manifest = {
    schema: 1 as const,
    id,
    hub: 'hub',
    database: 'knowledge/hub.db',
    key: `backups/${id}/hub.db`,
    reason: 'daily' as const,
    run: '01KB0000000000000000000000',
    takenAt: '2026-11-24T04:30:00.000Z',
    ...print,
    sourceEtag: null,
    files: [],
  }
  const backup = { manifest, certificate: null, pin: null, quarantine: null }
  return { backup, path, ...print, intact: true, dispose: async () => {} }
}

/** Custody of a hub without anything in its store, with its scratch below a directory. */
export async function custodyBelow(
  scratch: string,
  engine: Engine,
  changes: Partial<CustodyOptions> = {},
): Promise<CustodyOptions> {
  return {
    hub: 'hub',
    run: '01KB0000000000000000000000',
    store: memoryStore(),
    engine,
    scratch: await createScratch(scratch),
    database: { key: 'knowledge/hub.db', authority: 'offline', path: null },
    crossCheckMaxBytes: mebibytes(64),
    now: () => new Date('2026-11-25T12:00:00Z'),
    fence: async () => {},
    ...changes,
  }
}
