import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type HubCleaner, type HubConfig, hubSchema } from '@hubkeeper/core'
import { hubCleaner } from '@hubkeeper/local'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'

const everything = ['**/*', '**/.*', '.git/**', 'backups/**', 'state/**']

const hub: HubConfig = hubSchema.parse({
  database: { path: 'knowledge/hub.db' },
  logs: { files: ['logs/*.log'], rotation: { live: ['audit/*.txt'] } },
  searchIndex: { files: ['search_index/*.json'] },
  requirements: ['requirements*.txt'],
})

interface Fixture {
  readonly root: string
  readonly cleaner: HubCleaner
  /** Writes a file below the root. */
  put(key: string, body?: string | Uint8Array): string
  /** Deletes everything that any glob matches; gives what is left. */
  deleteAll(patterns?: readonly string[]): Promise<string[]>
}

function fixture(own: (root: string) => readonly string[] = () => []): Fixture {
  const root = temporaryDirectory()
  const cleaner = hubCleaner({ root, hub, own: own(root), fence: async () => {} })
  return {
    root,
    cleaner,
    put(key, body = 'text') {
      const path = join(root, key)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, body)
      return path
    },
    async deleteAll(patterns = everything) {
      const { files } = await cleaner.candidates(patterns, { environments: true })
      for (const file of files) await cleaner.delete(file)
      return filesIn(root)
    },
  }
}

const filesIn = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort()

