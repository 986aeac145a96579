import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { unfinished, writeAndDie } from '../../killed-writer.ts'
import { type BaseName, makeBase } from '../bases.ts'
import { type Damage, type ExpectedLive, fault, type Patient, sound } from '../damage.ts'

const beside = (
  name: string,
  bases: readonly [BaseName, ...BaseName[]],
  apply: (patient: Patient) => void,
  ...live: readonly ExpectedLive[]
): Damage => ({ name: `beside: ${name}`, bases, apply, expected: sound, live })

/** Makes the WAL of another database, with checksums that hold, as the WAL of this one. */
function foreignWal(path: string): void {
  const other = `${path}.other`
  const database = new DatabaseSync(other)
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
    CREATE TABLE foreign_table (a); INSERT INTO foreign_table VALUES (zeroblob(9000))`)
  copyFileSync(`${other}-wal`, `${path}-wal`)
  database.close()
  rmSync(other)
}

/** Files beside the database that belong to it, or are taken to. A file at rest is judged by itself. */
export const besideDamage: readonly Damage[] = [
  {
    name: 'beside: the journal of a transaction that was cut off',
    bases: ['text', 'constrained'],
    apply: ({ base, path }) =>
      writeAndDie(
        path,
        unfinished(
          base === 'text' ? 'UPDATE articles SET body = upper(body)' : 'UPDATE notes SET text = upper(text)',
        ),
      ),
    expected: fault(['digest'], ['integrity', 'foreign-keys']),
    live: [{ refused: ['hot-journal'] }],
  },
  {
    name: 'beside: the database of a transaction that was cut off, its journal lost',
    bases: ['text', 'constrained'],
    apply({ base, path }) {
      writeAndDie(
        path,
        unfinished(
          base === 'text' ? 'UPDATE articles SET body = upper(body)' : 'UPDATE notes SET text = upper(text)',
        ),
      )
      rmSync(`${path}-journal`)
    },
    expected: fault(['digest'], ['integrity', 'foreign-keys']),
    live: ['differs'],
  },
  beside(
    'a journal of noise',
    ['text', 'fts5'],
    ({ path, random }) => writeFileSync(`${path}-journal`, random.bytes(3000)),
    { refused: ['hot-journal'] },
  ),
  beside(
    'a journal whose head is zeros',
    ['text', 'fts5'],
    ({ path }) => writeFileSync(`${path}-journal`, Buffer.alloc(3000)),
    'at-rest',
  ),
  beside('an empty journal', ['text'], ({ path }) => writeFileSync(`${path}-journal`, ''), 'at-rest'),
  beside('a directory named like a journal', ['text'], ({ path }) => mkdirSync(`${path}-journal`), {
    refused: ['no-access', 'hot-journal', 'other'],
  }),
  beside(
    'a WAL of noise',
    ['wal', 'wal-beside'],
    ({ path, random }) => writeFileSync(`${path}-wal`, random.bytes(20_000)),
    'at-rest',
  ),
  beside('a WAL beside a database without one', ['text'], ({ path }) => foreignWal(path), 'differs'),
  beside('the WAL of another database', ['wal', 'wal-beside'], ({ path }) => foreignWal(path), 'differs'),
  beside('a WAL that was emptied', ['wal-beside'], ({ path }) => truncateSync(`${path}-wal`, 0), 'at-rest'),
  beside(
    'a WAL cut within its last frame',
    ['wal-beside'],
    ({ path }) => truncateSync(`${path}-wal`, readFileSync(`${path}-wal`).length - 100),
    'at-rest',
  ),
  beside(
    'a WAL of another salt',
    ['wal-beside'],
    ({ path, random }) => {
      const wal = readFileSync(`${path}-wal`)
      random.bytes(8).copy(wal, 16)
      writeFileSync(`${path}-wal`, wal)
    },
    'at-rest',
  ),
  beside(
    'a flipped bit in the WAL',
    ['wal-beside'],
    ({ path, random }) => {
      const wal = readFileSync(`${path}-wal`)
      const at = 32 + 24 + random.integer(4000)
      wal[at] = (wal[at] ?? 0) ^ 4
      writeFileSync(`${path}-wal`, wal)
    },
    'at-rest',
  ),
  beside('the WAL that belongs to it', ['wal-beside'], () => {}, 'with-wal'),
  {
    name: 'beside: no WAL any more, which had the newest row',
    bases: ['wal-beside'],
    apply: ({ path }) => rmSync(`${path}-wal`),
    expected: sound,
    live: ['at-rest'],
  },
  beside(
    'a shared memory of noise',
    ['wal', 'wal-beside'],
    ({ path, random }) => writeFileSync(`${path}-shm`, random.bytes(32_768)),
    'at-rest',
    'with-wal',
  ),
  {
    name: 'another database in its place',
    bases: ['text', 'fts5'],
    apply({ path }) {
      makeBase('constrained', `${path}.other`)
      renameSync(`${path}.other`, path)
    },
    expected: fault(['digest']),
    live: ['differs'],
  },
  {
    name: 'another hub’s database in its place',
    bases: ['text', 'fts5', 'fts5-external', 'fts5-contentless', 'fts4', 'wal'],
    apply({ base, path }) {
      makeBase(base, `${path}.other`, 99)
      renameSync(`${path}.other`, path)
    },
    expected: fault(['digest']),
    live: ['differs'],
  },
  {
    name: 'an older copy in its place',
    bases: ['text', 'fts5', 'fts5-external'],
    apply({ path }) {
      const database = new DatabaseSync(path)
      database.exec('DELETE FROM articles WHERE id > 50')
      const index = database.prepare("SELECT sql FROM sqlite_schema WHERE name = 'search'").get()
      if (String(index?.sql).includes('content='))
        database.exec("INSERT INTO search (search) VALUES ('rebuild')")
      else if (index !== undefined) database.exec('DELETE FROM search WHERE rowid > 50')
      database.close()
    },
    expected: fault(['digest']),
    live: ['differs'],
  },
]
