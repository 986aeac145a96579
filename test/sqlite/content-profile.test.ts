import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type ContentRequest, mebibytes } from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { guessContent } from '../../layers/sqlite/src/content/guess.ts'
import { testEngine } from '../support/engine.ts'
import { heavy } from '../support/heavy.ts'
import { copyOfRealHub, realHub, withoutRealHub } from '../support/real-hub.ts'
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

/** Changes the schema to what no statement would make of it. */
function edit(path: string, sql: string): void {
  const database = new DatabaseSync(path, { defensive: false })
  database.exec(`PRAGMA writable_schema = ON; ${sql}`)
  database.close()
}

describe('what is empty', () => {
  it('is NULL, without a character, or of white space only, told apart', async () => {
    const { empty, rows, stored } = await figuresOf(
      null,
      '',
      ' \n\t',
      '\u00a0\u2003\u3000\u0085',
      '\ufeff\u200b',
      'a',
      ' a ',
      new Uint8Array(),
      0,
    )
    expect(rows).toBe(9)
    expect(ids(empty.null)).toEqual(['1'])
    expect(ids(empty.empty)).toEqual(['2', '8'])
    expect(ids(empty.whitespace)).toEqual(['3', '4', '5'])
    expect(stored).toEqual({ text: 6, blob: 1, number: 1 })
  })

  it('is counted for its type, with mean lengths of what is not NULL', async () => {
    const path = made(
      contentTable,
      [
        ['page', 'ä'],
        ['page', 'abc'],
        ['page', ''],
        ['video', null],
        [null, 'x'],
        ['page', new Uint8Array(8)],
      ],
      'INSERT INTO content (type, content) VALUES (?, ?)',
    )
    const { otherTypes, types } = done(await profileHere(path, { ...byDefault, type: 'type' }))
    expect(otherTypes).toBe(0)
    expect(types).toEqual([
      { type: 'page', rows: 4, empty: 1, averageCharacters: 4 / 3, averageBytes: 13 / 4 },
      { type: null, rows: 1, empty: 0, averageCharacters: 1, averageBytes: 1 },
      { type: 'video', rows: 1, empty: 1, averageCharacters: null, averageBytes: null },
    ])
  })
})

describe('duplicates', () => {
  it('are rows that are equal byte for byte and stored alike, without the empty ones', async () => {
    const { exact } = await figuresOf(
      ...['same', null, '', 'same', 'other', null, '', 'same'],
      Buffer.from('same'),
      ...[1n, '1', 1n, 1.5, 1.5],
    )
    expect(exact.groups).toBe(3)
    expect(exact.surplusRows).toBe(4)
    expect(exact.listed.map((group) => ({ ids: ids(group), rows: group.rows, bytes: group.bytes }))).toEqual([
      { ids: ['1', '4', '8'], rows: 3, bytes: 4 },
      { ids: ['10', '12'], rows: 2, bytes: 1 },
      { ids: ['13', '14'], rows: 2, bytes: 3 },
    ])
  })

  it('that differ in case and space only are counted beside them, each text once', async () => {
    const { exact, normalised } = await figuresOf(
      'Some text',
      'some  TEXT\n',
      'Some text',
      'same',
      'same',
      '\u00a0Ünder',
      'ünder',
      'a b',
      'ab',
    )
    expect(exact).toMatchObject({ groups: 2, surplusRows: 2 })
    expect(normalised).toMatchObject({ groups: 2, surplusRows: 2 })
    expect(normalised.listed.map(ids)).toEqual([
      ['1', '2'],
      ['6', '7'],
    ])
  })

  it('are listed as far as was asked for, the largest first, and all are counted', async () => {
    const values = Array.from({ length: 60 }, (_, i) => [`text ${i < 10 ? 'common' : i % 20}`])
    const path = made(contentTable, values, 'INSERT INTO content (content) VALUES (?)')
    const { exact } = done(await profileHere(path, byDefault, { groups: 2, examples: 3 }))
    expect(exact.groups).toBe(21)
    expect(exact.surplusRows).toBe(39)
    expect(exact.listed.map((group) => [group.rows, ids(group)])).toEqual([
      [10, ['1', '2', '3']],
      [3, ['11', '31', '51']],
    ])
  })
})