describe('what a cleanup never deletes, whatever a glob says', () => {
  it.each([
    ['knowledge/hub.db', 'the database'],
    ['knowledge/hub.db-wal', 'a journal of SQLite'],
    ['tmp/other.db-journal', 'a journal of SQLite'],
    ['tmp/other.db-shm', 'a journal of SQLite'],
    ['backups/20261124T043000Z-7f3k2p/hub.db', 'below backups/'],
    ['state/outbox/alert.tmp', 'below state/'],
    ['reports/backup/report.json', 'below reports/'],
    ['hubkeeper.json', 'a configuration of Hubkeeper'],
    ['tmp/hubkeeper.json', 'a configuration of Hubkeeper'],
    ['logs/server.log', 'a configured log'],
    ['audit/quiet.txt', 'a configured log'],
    ['search_index/articles.json', 'a file of the search index'],
    ['requirements-dev.txt', 'a requirements file'],
  ])('%s: %s', async (key, protectedAs) => {
    const { cleaner, deleteAll, put } = fixture()
    put(key)
    const { files } = await cleaner.candidates(everything, { environments: true })
    expect(files).toMatchObject([{ key, protectedAs }])
    expect(await deleteAll()).toEqual([key])
  })

  it('a database of any name, by its first bytes', async () => {
    const { deleteAll, put, root } = fixture()
    mkdirSync(join(root, 'tmp'))
    const database = new DatabaseSync(join(root, 'tmp/export.tmp'))
    database.exec('CREATE TABLE t(x)')
    database.close()
    put('tmp/wal.tmp', Buffer.from('377f0682002de218', 'hex'))
    put('tmp/rollback.tmp', Buffer.from('d9d505f920a163d7', 'hex'))
    put('tmp/text.tmp', 'SQLite form')
    expect(await deleteAll()).toEqual(['tmp/export.tmp', 'tmp/rollback.tmp', 'tmp/wal.tmp'])
  })

  it('what is below .git, and the directories of backups and scratch wherever they are', async () => {
    const { cleaner, deleteAll, put } = fixture((root) => [
      join(root, 'copies/backups'),
      join(root, 'tmp/work'),
    ])
    const kept = ['.git/index.tmp', 'copies/backups/x/hub.tmp', 'lib/.git/HEAD', 'tmp/work/run-1/hub.tmp']
    for (const key of [...kept, 'tmp/old.tmp']) put(key)
    expect(await deleteAll([...everything, 'lib/.git/*'])).toEqual(kept)
    expect(await cleaner.delete({ key: '.git/index.tmp', bytes: 4, modifiedAt: new Date(0) })).toMatchObject({
      state: 'kept',
    })
  })

  it('links, what they lead to, and what lies outside', async () => {
    const outside = temporaryDirectory()
    writeFileSync(join(outside, 'theirs.tmp'), 'text')
    const { cleaner, deleteAll, put, root } = fixture()
    put('real/mine.txt')
    symlinkSync(outside, join(root, 'tmp'))
    symlinkSync(join(outside, 'theirs.tmp'), join(root, 'link.tmp'))
    symlinkSync(join(root, 'real'), join(root, 'linked'))
    await deleteAll(['**/*.tmp', 'tmp/**', 'linked/**'])
    expect(existsSync(join(root, 'link.tmp'))).toBe(true)
    expect(existsSync(join(outside, 'theirs.tmp'))).toBe(true)
    expect(existsSync(join(root, 'real/mine.txt'))).toBe(true)
    // Even when a folder became a link after the plan was made.
    const { size, mtime } = await import('node:fs/promises').then(({ stat }) =>
      stat(join(outside, 'theirs.tmp')),
    )
    expect(await cleaner.delete({ key: 'tmp/theirs.tmp', bytes: size, modifiedAt: mtime })).toEqual({
      state: 'kept',
      reason: 'a link leads to it',
    })
  })

  it('what changed since it was looked at, or is gone', async () => {
    const { cleaner, put } = fixture()
    put('tmp/a.txt')
    put('tmp/b.txt')
    put('tmp/c.txt')
    const { files } = await cleaner.candidates(['tmp/**'], { environments: false })
    put('tmp/a.txt', 'longer text')
    utimesSync(put('tmp/b.txt'), 1, 1)
    const outcomes = []
    for (const file of files) outcomes.push(await cleaner.delete(file))
    outcomes.push(await cleaner.delete({ key: 'tmp/c.txt', bytes: 4, modifiedAt: new Date() }))
    expect(outcomes).toEqual([
      { state: 'kept', reason: 'it changed meanwhile' },
      { state: 'kept', reason: 'it changed meanwhile' },
      { state: 'deleted' },
      { state: 'kept', reason: 'it is gone, or no plain file any more' },
    ])
  })

  it('any of these, whichever globs are configured', async () => {
    const { cleaner, deleteAll, put, root } = fixture()
    const guarded = [
      ...['.git/config', 'backups/a/hub.db', 'hubkeeper.json', 'knowledge/hub.db', 'knowledge/hub.db-wal'],
      ...[
        'logs/server.log',
        'reports/a/b.json',
        'requirements.txt',
        'search_index/a.json',
        'state/ledger.db',
      ],
    ]
    for (const key of guarded) put(key)
    const part = fc.oneof(
      fc.constantFrom(
        '**',
        '*',
        '.*',
        '.git',
        'backups',
        'knowledge',
        'logs',
        'reports',
        'search_index',
        'state',
      ),
      fc.constantFrom(
        'a',
        'hub.db*',
        '*.json',
        '{logs,state}',
        '[a-z]*',
        '!(x)',
        '+(k)*',
        '?*',
        '*-wal',
        '[',
        '{',
      ),
    )
    const glob = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
    await fc.assert(
      fc.asyncProperty(fc.array(glob, { minLength: 1, maxLength: 4 }), async (globs) => {
        put('tmp/rest/file.txt')
        await deleteAll(globs)
        await cleaner.removeEmptyDirectories(globs)
        expect(filesIn(root).filter((key) => !key.startsWith('tmp/'))).toEqual(guarded)
      }),
    )
  })

  it('what has a name that no key may have, or that Hubkeeper is writing; it is told, and the rest goes', async () => {
    const { cleaner, put, root } = fixture()
    const odd = ['tmp/.hubkeeper-tmp-1-x', 'tmp/a\nb', 'tmp/c\\d']
    for (const key of [...odd, 'tmp/plain']) put(key)
    const { files } = await cleaner.candidates(['tmp/**', 'tmp/.*'], { environments: false })
    expect(files.map(({ key, protectedAs }) => [key, protectedAs])).toEqual([
      [odd[0], 'Hubkeeper writes it'],
      [odd[1], 'its name is no key: it has a backslash or a control character'],
      [odd[2], 'its name is no key: it has a backslash or a control character'],
      ['tmp/plain', null],
    ])
    for (const file of files.filter(({ protectedAs }) => protectedAs === null)) await cleaner.delete(file)
    expect(filesIn(root)).toEqual(odd)
  })

  it('anything outside the root, however a key is written', async () => {
    const { cleaner } = fixture()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('../x', '/etc/x', 'a/../../x', 'a//b', './x', 'C:\\x'),
        async (key) => {
          await expect(cleaner.delete({ key, bytes: 0, modifiedAt: new Date(0) })).rejects.toThrow(
            /refused|key/,
          )
        },
      ),
    )
  })
})

