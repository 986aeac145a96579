import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { advisoriesIn, advisoryLimits, advisoryObjects, storedAdvisories } from '@hubkeeper/audit'
import type { AdvisoryAnswer, PackageVersion } from '@hubkeeper/core'
import { directoryStore } from '@hubkeeper/local'
import { strToU8, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../fakes/memory-store.ts'
import { about, advisory, until } from '../support/osv-records.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const lamp: PackageVersion = { ecosystem: 'PyPI', name: 'Lamp', version: '1.0' }

const record = (id: string, name = 'lamp', rest = {}) =>
  advisory(id, about(name, { ranges: [until('2.0')] }), rest)
const textOf = (id: string, name?: string, rest?: object): string => JSON.stringify(record(id, name, rest))

const idsOf = (answer: AdvisoryAnswer): string[] =>
  answer.state === 'done' ? answer.records.map((raw) => String(Object(raw).id)).sort() : [answer.reason]

/** A store with these objects. */
async function storeWith(objects: Readonly<Record<string, string | Uint8Array>>) {
  const store = memoryStore()
  for (const [key, body] of Object.entries(objects)) await store.put(key, body)
  return store
}

const zipOf = (entries: Readonly<Record<string, string>>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, strToU8(text)])))

describe('advisories in a store', () => {
  it('are one a file, one a line or an archive, and only those of the packages are kept', async () => {
    const store = await storeWith({
      'osv/PYSEC-1.json': textOf('PYSEC-1'),
      'osv/PyPI/PYSEC-2.json': textOf('PYSEC-2', 'shade'),
      'osv/more.jsonl': `${textOf('PYSEC-3')}\n\n${textOf('PYSEC-4')}`,
      'osv/all.zip': zipOf({ 'PYSEC-5.json': textOf('PYSEC-5', 'LAMP'), 'README.md': 'not a record' }),
      'osv/README.md': 'nor this',
      'osv2/PYSEC-6.json': textOf('PYSEC-6'),
    })
    const answer = await storedAdvisories({ store, place: 'osv/' }).query([lamp])
    expect(idsOf(answer)).toEqual(['PYSEC-1', 'PYSEC-3', 'PYSEC-4', 'PYSEC-5'])
    expect(answer).toMatchObject({
      state: 'done',
      origin: { source: 'osv', newestAt: new Date('2026-05-01T10:00:00Z') },
      matches: null,
      requests: 0,
      unreadable: [],
    })
  })

  it('may be a single file', async () => {
    const store = await storeWith({
      'a.zip': zipOf({ 'PYSEC-1.json': textOf('PYSEC-1') }),
      'a.jsonl': textOf('PYSEC-2'),
      'a.json': `[${textOf('PYSEC-3')},${textOf('PYSEC-4')}]`,
    })
    const of = async (place: string) => idsOf(await storedAdvisories({ store, place }).query([lamp]))
    expect([await of('a.zip'), await of('./a.jsonl'), await of('a.json')]).toEqual([
      ['PYSEC-1'],
      ['PYSEC-2'],
      ['PYSEC-3', 'PYSEC-4'],
    ])
  })

  it('name each record that cannot be read, with its place, and keep the others', async () => {
    const store = await storeWith({
      'osv/broken.json': '{"id": "PYSEC-9", ',
      'osv/wrong.json': '{"id": "PYSEC-8", "affected": 7}',
      'osv/lines.jsonl': `${textOf('PYSEC-1')}\nnot JSON\n`,
      'osv/\u001b[31mred.json': '7',
    })
    const answer = await storedAdvisories({ store, place: 'osv' }).query([lamp])
    expect(idsOf(answer)).toEqual(['PYSEC-1'])
    expect(answer.state === 'done' && [...answer.unreadable].sort()).toEqual([
      expect.stringMatching(/^osv\/ ?red.json: a record without an id is no OSV record/),
      'osv/broken.json is not JSON',
      'osv/lines.jsonl:2 is not JSON',
      expect.stringMatching(/^osv\/wrong.json: PYSEC-8 is no OSV record: affected: /),
    ])
  })

  it.each([
    ['nothing is there', {}, 'there are no advisories at osv'],
    ['no file has any', { 'osv/notes.txt': 'x' }, 'there are no advisories at osv'],
    [
      'no record can be read',
      { 'osv/a.json': '{' },
      'osv holds no advisory that can be read (osv/a.json is not JSON)',
    ],
    [
      'an archive is none',
      { 'osv/a.zip': 'PK, says it' },
      'osv/a.zip is refused: it is no whole zip archive, as its end is missing',
    ],
    [
      'an archive ends too early',
      { 'osv/a.zip': zipOf({ 'a.json': textOf('A-1') }).slice(0, 200) },
      'osv/a.zip is refused: it is no whole zip archive, as its end is missing',
    ],
  ])('fail with a sentence when %s', async (_, objects, reason) => {
    const answer = await storedAdvisories({ store: await storeWith(objects), place: 'osv' }).query([lamp])
    expect(answer).toEqual({ state: 'failed', source: 'osv', reason, requests: 0 })
  })

  it('fail when a file changes while it is read', async () => {
    const store = await storeWith({ 'osv/a.json': textOf('A-1') })
    const changing = {
      ...store,
      async list(prefix: string) {
        const page = await store.list(prefix)
        await store.put('osv/a.json', textOf('A-2'))
        return page
      },
    }
    expect(await storedAdvisories({ store: changing, place: 'osv' }).query([lamp])).toMatchObject({
      state: 'failed',
    })
  })

  it('are read out of a directory of thousands', async () => {
    const directory = temporaryDirectory()
    mkdirSync(join(directory, 'osv'))
    for (let i = 0; i < 1500; i++)
      writeFileSync(
        join(directory, 'osv', `P-${i}.json`),
        textOf(`P-${i}`, i % 500 === 0 ? 'lamp' : `shade${i}`),
      )
    const store = directoryStore({ root: directory })
    expect(idsOf(await storedAdvisories({ store, place: 'osv' }).query([lamp]))).toEqual([
      'P-0',
      'P-1000',
      'P-500',
    ])
  })
})