describe('lengths', () => {
  it('beyond the limit are oversized, in bytes', async () => {
    const { oversized } = await figuresOf(
      'a'.repeat(1000),
      'a'.repeat(1001),
      'ä'.repeat(501),
      Buffer.alloc(2000),
    )
    expect(ids(oversized)).toEqual(['2', '3', '4'])
  })

  it('that do not fit into memory are left out, and said to be', async () => {
    const long = (bytes: number): string => `(CAST(zeroblob(${bytes}) AS TEXT))`
    const path =
      made(`${contentTable}; INSERT INTO content (content) VALUES ${long(17_000_000)}, ${long(17_000_000)},
      ${long(5_000_000)}, ${long(5_000_000)}, ('a')`)
    const { encoding, exact, oversized, unread } = done(await profileHere(path))
    expect([ids(unread), ids(oversized)]).toEqual(Array(2).fill(['1', '2', '3', '4']))
    expect([exact.listed.map(ids), encoding.nul.rows]).toEqual([[['3', '4']], 0])
  })

  const words = (characters: number, seed: number): string =>
    Array.from({ length: characters }, (_, i) =>
      i % 7 === 6 ? ' ' : String.fromCharCode(97 + ((i * seed) % 26)),
    ).join('')

  it('at which different texts end, within a word, are told as cut off', async () => {
    const cut = [3, 5, 7].map((seed) => words(1500, seed))
    const whole = Array.from({ length: 30 }, (_, i) => `${words(1100 + i * 60, i + 1)}.`)
    const { truncated } = await figuresOf(...whole, ...cut)
    expect(truncated.map(({ examples, ...shared }) => shared)).toEqual([
      { length: 1500, unit: 'characters', rows: 3, endWithin: 3 },
    ])
    expect(truncated.flatMap(ids)).toEqual(['31', '32', '33'])
  })

  it('in bytes are told where they are the same in no other way', async () => {
    const cut = ['ä', 'öü', 'éèê'].map((begin, i) => begin + words(2000 - Buffer.byteLength(begin), i + 3))
    const { truncated } = await figuresOf(...cut)
    expect(truncated).toMatchObject([{ length: 2000, unit: 'bytes', rows: 3 }])
  })

  it('that many whole texts share, copies of one text, or short ones, are not', async () => {
    const sentence = (seed: number): string => `${words(1499, seed)}.`
    const copies = Array<string>(5).fill(words(1600, 3))
    const short = [3, 5, 7].map((seed) => words(999, seed))
    expect((await figuresOf(sentence(3), sentence(5), sentence(7), ...copies, ...short)).truncated).toEqual(
      [],
    )
  })

  it('that are no more frequent than those around them are not', async () => {
    const dense = Array.from({ length: 300 }, (_, i) =>
      `${i} ${words(1200 + (i % 40), 3)}`.slice(0, 1200 + (i % 40)),
    )
    expect((await figuresOf(...dense)).truncated).toEqual([])
  })
})

describe('encodings', () => {
  it('that are broken are told apart by how', async () => {
    const path = made(`${contentTable}; INSERT INTO content (content) VALUES
      (CAST(x'61c328' AS TEXT)), (CAST(x'610062' AS TEXT)), ('lost \ufffd here'), ('caf\u00c3\u00a9'),
      ('it\u00e2\u20ac\u2122s'), ('\u00f0\u0178\u02dc\u20ac'), ('\u00c3\u2013l'),
      ('SÃO, Â, âge, ÀÉÎ, 25°, IRMÃ” “Ô'), ('sound'), (x'ff00ff'), (CAST(x'edA080' AS TEXT))`)
    const { encoding } = done(await profileHere(path))
    expect({
      invalid: ids(encoding.invalid),
      nul: ids(encoding.nul),
      replacement: ids(encoding.replacement),
      mojibake: ids(encoding.mojibake),
    }).toEqual({
      invalid: ['1', '11'],
      nul: ['2'],
      replacement: ['3'],
      mojibake: ['4', '5', '6', '7'],
    })
  })

  it.each(['UTF-16le', 'UTF-16be'])('of a database in %s are looked at as well', async (encoding) => {
    const path = made(
      `PRAGMA encoding = '${encoding}'; ${contentTable}`,
      [['Straße'], ['STRASSE 日本'], ['strasse  日本 '], ['\u3000'], ['']],
      'INSERT INTO content (content) VALUES (?)',
    )
    const figures = done(await profileHere(path))
    expect(figures.normalised.listed.map(ids)).toEqual([['2', '3']])
    expect(figures.empty.whitespace.rows).toBe(1)
    expect(figures.types[0]).toMatchObject({ averageCharacters: (6 + 10 + 12 + 1) / 5 })
    expect(Object.values(figures.encoding).map(({ rows }) => rows)).toEqual([0, 0, 0, 0])
  })
})