describe('what a cleanup looks at', () => {
  it('does not look for temporaries in node_modules and virtual environments, but for caches', async () => {
    const { cleaner, put } = fixture()
    put('node_modules/a/x.tmp')
    put('env/pyvenv.cfg')
    put('env/lib/__pycache__/y.pyc')
    put('env/lib/x.tmp')
    put('app/x.tmp')
    put('app/__pycache__/z.pyc')
    const keysOf = async (pattern: string, environments: boolean) =>
      (await cleaner.candidates([pattern], { environments })).files.map(({ key }) => key)
    expect(await keysOf('**/*.tmp', false)).toEqual(['app/x.tmp'])
    expect(await keysOf('**/__pycache__/**', true)).toEqual([
      'app/__pycache__/z.pyc',
      'env/lib/__pycache__/y.pyc',
    ])
  })

  it.runIf(process.platform === 'linux')('knows which files a process has open', async () => {
    const { cleaner, put } = fixture()
    const descriptor = openSync(put('tmp/open.txt'), 'r')
    onTestFinished(() => closeSync(descriptor))
    put('tmp/closed.txt')
    const open = await cleaner.open()
    expect([open?.has('tmp/open.txt'), open?.has('tmp/closed.txt')]).toEqual([true, false])
  })

  it.runIf(process.getuid?.() !== 0)('says which folders it may not look into', async () => {
    const { cleaner, put, root } = fixture()
    put('tmp/closed/x.txt')
    chmodSync(join(root, 'tmp/closed'), 0)
    onTestFinished(() => chmodSync(join(root, 'tmp/closed'), 0o700))
    expect(await cleaner.candidates(['tmp/**'], { environments: false })).toEqual({
      files: [],
      closed: ['tmp/closed/'],
    })
  })
})

describe('empty directories', () => {
  it('stay when the run may change nothing more', async () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'cache/a'), { recursive: true })
    const fence = () => Promise.reject(new Error('another run took over'))
    const cleaner = hubCleaner({ root, hub, own: [], fence })
    await expect(cleaner.removeEmptyDirectories(['cache/**'])).rejects.toThrow('another run took over')
    expect(existsSync(join(root, 'cache/a'))).toBe(true)
  })

  it('are removed below the globs, deepest first; the one that a glob names stays', async () => {
    const { cleaner, put, root } = fixture()
    for (const path of ['cache/a/b', 'cache/c', 'app/__pycache__', 'other/empty', 'state/__pycache__']) {
      mkdirSync(join(root, path), { recursive: true })
    }
    put('cache/c/file')
    symlinkSync(join(root, 'other'), join(root, 'cache/link'))
    expect(await cleaner.removeEmptyDirectories(['cache/**', '**/__pycache__/**'])).toBe(3)
    const left = ['cache', 'cache/c', 'cache/link', 'app', 'other/empty', 'state/__pycache__']
    expect(left.every((path) => existsSync(join(root, path)))).toBe(true)
    expect(['cache/a', 'app/__pycache__'].some((path) => existsSync(join(root, path)))).toBe(false)
  })
})
