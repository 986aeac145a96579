import { type IndexedRow, type IndexJudgement, judgeJsonIndex, readJsonIndex } from '@hubkeeper/review'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

type Tables = Readonly<Record<string, readonly IndexedRow[] | null>>

const videos: readonly IndexedRow[] = [
  { id: 'v1', title: 'One', duration: 0, topics: '["crm", "bpm"]', complexity_level: 'easy' },
  { id: 'v2', title: 'Two', duration: 0, topics: '["crm"]', complexity_level: 'hard' },
]
const pdfs: readonly IndexedRow[] = [{ id: 'p1', title: 'Manual', page_count: 20, topics: '["crm"]' }]

/** As Python’s `json.dump(…, indent=2)` writes it. */
const catalogue = `{
  "metadata": {
    "created_at": "2025-07-24T14:23:46.143439",
    "total_videos": 2,
    "total_pdfs": 1
  },
  "videos": {
    "v2": {
      "title": "Two",
      "duration": 0.0,
      "topics": [
        "crm"
      ],
      "complexity": "hard",
      "channel": "own"
    },
    "v1": {
      "title": "One",
      "duration": 0.0,
      "topics": [
        "crm",
        "bpm"
      ],
      "complexity": "easy",
      "channel": "own"
    }
  },
  "pdfs": {
    "p1": {
      "title": "Manual",
      "page_count": 20,
      "topics": [
        "crm"
      ]
    }
  }
}
`

const topics = `{
  "crm": [
    { "type": "video", "id": "v1", "title": "One", "relevance": 1.0 },
    { "type": "video", "id": "v2", "title": "Two", "relevance": 1.0 },
    { "type": "pdf", "id": "p1", "title": "Manual", "relevance": 1.0 }
  ],
  "bpm": [
    { "type": "video", "id": "v1", "title": "One", "relevance": 1.0 }
  ]
}`

function judge(text: string, tables: Tables = { videos, pdfs }): IndexJudgement | null {
  const index = readJsonIndex(text)
  if ('reason' in index) throw new Error(index.reason)
  return judgeJsonIndex(index, new Map(Object.entries(tables)))
}

const said = (judgement: IndexJudgement | null): string[] =>
  (judgement?.flaws ?? []).map(({ entry, field, kind }) => `${kind} ${entry} ${field ?? ''}`.trim())