describe('age', () => {
  it('is told by the column for it, whatever it holds', async () => {
    const path = made(
      contentTable,
      [
        ['2025-12-31'],
        ['2026-01-01 00:00:00'],
        [1_735_689_600],
        [1_767_225_600_000],
        [null],
        ['long ago'],
        ['1999-01-01'],
        ['2026-12-02'],
      ],
      "INSERT INTO content (content, changed) VALUES ('a', ?)",
    )
    const { stale } = done(await profileHere(path, { ...byDefault, updated: 'changed' }))
    expect(stale).toMatchObject({ oldest: '2025-01-01T00:00:00.000Z', newest: '2026-01-01T00:00:00.000Z' })
    expect([stale?.stale, stale?.unclear, stale?.ahead].map((rows) => rows && ids(rows))).toEqual([
      ['1', '3'],
      ['6', '7'],
      ['8'],
    ])
    expect(stale?.undated).toBe(1)
  })
})

describe('a table', () => {
  it('without rowid is profiled by its primary key', async () => {
    const path = made(`CREATE TABLE content (lang TEXT, no INTEGER, title, content TEXT COLLATE NOCASE,
        PRIMARY KEY (lang, no)) WITHOUT ROWID;
      INSERT INTO content VALUES ('de', 1, 'Eins', 'x'), ('en', 2, NULL, 'x'), ('en', 10, 'Ten', NULL)`)
    const { empty, exact } = done(await profileHere(path, { ...byDefault, title: 'TITLE' }))
    expect(exact.listed[0]?.examples).toEqual([
      { id: 'de, 1', title: 'Eins' },
      { id: 'en, 2', title: null },
    ])
    expect(empty.null.examples).toEqual([{ id: 'en, 10', title: 'Ten' }])
  })

  it('whose columns took all names of the rowid is profiled by place', async () => {
    const path = made(`CREATE TABLE content (rowid, oid, _rowid_, content);
      INSERT INTO content VALUES (1, 1, 1, 'a'), (1, 1, 1, 'a'), (1, 1, 1, '')`)
    const { empty, exact } = done(await profileHere(path))
    expect([exact.listed.map(ids), ids(empty.empty)]).toEqual([[['row 1', 'row 2']], ['row 3']])
  })

  it('with any rowids, generated columns and a collation that is missing is profiled', async () => {
    const path = made(`CREATE TABLE content (id INTEGER PRIMARY KEY, raw TEXT, content TEXT AS (trim(raw)));
      INSERT INTO content (id, raw) VALUES (-9223372036854775808, ' a'), (9223372036854775807, 'a ');
      `)
    edit(path, "UPDATE sqlite_schema SET sql = replace(sql, 'raw TEXT', 'raw TEXT COLLATE hubs_own')")
    const { exact } = done(await profileHere(path))
    expect(exact.listed.map(ids)).toEqual([['-9223372036854775808', '9223372036854775807']])
  })

  it.each([
    ['an FTS5 table', 'CREATE VIRTUAL TABLE texts USING fts5 (title, content)'],
    ['an FTS4 table', 'CREATE VIRTUAL TABLE texts USING fts4 (title, content)'],
  ])('that is %s is profiled', async (_, sql) => {
    const path = made(
      `${sql}; INSERT INTO texts (rowid, title, content) VALUES (5, 't', 'a'), (7, 'u', 'a'), (9, 'v', '')`,
    )
    const { empty, exact, rows } = done(
      await profileHere(path, { ...byDefault, table: 'texts', title: 'title' }),
    )
    expect([rows, exact.listed.map(ids), ids(empty.empty)]).toEqual([3, [['5', '7']], ['9']])
  })

  it.each([
    ['is not there', '', 'fault', 'there is no table content'],
    ['lacks the column', 'CREATE TABLE content (a)', 'fault', 'there is no column content in content'],
    ['is a view', "CREATE VIEW content AS SELECT 'a' AS content", 'skipped', 'is a view'],
    [
      'is contentless',
      "CREATE VIRTUAL TABLE content USING fts5 (words, content='')",
      'skipped',
      'contentless',
    ],
  ])('that %s says so', async (_, sql, state, words) => {
    const outcome = await profileHere(made(`CREATE TABLE other (a); ${sql}`))
    expect(outcome.state).toBe(state)
    expect(JSON.stringify(outcome)).toContain(words)
  })

  it('says of a row no more than its beginning', async () => {
    const path = made(`${contentTable};
      INSERT INTO content (type, content, title) VALUES (hex(zeroblob(500)), '', hex(zeroblob(500))),
        (x'00ff', NULL, hex(zeroblob(2000000)))`)
    const figures = done(await profileHere(path, { ...byDefault, type: 'type', title: 'title' }))
    expect(figures.types.map(({ type }) => type?.length)).toEqual([expect.any(Number), 200])
    expect(figures.empty.empty.examples[0]?.title).toHaveLength(200)
    expect(figures.empty.null.examples[0]?.title).toBe('(too long to be read)')
  })
})

