import { describe, expect, it } from 'vitest'
import { guessContent } from '../../layers/sqlite/src/content/guess.ts'
import {
  byDefault,
  contentTable,
  done,
  figuresOf,
  heapLimit,
  ids,
  made,
  profileHere,
} from './support/profile-here.ts'

const prose = (characters: number, seed: number): string =>
  Array.from({ length: characters }, (_, i) =>
    i % 7 === 6 ? ' ' : String.fromCharCode(97 + ((i * seed) % 26)),
  ).join('')

describe('texts that are equal to a reader', () => {
  it('are those whose letters Unicode composes in another way, too', async () => {
    const { exact, normalised } = await figuresOf('Caf\u00e9', 'cafe\u0301', 'cafe')
    expect(exact.groups).toBe(0)
    expect(normalised.listed.map(ids)).toEqual([['1', '2']])
  })

  it('are none whose bytes are no text: what they were is not known', async () => {
    const path = made(`${contentTable}; INSERT INTO content (content) VALUES
      (CAST(x'636166e9' AS TEXT)), (CAST(x'636166e8' AS TEXT)), (CAST(x'636166e9' AS TEXT))`)
    const { exact, normalised } = done(await profileHere(path))
    expect([exact.listed.map(ids), normalised.groups]).toEqual([[['1', '3']], 0])
  })

  it('are none whose surrogates stand alone', async () => {
    const path = made(`PRAGMA encoding = 'UTF-16le'; ${contentTable}; INSERT INTO content (content) VALUES
      (CAST(x'610000d8' AS TEXT)), (CAST(x'610001d8' AS TEXT))`)
    const { encoding, normalised } = done(await profileHere(path))
    expect([ids(encoding.invalid), normalised.groups]).toEqual([['1', '2'], 0])
  })
})

describe('a row with more than one trouble', () => {
  it('counts once among those that are badly encoded', async () => {
    const path = made(`${contentTable}; INSERT INTO content (content) VALUES
      (CAST(x'6100ffefbfbd' AS TEXT)), (CAST(x'610062' AS TEXT)), ('sound')`)
    const { badlyEncoded, encoding } = done(await profileHere(path))
    expect([encoding.invalid.rows, encoding.nul.rows, encoding.replacement.rows]).toEqual([1, 2, 1])
    expect(badlyEncoded).toBe(2)
  })

  it('counts once among those that are too long or cut off', async () => {
    const cut = [3, 5, 7, 9].map((seed) => prose(2000, seed))
    const { oversized, oversizedOrCut, truncated } = await figuresOf(...cut, `${prose(2500, 3)}.`)
    expect([oversized.rows, truncated.map(({ rows }) => rows), oversizedOrCut]).toEqual([5, [4], 5])
  })
})

describe('texts that end at one length', () => {
  const cutAt = (length: number, count = 12): string[] =>
    Array.from({ length: count }, (_, i) => `${i} ${prose(length, i + 3)}`.slice(0, length - 1)).map(
      (text) => `${text}x`,
    )

  it('are cut off at a limit that columns often have', async () => {
    const { oversizedOrCut, truncated } = await figuresOf(...cutAt(255), ...cutAt(300))
    expect(truncated.map(({ length, rows }) => [length, rows])).toEqual([[255, 12]])
    expect(oversizedOrCut).toBe(12)
  })

  it('are not where they are few, whole, or codes', async () => {
    const whole = cutAt(256).map((text) => `${text.slice(0, -1)}.`)
    const codes = Array.from({ length: 12 }, (_, i) => String.fromCharCode(65 + i).repeat(512))
    const keys = Array.from({ length: 5 }, (_, i) => String.fromCharCode(65 + i).repeat(1400))
    const figures = await figuresOf(...cutAt(500, 9), ...whole, ...codes, ...keys)
    expect([figures.truncated, figures.oversizedOrCut]).toEqual([[], 5])
  })
})

it('values that are not compared with any other are told apart from those that are not looked at', async () => {
  const long = (bytes: number): string => `(CAST(zeroblob(${bytes}) AS TEXT))`
  const path = made(
    `${contentTable}; INSERT INTO content (content) VALUES ${long(17_000_000)}, ${long(5_000_000)}`,
  )
  const { uncompared, unread } = done(await profileHere(path))
  expect([ids(unread), uncompared]).toEqual([['1', '2'], 1])
})

