import {
  type BackupFile,
  configSchema,
  digestOfFiles,
  grantsOf,
  neverKept,
  neverReplaced,
  planFileRestore,
  prefixOf,
} from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const places = { database: { path: './knowledge/Hub.db' } }

const file = (key: string, sha256: string): BackupFile => ({
  key,
  sha256,
  bytes: 1,
  mode: 0o644,
  modifiedAt: '2026-11-25T12:00:00.000Z',
})

const file3 = fc.record({
  key: fc.constantFrom('a', 'b', 'c'),
  sha256: fc.constantFrom('1', '2'),
  mode: fc.constantFrom(null, 0o600, 0o644),
})

describe('a set of files', () => {
  it('is the same whatever its order and times, and another one with any other key, content or mode', () => {
    const sets = fc.uniqueArray(file3, { selector: ({ key }) => key })
    const linesOf = (set: readonly { key: string; sha256: string; mode: number | null }[]) =>
      set
        .map(({ key, mode, sha256 }) => `${key} ${sha256} ${mode}`)
        .sort()
        .join()
    fc.assert(
      fc.property(sets, sets, (one, other) => {
        expect(digestOfFiles(one) === digestOfFiles(other)).toBe(linesOf(one) === linesOf(other))
        expect(digestOfFiles(one.toReversed())).toBe(digestOfFiles(one))
      }),
    )
  })
})

describe('files that are never kept', () => {
  it.each([
    'knowledge/hub.db',
    'knowledge/HUB.DB-wal',
    'knowledge/hub.db-shm',
    'knowledge/hub.db-journal',
    'state/backups/head.json',
    'Backups/1/hub.db',
    'reports/backup/1.json',
    'config/.git/config',
    `config/${'x'.repeat(900)}`,
  ])('%s', (key) => {
    expect(neverKept(key, places)).not.toBeNull()
    expect(neverReplaced(key, places)).not.toBeNull()
  })

  it.each(['config/a.toml', 'statements/a', 'knowledge/hub.db.json', 'config/state/a'])(
    'but %s is',
    (key) => {
      expect(neverKept(key, places)).toBeNull()
    },
  )

  it('a configuration of Hubkeeper is kept, and never put back', () => {
    expect(neverKept('hubkeeper.json', places)).toBeNull()
    expect(neverReplaced('config/Hubkeeper.json', places)).toContain('look at it')
  })
})

describe('what a restore does with files', () => {
  it('puts back what differs or is missing, leaves the rest, and names what is not in its hands', () => {
    const backup = [
      file('config/same', '1'),
      file('config/changed', '1'),
      file('config/missing', '1'),
      file('config/link', '1'),
      file('app/code.py', '1'),
      file('state/ledger.db', '1'),
    ]
    const now = {
      files: [file('config/same', '1'), file('config/changed', '2'), file('config/new', '3')],
      leftOut: [{ key: 'config/link', reason: 'a link', wanted: false }],
    }
    const plan = planFileRestore(backup, now, { patterns: ['config/**', 'state/**'], places })
    expect(plan.planned.map(({ file: { key }, now: sha256, state }) => [key, state, sha256])).toEqual([
      ['config/changed', 'changed', '2'],
      ['config/missing', 'missing', null],
      ['config/same', 'same', '1'],
    ])
    expect(plan.refused.map(({ file: { key }, reason, wanted }) => [key, reason, wanted])).toEqual([
      ['app/code.py', expect.stringContaining('add it to backups.files'), false],
      ['config/link', 'a link', true],
      ['state/ledger.db', expect.stringContaining('Hubkeeper’s own'), false],
    ])
    expect(plan.onlyHere).toEqual(['config/new'])
  })
})

describe('what a task may reach of the files that are kept', () => {
  it.each([
    ['requirements.txt', 'requirements.txt'],
    ['./requirements*.txt', 'requirements'],
    ['config/**', 'config/'],
    ['config/app-?.toml', 'config/app-'],
    ['data/+(a)/b', 'data/'],
    ['data/{a,b}.json', 'data/'],
    ['data/[ab]', 'data/'],
    ['data/a+b/c', 'data/a+b/c'],
  ])('%s begins with %s', (pattern, prefix) => {
    expect(prefixOf(pattern)).toBe(prefix)
  })

  it('is what their globs begin with, and nothing beside it', () => {
    const { hub } = configSchema.parse({
      hubs: { hub: { database: { path: 'hub.db' }, requirements: ['requirements.txt'] } },
    }).hubs
    if (hub === undefined) throw new Error('there is no hub')
    expect(grantsOf({ files: 'restore' }, hub)).toEqual([
      { prefix: 'config/', verbs: ['list', 'read', 'create', 'replace'], large: true },
      { prefix: 'requirements.txt', verbs: ['list', 'read', 'create', 'replace'], large: true },
    ])
    expect(grantsOf({ files: 'copy' }, hub).flatMap(({ verbs }) => verbs)).not.toContain('replace')
  })
})