describe('a guess', () => {
  it('finds where content is by names of tables and columns', () => {
    const path = made(`CREATE TABLE content (id, type TEXT, content TEXT);
      CREATE TABLE search_index (content_type TEXT, content TEXT, updated_at TEXT);
      CREATE TABLE talks (name TEXT, transcript TEXT, created_at TEXT);
      CREATE TABLE tags (description TEXT); INSERT INTO tags VALUES ('short');
      CREATE TABLE books (description TEXT); INSERT INTO books VALUES (printf('%.*c', 150, 'x'));
      CREATE TABLE numbers (content INTEGER); CREATE VIEW shown AS SELECT * FROM content;
      CREATE VIRTUAL TABLE words USING fts5 (content)`)
    expect(done(guessContent(path, heapLimit))).toEqual([
      { table: 'content', content: 'content', type: 'type' },
      { table: 'search_index', content: 'content', type: 'content_type', updated: 'updated_at' },
      { table: 'talks', content: 'transcript', title: 'name' },
      { table: 'books', content: 'description' },
    ])
  })
})

/** What is said of a table by looking at all of it in memory. */
function oracle(values: readonly (string | null)[]) {
  const present = values.filter((value): value is string => value !== null && value !== '')
  const times = (texts: readonly string[]) => {
    const counts = new Map<string, number>()
    for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
    const groups = [...counts.values()].filter((count) => count > 1)
    return { groups: groups.length, surplusRows: groups.reduce((sum, count) => sum + count - 1, 0) }
  }
  const isBlank = (text: string): boolean => /^[\p{White_Space}\u200b\ufeff]*$/u.test(text)
  const normal = (text: string): string =>
    text
      .split(/[\p{White_Space}\u200b\ufeff]+/u)
      .filter((word) => word !== '')
      .join(' ')
      .toLowerCase()
  return {
    rows: values.length,
    null: values.filter((value) => value === null).length,
    empty: values.filter((value) => value === '').length,
    whitespace: present.filter(isBlank).length,
    exact: times(present),
    normalised: times([...new Set(present)].filter((text) => !isBlank(text)).map(normal)),
    characters: values.reduce((sum, value) => sum + [...(value ?? '')].length, 0),
    nul: present.filter((text) => text.includes('\0')).length,
    replacement: present.filter((text) => text.includes('\ufffd')).length,
  }
}

