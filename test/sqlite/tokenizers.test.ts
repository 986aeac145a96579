import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { inProcessEngine } from '../fakes/in-process-engine.ts'
import { temporaryDirectory } from '../support/temporary.ts'

function made(sql: string): string {
  const path = join(temporaryDirectory(), 'hub.db')
  const database = new DatabaseSync(path, { defensive: false })
  database.exec(`PRAGMA writable_schema = ON; ${sql}`)
  database.close()
  return path
}

const examined = (path: string) =>
  inProcessEngine().examine(path, { parts: ['integrity', 'search-indexes'], scratch: join(path, '..') })

describe.each(['fts5', 'fts4'])('a tokenizer of %s that is the hub’s own', (module) => {
  it('is said to be missing, and is no damage', async () => {
    const path = made(`CREATE VIRTUAL TABLE words USING ${module} (body); INSERT INTO words VALUES ('a lamp');
      UPDATE sqlite_schema SET sql = replace(sql, '(body', '(body, tokenize=hubs') WHERE name = 'words'`)
    const { integrity, searchIndexes, structure } = await examined(path)
    const lacks = { state: 'fault', fault: { kind: 'needs-extension', missing: ['hubs'] } }
    expect(structure).toMatchObject({ value: { missing: ['hubs'] } })
    expect(integrity).toMatchObject(lacks)
    expect(searchIndexes).toMatchObject({ value: [{ outcome: lacks }] })
  })
})

it('damage is told all the same where a tokenizer is missing', async () => {
  const path = made(`CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2); CREATE INDEX by_a ON t (a);
    CREATE VIRTUAL TABLE words USING fts5 (body); INSERT INTO words VALUES ('a lamp');
    UPDATE sqlite_schema SET sql = replace(sql, '(a)', '(b)') WHERE name = 'by_a';
    UPDATE sqlite_schema SET sql = replace(sql, '(body', '(body, tokenize=hubs') WHERE name = 'words'`)
  expect((await examined(path)).integrity).toMatchObject({
    state: 'done',
    value: [expect.stringContaining('by_a'), expect.stringContaining('no such tokenizer: hubs')],
  })
})

it('damage to an ordinary index is none of a full-text index, whatever its name is', async () => {
  const name = 'x fts5 main.words'
  const path =
    made(`CREATE VIRTUAL TABLE words USING fts5 (body); CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2);
    CREATE INDEX "${name}" ON t (a); UPDATE sqlite_schema SET sql = replace(sql, '(a)', '(b)') WHERE name = '${name}'`)
  const { integrity, searchIndexes } = await examined(path)
  expect(integrity).toMatchObject({ value: [expect.stringContaining(name)] })
  expect(searchIndexes).toMatchObject({ value: [{ name: 'words', outcome: { value: null } }] })
})