describe('a guess', () => {
  const long = "printf('%.*c', 150, 'x')"

  it.each(['fts4', 'fts5'])('is not led astray by the name of an %s index', (module) => {
    const path = made(`CREATE VIRTUAL TABLE search USING ${module} (content);
      CREATE TABLE search_index (content_type TEXT, content TEXT); CREATE TABLE search_pages (body TEXT)`)
    expect(done(guessContent(path, heapLimit)).map(({ table }) => table)).toEqual([
      'search_index',
      'search_pages',
    ])
  })

  it.each([
    [
      'wp_posts',
      'post_title TEXT, post_content TEXT, post_type VARCHAR(20), post_modified DATETIME',
      { content: 'post_content', type: 'post_type', title: 'post_title', updated: 'post_modified' },
    ],
    [
      'chunks',
      'chunkText, docType, updatedAt',
      { content: 'chunkText', type: 'docType', updated: 'updatedAt' },
    ],
    ['we"ird\nname', '"content" TEXT, "type"', { content: 'content', type: 'type' }],
    ['mails', 'raw_text STRING, content_hash TEXT', { content: 'raw_text' }],
  ])('knows the columns of %s', (table, columns, found) => {
    const name = `"${table.replaceAll('"', '""')}"`
    const values = columns.split(',').map(() => long)
    // What comes first has no text.
    const path = made(`CREATE TABLE ${name} (${columns});
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
      INSERT INTO ${name} SELECT ${columns
        .split(',')
        .map(() => 'NULL')
        .join(', ')} FROM n;
      INSERT INTO ${name} VALUES (${values.join(', ')})`)
    expect(done(guessContent(path, heapLimit))).toEqual([{ table, ...found }])
  })

  it('is none where nothing is called so, or is long enough', () => {
    const path = made(`CREATE TABLE tags (label TEXT, content_hash TEXT, post_content TEXT);
      INSERT INTO tags VALUES (${long}, ${long}, 'short'); CREATE TABLE parts (content BLOB)`)
    expect(done(guessContent(path, heapLimit))).toEqual([])
  })
})

it('a row is not dated by what cannot have been', async () => {
  const path = made(
    contentTable,
    [['2099-01-01'], ['2026-11-30'], [4_000_000_000]],
    "INSERT INTO content (content, changed) VALUES ('a', ?)",
  )
  const { stale } = done(await profileHere(path, { ...byDefault, updated: 'changed' }))
  expect([stale?.ahead.rows, stale?.newest]).toEqual([2, '2026-11-30T00:00:00.000Z'])
})

it('a table that is called as one of the engine’s own is read all the same', async () => {
  const path = made(
    "CREATE TABLE hubkeeper_rows (content); INSERT INTO hubkeeper_rows VALUES ('a'), ('a'), (NULL)",
  )
  const { empty, exact, rows } = done(
    await profileHere(path, { table: 'hubkeeper_rows', content: 'content' }),
  )
  expect([rows, exact.surplusRows, empty.null.rows]).toEqual([3, 1, 1])
})

it('a text with more space in it than anybody reads through twice is looked at all the same', async () => {
  const space = ' \n\u00a0'.repeat(300_000)
  const { empty, normalised } = await figuresOf(`a${space}b`, `A b`, `${space}a b${space}`, space)
  expect([normalised.listed.map(ids), ids(empty.whitespace)]).toEqual([[['1', '2', '3']], ['4']])
})

it('names that differ beyond ASCII are two names', async () => {
  const path = made(`CREATE TABLE "\u00c9" ("\u00c9", "\u00e9"); CREATE TABLE "\u00e9" ("\u00c9", "\u00e9");
    INSERT INTO "\u00e9" VALUES (NULL, 'a'), (NULL, 'b')`)
  const { empty, rows } = done(await profileHere(path, { table: '\u00e9', content: '\u00e9' }))
  expect([rows, empty.null.rows]).toEqual([2, 0])
})