describe('any small table', () => {
  it('is told as by counting it in memory', async () => {
    const text = fc.string({ maxLength: 4, unit: fc.constantFrom(...'aA \n\u00a0\u0085b日😀\0\ufffd') })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(text, { nil: null }), { maxLength: 25 }),
        fc.boolean(),
        async (values, wr) => {
          const path = made(
            wr
              ? 'CREATE TABLE content (id PRIMARY KEY, content) WITHOUT ROWID'
              : 'CREATE TABLE content (id INTEGER PRIMARY KEY, content)',
            values.map((value, i) => [i + 1, value]),
            'INSERT INTO content VALUES (?, ?)',
          )
          const figures = done(await profileHere(path))
          const [type] = figures.types
          const measured = values.filter((value) => value !== null).length
          expect({
            rows: figures.rows,
            null: figures.empty.null.rows,
            empty: figures.empty.empty.rows,
            whitespace: figures.empty.whitespace.rows,
            exact: { groups: figures.exact.groups, surplusRows: figures.exact.surplusRows },
            normalised: { groups: figures.normalised.groups, surplusRows: figures.normalised.surplusRows },
            characters: Math.round((type?.averageCharacters ?? 0) * measured),
            nul: figures.encoding.nul.rows,
            replacement: figures.encoding.replacement.rows,
          }).toEqual(oracle(values))
          for (const { examples, rows } of figures.exact.listed) {
            const members = new Set(examples.map(({ id }) => values[Number(id) - 1]))
            expect([members.size, examples.length]).toEqual([1, rows])
          }
        },
      ),
      { numRuns: heavy ? 1000 : 60 },
    )
  })
})

describe('many rows', () => {
  const rows = heavy ? 5_000_000 : 300_000

  it(`such as ${rows} need no more memory than few`, { timeout: 300_000 }, async () => {
    const path = made(`${contentTable};
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
      INSERT INTO content SELECT i, 't' || (i % 7), CASE WHEN i % 1000 = 0 THEN NULL
        ELSE printf('Article no. %d, of which there are two', i / 2) END, 'title', NULL FROM n`)
    const told: number[] = []
    const request: ContentRequest = {
      tables: [{ table: 'content', content: 'content', type: 'type', title: 'title' }],
      maxRowBytes: 1000,
      staleBefore: new Date(),
      examples: 3,
      groups: 5,
      onProgress: ({ of, rows: read }) => {
        expect(of).toBe(rows)
        told.push(read)
      },
    }
    const [one] = done(await testEngine({ timeLimit: 300_000 }).profileContent(path, request))
    const { empty, exact, types } = done(one?.outcome ?? { state: 'skipped', reason: 'there is none' })
    expect(empty.null.rows).toBe(rows / 1000)
    // Row 1 and the last one, and those beside a NULL, are alone.
    expect(exact.groups).toBe(rows / 2 - 1 - rows / 1000 + 1)
    expect(exact.listed.map(ids)[0]).toEqual(['2', '3'])
    expect(types).toHaveLength(7)
    expect(told.length).toBeGreaterThan(10)
    expect(one?.peakMemory ?? 0).toBeLessThan(mebibytes(320))
  })
})

describe('the real hub', () => {
  it.skipIf(realHub === null)(
    `has the empty rows and duplicates that it is known for (${withoutRealHub})`,
    async () => {
      const path = join(copyOfRealHub(), 'ai_knowledge_hub/knowledge_hub.db')
      const request = { maxRowBytes: mebibytes(1), staleBefore: new Date(), examples: 3, groups: 50 }
      const profiles = done(await testEngine().profileContent(path, { ...request, tables: [] }))
      expect(profiles.map(({ source }) => source.table)).toEqual([
        'content',
        'search_index',
        'pdfs',
        'videos',
      ])
      const [content, , , videos] = profiles.map(({ outcome }) => done(outcome))
      expect(content).toMatchObject({
        rows: 199,
        empty: { null: { rows: 10 }, empty: { rows: 2 }, whitespace: { rows: 0 } },
        exact: { groups: 12, surplusRows: 12 },
        unread: { rows: 0 },
      })
      expect(Object.fromEntries(content?.types.map(({ rows, type }) => [type, rows]) ?? [])).toEqual({
        course: 10,
        course_page: 33,
        documentation: 126,
        html_page: 3,
        pdf: 14,
        video: 13,
      })
      expect(content?.exact.listed.map(ids)).toEqual([
        ['1', '9'],
        ['2', '12'],
        ['4', '11'],
        ['18', '23'],
        ['19', '26'],
        ['20', '22'],
        ['87', '199'],
        ['92', '129'],
        ['96', '173'],
        ['136', '198'],
        ['154', '156'],
        ['165', '197'],
      ])
      // What was put there was cut at these lengths.
      expect(content?.truncated.map(({ length }) => length)).toEqual([5000, 20_000])
      expect(videos?.exact).toMatchObject({ groups: 2, surplusRows: 2 })
    },
  )
})