describe('a JSON search index', () => {
  it.each(
    [
      ['', 'broken'],
      ['{"a": 1', 'broken'],
      ['\ufeff{}', 'broken'],
      ['{"a": NaN}', 'broken'],
      ['[]', 'unknown'],
      ['{}', 'unknown'],
      ['{"version": 1, "built": "2026-01-01"}', 'unknown'],
      ['{"metadata": {"total_commands": 1}, "commands": {"$300 per": {"command": "$300 per"}}}', 'unknown'],
      ['{"a": [{"type": "video", "id": "1"}]}', 'unknown'],
      ['{"a": [{"type": "video; DROP", "id": "1", "title": "t"}]}', 'unknown'],
      [`${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'unknown'],
      ['{"topics": ["lamp"]}', 'topic-list'],
      [catalogue, 'catalogue'],
      [topics, 'topic-index'],
    ].map(([text = '', layout = '']) => ({ text, layout, begins: JSON.stringify(text).slice(0, 70) })),
  )('that begins with $begins is $layout', ({ layout, text }) => {
    expect(readJsonIndex(text).layout).toBe(layout)
  })

  it('says which tables and columns it is judged by', () => {
    expect(readJsonIndex(topics)).toMatchObject({
      needs: [
        { table: 'videos', columns: ['id', 'title', 'topics'] },
        { table: 'pdfs', columns: ['id', 'title', 'topics'] },
      ],
    })
  })

  it.each([
    [catalogue, 3],
    [topics, 4],
  ])('that agrees with the database has no flaw', (text, entries) => {
    expect(judge(text)).toEqual({
      entries,
      counts: { missing: 0, extra: 0, stale: 0 },
      flaws: [],
      renewed: null,
      refused: null,
      uncompared: 0,
    })
  })

  it.each([
    { videos, pdfs: null },
    { videos },
    { videos, pdfs: pdfs.map(({ title, topics: own }) => ({ title: title ?? '', topics: own ?? '' })) },
  ])('is not judged by a database without its tables', (tables) => {
    expect(judge(catalogue, tables)).toBe(null)
    expect(judge(topics, tables)).toBe(null)
  })
})

describe('a catalogue', () => {
  it('is told what it lacks, has too much, and has otherwise; renewed, it says what the database does', () => {
    const now: Tables = {
      videos: [
        { ...videos[0], title: 'One, anew', topics: '["crm", "bpm", "ui_ux"]' },
        { id: 'v3', title: 'Drei für alle', duration: 2.5, topics: '[]', complexity_level: null },
      ],
      pdfs,
    }
    const judgement = judge(catalogue, now)
    expect(said(judgement)).toEqual([
      'extra videos/v2',
      'stale videos/v1 title',
      'stale videos/v1 topics',
      'missing videos/v3',
    ])
    expect(judgement?.renewed).toBe(`{
  "metadata": {
    "created_at": "2025-07-24T14:23:46.143439",
    "total_videos": 2,
    "total_pdfs": 1
  },
  "videos": {
    "v1": {
      "title": "One, anew",
      "duration": 0.0,
      "topics": [
        "crm",
        "bpm",
        "ui_ux"
      ],
      "complexity": "easy",
      "channel": "own"
    },
    "v3": {
      "title": "Drei f\\u00fcr alle",
      "duration": 2.5,
      "topics": [],
      "complexity": null,
      "channel": "own"
    }
  },
  "pdfs": {
    "p1": {
      "title": "Manual",
      "page_count": 20,
      "topics": [
        "crm"
      ]
    }
  }
}
`)
    expect(judge(judgement?.renewed ?? '', now)?.flaws).toEqual([])
  })

  it('with a wrong total is stale', () => {
    const wrong = catalogue.replace('"total_videos": 2', '"total_videos": 7')
    expect(said(judge(wrong))).toEqual(['stale metadata total_videos'])
    expect(judge(wrong)?.renewed).toBe(catalogue)
  })

  it('that says more than the database cannot be made anew where an entry is missing', () => {
    const differs = catalogue.replace('"channel": "own"', '"channel": "other"')
    const added = { videos: [...videos, { ...videos[0], id: 'v3' }], pdfs }
    expect(judge(differs)?.refused).toBe(null)
    expect(judge(differs, added)).toMatchObject({
      renewed: null,
      refused: 'entries of videos say more than the database does',
    })
  })

  it('of another database is not made anew', () => {
    const others = videos.map((row) => ({ ...row, id: `other ${row.id}` }))
    const judgement = judge(catalogue, { videos: others, pdfs })
    expect(said(judgement)).toHaveLength(4)
    expect(judgement).toMatchObject({ renewed: null, refused: expect.stringContaining('in common') })
  })

  it('with an id twice is read as programs read it', () => {
    const twice = catalogue.replace('"v1": {', '"v2": {')
    expect(said(judge(twice))).toEqual([
      'extra videos/v2',
      'stale videos/v2 title',
      'stale videos/v2 topics',
      'stale videos/v2 complexity',
      'missing videos/v1',
    ])
  })
})

describe('a topic index', () => {
  it('gets a missing entry behind those of its type, in its own manner', () => {
    const without = topics.replace(/\n.*"v2".*/, '')
    expect(said(judge(without))).toEqual(['missing crm/video/v2'])
    expect(JSON.parse(judge(without)?.renewed ?? '')).toEqual(JSON.parse(topics))
    expect(judge(without)?.renewed).toContain('"relevance": 1.0')
  })

  it('loses what the database does not have, and topics that nothing has', () => {
    const judgement = judge(topics, { videos: videos.slice(1), pdfs })
    expect(said(judgement)).toEqual(['extra crm/video/v1', 'extra bpm/video/v1'])
    expect(Object.keys(JSON.parse(judgement?.renewed ?? ''))).toEqual(['crm'])
  })

  it('has the titles and the topics that the database has', () => {
    const now = { videos: [{ ...videos[0], title: 'Eins', topics: '["sql"]' }, ...videos.slice(1)], pdfs }
    const judgement = judge(topics, now)
    expect(said(judgement)).toEqual(['extra crm/video/v1', 'extra bpm/video/v1', 'missing sql/video/v1'])
    expect(JSON.parse(judgement?.renewed ?? '').sql).toEqual([
      { type: 'video', id: 'v1', title: 'Eins', relevance: 1 },
    ])
  })

  it('is left as it is where the topics of a row cannot be read', () => {
    const broken = { videos: [{ ...videos[0], topics: 'crm, bpm' }, ...videos.slice(1)], pdfs }
    expect(judge(topics, broken)?.flaws).toEqual([])
  })
})

describe('a topic list', () => {
  const articles = [{ topic: 'lamp' }, { topic: 'lens' }, { topic: null }, { topic: 'lamp' }]

  it('is judged by the column of that name', () => {
    const judgement = judge('{"topics": ["lens", "radio"]}\n', { articles })
    expect(said(judgement)).toEqual(['extra radio', 'missing lamp'])
    expect(judgement?.renewed).toBe('{"topics": ["lens", "lamp"]}\n')
  })

  it('is not judged where no table has such a column', () => {
    expect(judge('{"topics": ["lens"]}', { articles: [{ id: 1 }] })).toBe(null)
  })
})

describe('an index of very many values', () => {
  const holding = (count: number): string =>
    `{"metadata": {"total_videos": 1}, "videos": {"v1": {"title": "One", "n": [${'1,'.repeat(count)}1]}}}`

  it('is not understood, however few bytes it has, and may be of a known layout', () => {
    expect(readJsonIndex(holding(10)).layout).toBe('catalogue')
    expect(readJsonIndex(holding(1_000_000))).toEqual({
      layout: 'unknown',
      reason: 'it holds more than 1,000,000 values',
      isBeyond: true,
    })
    expect(readJsonIndex('[1]')).toMatchObject({ layout: 'unknown', isBeyond: false })
  })

  it('is understood in a time that grows as it does', () => {
    const names = Array.from({ length: 80_000 }, (_, i) => `t${i}`)
    const none = Object.fromEntries(names.map((name) => [name, []]))
    expect(readJsonIndex(JSON.stringify(none)).layout).toBe('unknown')
    const wide = Object.fromEntries(names.map((name) => [name, 1]))
    const narrow = Object.fromEntries(names.map((name) => [name, { title: 'x' }]))
    const text = JSON.stringify({
      metadata: { total_videos: 3 },
      videos: { v1: { title: 'One', ...wide }, ...narrow },
    })
    expect(judge(text, { videos: [...videos, { id: 'v3', title: 'Three' }] })).toMatchObject({
      counts: { extra: 80_000, missing: 2, stale: 0 },
      refused: 'entries of videos say more than the database does',
    })
  })

  it('is counted whole, and of its flaws the first of each kind are kept', () => {
    const rows = Array.from({ length: 10_050 }, (_, i) => ({ id: `m${i}`, title: 'x' }))
    const extra = Object.fromEntries(Array.from({ length: 10_030 }, (_, i) => [`e${i}`, { title: 'x' }]))
    const text = JSON.stringify({
      metadata: { total_videos: 10_050 },
      videos: { ...extra, m0: { title: 'y' } },
    })
    const found = judge(text, { videos: rows })
    expect(found?.counts).toEqual({ missing: 10_049, extra: 10_030, stale: 1 })
    const kept = Map.groupBy(found?.flaws ?? [], ({ kind }) => kind)
    expect([...kept].map(([kind, { length }]) => [kind, length])).toEqual([
      ['extra', 10_000],
      ['stale', 1],
      ['missing', 20],
    ])
  })
})

describe('whatever an index says', () => {
  const row = fc.record({
    id: fc.string({ maxLength: 6 }),
    title: fc.option(fc.string({ unit: 'grapheme' })),
    topics: fc
      .array(fc.string({ minLength: 1, maxLength: 4 }), { maxLength: 3 })
      .map((list) => JSON.stringify(list)),
  })
  const table = fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 6 })
  const indent = fc.constantFrom(0, 2, 4, '\t')

  const catalogueOf = (rows: readonly IndexedRow[]): object => ({
    metadata: { total_videos: rows.length },
    videos: Object.fromEntries(
      rows.map(({ id, title, topics: own }) => [id, { title, topics: JSON.parse(String(own)), note: null }]),
    ),
  })

  it('renewed, it agrees with the database', () => {
    fc.assert(
      fc.property(table, table, indent, (before, after, space) => {
        const text = JSON.stringify(catalogueOf(before), null, space)
        const judgement = judge(text, { videos: after })
        if (judgement?.renewed === null || judgement === null) return
        expect(judge(judgement.renewed, { videos: after })).toMatchObject({ flaws: [], renewed: null })
      }),
    )
  })

  it('a text that is only read again is the same to the last byte', () => {
    fc.assert(
      fc.property(table, indent, (rows, space) => {
        const text = JSON.stringify(catalogueOf(rows), null, space)
        const wrong = text.replace(/("total_videos":\s*)\d+/, '$199')
        expect(judge(wrong, { videos: rows })?.renewed).toBe(text)
      }),
    )
  })
})
