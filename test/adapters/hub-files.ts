import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fence, HubFileRestorer } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'

/** A hub's files, and the way to them that no driver is. */
export interface TestFiles {
  readonly files: HubFileRestorer
  write(key: string, body: string): Promise<void>
  /** Null when there is none. */
  read(key: string): Promise<string | null>
}

const sha256 = (body: string): string => createHash('sha256').update(body).digest('hex')
const database = 'knowledge/hub.db'

/** The database of the hub whose files a driver serves. */
export const hubOfFiles = { database: { path: database } } as const

/** What every driver of a hub's files does that copies them and puts them back. */
export function hubFilesContract(name: string, make: (fence: Fence) => Promise<TestFiles>): void {
  const passing: Fence = async () => {}

  /** A file on scratch disk. */
  function sourceOf(body: string): string {
    const path = join(temporaryDirectory(), 'source')
    writeFileSync(path, body)
    return path
  }

  describe(`${name}, as files that are kept`, () => {
    it('copies a file as it is, and says what it copied', async () => {
      const { files, write } = await make(passing)
      await write('config/a.toml', 'a = 1')
      const copy = await files.copy('config/a.toml')
      expect(copy).toMatchObject({ key: 'config/a.toml', bytes: 5, sha256: sha256('a = 1') })
      if (copy === null) throw new Error('there is no copy')
      expect(Buffer.from(await files.readCopy(copy, 3)).toString()).toBe('a =')
      expect(Buffer.from(await files.readCopy(copy, 300)).toString()).toBe('a = 1')
    })

    it('copies an empty one, and nothing of what is absent', async () => {
      const { files, write } = await make(passing)
      await write('config/empty', '')
      expect(await files.copy('config/empty')).toMatchObject({ bytes: 0, sha256: sha256('') })
      expect(await files.copy('config/none')).toBeNull()
    })

    it('names what globs match, by key, and never what is Hubkeeper’s own', async () => {
      const { files, write } = await make(passing)
      const own = [database, `${database}-wal`, 'state/x.json', 'backups/1/hub.db', 'reports/a.json']
      for (const key of ['config/b', 'config/a/c', 'other', ...own]) await write(key, 'x')
      const { files: found, leftOut } = await files.candidates(['**', 'config/b'])
      expect(found.map(({ key }) => key)).toEqual(['config/a/c', 'config/b', 'other'])
      expect(leftOut.map(({ key }) => key)).toEqual(own.toSorted())
      for (const key of own) {
        await expect(files.copy(key)).rejects.toMatchObject({ code: 'key-refused' })
        const options = { expected: sha256('x'), mode: null }
        await expect(files.replace(key, sourceOf('y'), options)).rejects.toMatchObject({
          code: 'key-refused',
        })
      }
    })

    it.each([
      '../outside',
      '/etc/passwd',
      'config/../../x',
      'config/hubkeeper.json',
      '.git/hooks/pre-commit',
    ])('puts nothing in the place of %s', async (key) => {
      const { files } = await make(passing)
      const options = { expected: null, mode: null }
      await expect(files.replace(key, sourceOf('y'), options)).rejects.toMatchObject({ code: 'key-refused' })
    })

    it('puts a file in the place of exactly the one that is meant', async () => {
      const { files, read, write } = await make(passing)
      await write('config/a', 'old')
      await files.replace('config/a', sourceOf('new'), { expected: sha256('old'), mode: null })
      expect(await read('config/a')).toBe('new')
      const again = files.replace('config/a', sourceOf('newer'), { expected: sha256('old'), mode: null })
      await expect(again).rejects.toMatchObject({ code: 'precondition-failed', key: 'config/a' })
      expect(await read('config/a')).toBe('new')
    })

    it('puts a new file where there is none, and never over one', async () => {
      const { files, read } = await make(passing)
      const options = { expected: null, mode: 0o640 }
      await files.replace('config/deep/new', sourceOf('first'), options)
      expect(await read('config/deep/new')).toBe('first')
      const again = files.replace('config/deep/new', sourceOf('second'), options)
      await expect(again).rejects.toMatchObject({ code: 'precondition-failed' })
      expect(await read('config/deep/new')).toBe('first')
    })

    it('of one that is gone by now says so, and makes none', async () => {
      const { files, read } = await make(passing)
      const gone = files.replace('config/a', sourceOf('new'), { expected: sha256('old'), mode: null })
      await expect(gone).rejects.toMatchObject({ code: 'precondition-failed' })
      expect(await read('config/a')).toBeNull()
    })

    it('changes nothing once it may not any more, even when all is prepared', async () => {
      let passes = Number.POSITIVE_INFINITY
      const { files, read, write } = await make(async () => {
        passes -= 1
        if (passes < 0) throw new Error('overtaken')
      })
      await write('config/a', 'old')
      for (const left of [0, 1]) {
        passes = left
        const replaced = files.replace('config/a', sourceOf('new'), { expected: sha256('old'), mode: null })
        await expect(replaced).rejects.toThrow('overtaken')
        passes = left
        const created = files.replace('config/b', sourceOf('new'), { expected: null, mode: null })
        await expect(created).rejects.toThrow('overtaken')
        expect([await read('config/a'), await read('config/b')]).toEqual(['old', null])
      }
    })
  })
}
