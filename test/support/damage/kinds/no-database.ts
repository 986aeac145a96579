import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { type Damage, type Expected, type Patient, unreadable } from '../damage.ts'

const inPlace = (name: string, put: (patient: Patient) => void, expected: Expected): Damage => ({
  name: `no database: ${name}`,
  bases: ['text'],
  apply: (patient) => put(patient),
  expected,
})

const content = (
  name: string,
  contentOf: (original: Buffer, patient: Patient) => Buffer | string,
  expected: Expected = unreadable('not-a-database'),
): Damage =>
  inPlace(
    name,
    (patient) => writeFileSync(patient.path, contentOf(readFileSync(patient.path), patient)),
    expected,
  )

/** Puts something else in place of the file. */
const replaced = (name: string, put: (path: string) => void, expected: Expected): Damage =>
  inPlace(
    name,
    ({ path }) => {
      rmSync(path)
      put(path)
    },
    expected,
  )

/** Every byte with the one of a key: what an encrypted file looks like. */
const encrypted = (original: Buffer, { random }: Patient): Buffer => {
  const key = random.bytes(997)
  return Buffer.from(original.map((byte, i) => byte ^ (key[i % key.length] ?? 0)))
}

const isRoot = process.getuid?.() === 0

/** What lies where a database should. */
export const notDatabases: readonly Damage[] = [
  content('gzip', (original) => gzipSync(original)),
  content(
    'a page that says error',
    () => '<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>\n',
  ),
  content('JSON', () => JSON.stringify({ error: { code: 403, message: 'Access denied' } }, null, 2)),
  content('zeros', (original) => Buffer.alloc(original.length)),
  content('noise', (original, { random }) => random.bytes(Math.min(original.length, 40_000))),
  content(
    'a dump in SQL',
    () => 'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t (a);\nCOMMIT;\n',
  ),
  content('text that begins like one', () => `SQLite format 3 is what this text is about.\n`.repeat(200)),
  content('text behind the magic', () => `SQLite format 3\0${'and now for something else\n'.repeat(400)}`),
  content('the magic alone', () => 'SQLite format 3\0'),
  content('the magic and zeros', () => Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8176)])),
  content('the format that never was', (original) => {
    original.write('SQLite format 4\0', 'latin1')
    return original
  }),
  content('encrypted', encrypted),
  content('in base64', (original) => original.toString('base64')),
  content('with a mark of byte order', (original) =>
    Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), original]),
  ),
  content(
    'a pointer of Git LFS',
    () => 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n',
  ),
  replaced('nothing', () => {}, unreadable('missing')),
  replaced('a directory', (path) => mkdirSync(path), unreadable('no-access')),
  replaced('a link to nowhere', (path) => symlinkSync(`${path}.gone`, path), unreadable('missing')),
  replaced('a link to itself', (path) => symlinkSync(path, path), unreadable('missing', 'no-access')),
  replaced(
    'a link to a device',
    (path) => symlinkSync('/dev/zero', path),
    unreadable('empty', 'not-a-database'),
  ),
  {
    ...replaced(
      'a pipe',
      (path) => {
        const { status } = spawnSync('mkfifo', [path])
        if (status !== 0) throw new Error(`mkfifo ended with ${status}`)
      },
      unreadable('empty', 'not-a-database'),
    ),
    impossible: process.platform === 'win32' ? 'this system has no named pipes in its files' : null,
  },
  {
    ...inPlace('one that may not be read', ({ path }) => chmodSync(path, 0), unreadable('no-access')),
    impossible: isRoot ? 'root may read everything' : null,
  },
]