describe('an archive', () => {
  const query = async (archive: Uint8Array, limits = {}) => {
    const store = await storeWith({ 'all.zip': archive })
    const files = advisoryObjects({ store, place: 'all.zip' })
    return advisoriesIn(files, { ...advisoryLimits, ...limits }).query([lamp])
  }
  const zeros = (bytes: number): string => ' '.repeat(bytes)

  it('of many entries is read one by one', async () => {
    const entries = Object.fromEntries(
      Array.from({ length: 2000 }, (_, i) => [
        `P-${i}.json`,
        textOf(`P-${i}`, i % 500 === 0 ? 'lamp' : 'shade'),
      ]),
    )
    expect(idsOf(await query(zipOf(entries)))).toEqual(['P-0', 'P-1000', 'P-1500', 'P-500'])
  })

  it('may be one that was written as a stream, whose entries do not say their size', async () => {
    const script = `
import sys, zipfile
class Pipe:
    def write(self, data): return sys.stdout.buffer.write(data)
    def flush(self): pass
with zipfile.ZipFile(Pipe(), 'w', zipfile.ZIP_DEFLATED) as archive:
    for index in range(300): archive.writestr(f'P-{index}.json', sys.argv[1].replace('P-X', f'P-{index}'))
`
    const archive = execFileSync('python3', ['-c', script, textOf('P-X')], { maxBuffer: 1e8 })
    expect(idsOf(await query(archive))).toHaveLength(300)
  })

  it('that unpacks to very much is refused, be it one entry or many', async () => {
    const large = zipOf({ 'a.json': textOf('A-1'), 'b.json': zeros(3_000_000) })
    expect(large.length).toBeLessThan(10_000)
    expect(await query(large, { record: 1_000_000 })).toMatchObject({
      state: 'failed',
      reason: 'all.zip is refused: b.json unpacks to more than 976.6 KiB',
    })
    const many = zipOf(
      Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}.json`, zeros(100_000)])),
    )
    expect(await query(many, { total: 1_000_000 })).toMatchObject({
      reason: 'all.zip is refused: it unpacks to more than 976.6 KiB',
    })
    expect(await query(many, { files: 39 })).toMatchObject({
      reason: 'all.zip is refused: it has more than 39 entries',
    })
  })

  it('that lies about its size is refused, before more than that is unpacked', async () => {
    const archive = zipOf({ 'a.json': zeros(3_000_000) })
    const lying = Uint8Array.from(archive)
    const view = new DataView(lying.buffer)
    const directory = view.getUint32(lying.length - 6, true)
    view.setUint32(directory + 24, 1000, true)
    expect(await query(lying)).toMatchObject({
      state: 'failed',
      reason: 'all.zip is refused: it is damaged: a.json is not what its directory says',
    })
  })

  it('that is damaged, wherever it is, leads to an answer', async () => {
    const archive = zipOf({ 'a.json': textOf('A-1'), 'b.json': textOf('B-1'), 'c.json': textOf('C-1') })
    const states = new Set<string>()
    for (let at = 0; at + 4 < archive.length; at++) {
      const damaged = Uint8Array.from(archive)
      damaged.fill(0xff, at, at + 4)
      states.add((await query(damaged)).state)
    }
    expect([...states].sort()).toEqual(['done', 'failed'])
  })

  it('of more entries than its old form has room for is read as well', async () => {
    const directory = temporaryDirectory()
    const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as archive:
    for index in range(66000): archive.writestr(zipfile.ZipInfo(f'P-{index}.txt'), '')
    archive.writestr('P.json', sys.argv[2])
`
    const path = join(directory, 'a.zip')
    execFileSync('python3', ['-c', script, path, textOf('P-1')])
    expect(idsOf(await query(readFileSync(path)))).toEqual(['P-1'])
  })

  it('of an archive is not looked into', async () => {
    const inner = zipOf({ 'a.json': textOf('A-1') })
    const outer = zipSync({ 'inner.zip': inner, 'b.json': strToU8(textOf('B-1')) })
    expect(idsOf(await query(outer))).toEqual(['B-1'])
  })
})

describe('advisories outside of any hub', () => {
  it('are read by whatever gives their bytes', async () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'a.jsonl')
    writeFileSync(path, `${textOf('A-1')}\n`)
    const file = {
      name: path,
      bytes: readFileSync(path).length,
      modifiedAt: new Date('2026-11-01T00:00:00Z'),
      read: async (start: number, end: number) => readFileSync(path).subarray(start, end),
    }
    const source = advisoriesIn({
      source: directory,
      async *files() {
        yield file
      },
    })
    const answer = await source.query([lamp])
    expect(idsOf(answer)).toEqual(['A-1'])
    expect(answer).toMatchObject({ origin: { readAt: file.modifiedAt } })
  })
})
