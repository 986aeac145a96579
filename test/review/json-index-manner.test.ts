import { type IndexedRow, type IndexJudgement, judgeJsonIndex, readJsonIndex } from '@hubkeeper/review'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

type Tables = Readonly<Record<string, readonly IndexedRow[] | null>>

function judge(text: string, tables: Tables): IndexJudgement | null {
  const index = readJsonIndex(text)
  if ('reason' in index) throw new Error(index.reason)
  return judgeJsonIndex(index, new Map(Object.entries(tables)))
}

const said = (judgement: IndexJudgement | null): string[] =>
  (judgement?.flaws ?? []).map(({ entry, field, kind }) => `${kind} ${entry} ${field ?? ''}`.trim())

const video = (
  id: string | number | null,
  title: string | number,
  topics: string = '["crm"]',
): IndexedRow => ({
  id,
  title,
  topics,
})

describe('what is right in an index stays to the last byte', () => {
  it('with its names, blank lines and entries on one line each; what is new looks the same', () => {
    const text = String.raw`{
  "c\u0072m": [
    { "type": "video", "id": "v1",   "title": "One \/ 1", "relevance": 1.0 },
    { "type": "video", "id": "v2", "title": "Two", "relevance": 1.0 }
  ],

  "bpm" : [ { "type": "video", "id": "v1", "title": "One / 1", "relevance": 1.0 } ]
}
`
    const rows = [video('v1', 'One / 1', '["crm", "bpm", "sql"]'), video('v2', 'Zwei'), video('v3', 'Three')]
    const judgement = judge(text, { videos: rows })
    expect(said(judgement)).toEqual([
      'stale crm/video/v2 title',
      'missing crm/video/v3',
      'missing sql/video/v1',
    ])
    expect(judgement?.renewed).toBe(String.raw`{
  "c\u0072m": [
    { "type": "video", "id": "v1",   "title": "One \/ 1", "relevance": 1.0 },
    { "type": "video", "id": "v2", "title": "Zwei", "relevance": 1.0 },
    { "type": "video", "id": "v3",   "title": "Three", "relevance": 1.0 }
  ],

  "bpm" : [ { "type": "video", "id": "v1", "title": "One / 1", "relevance": 1.0 } ],

  "sql" : [
    { "type": "video", "id": "v1",   "title": "One / 1", "relevance": 1.0 }
  ]
}
`)
  })

  it('where all stands on one line, whatever its texts look like', () => {
    const text = '{"metadata":{"total_videos":2},"videos":{"1":{"title":"a \\": b"},"2":{"title":"c"}}}'
    const rows = [video(1, 'a ": b'), video(2, 'c'), video(3, 'd')]
    expect(judge(text, { videos: rows })?.renewed).toBe(
      '{"metadata":{"total_videos":3},"videos":{"1":{"title":"a \\": b"},"2":{"title":"c"},"3":{"title":"d"}}}',
    )
  })

  it('where one space more than elsewhere is somebody’s own', () => {
    const space = fc.constantFrom('', ' ', '\n', '\n\n  ', '\t', '\r\n')
    const spaces = fc.array(space, { minLength: 40, maxLength: 40 })
    fc.assert(
      fc.property(spaces, (own) => {
        let at = 0
        const withSpace = (compact: string): string =>
          compact.replace(/[{}[\]:,]/g, (sign) => `${own[at++ % 40]}${sign}${own[at++ % 40]}`)
        const right = withSpace(
          '{"metadata":{"total_videos":2,"by":"x"},"videos":{"a":{"title":"A"},"b":{"title":"B"}}}',
        )
        const wrong = right.replace('"A"', '"Old"')
        expect(judge(wrong, { videos: [video('a', 'A'), video('b', 'B')] })?.renewed).toBe(right)
      }),
    )
  })
})

describe('what is written', () => {
  it('has ids as the others have them', () => {
    const text = (ids: readonly string[]): string =>
      `{"crm": [${ids.map((id) => `{"type": "video", "id": ${id}, "title": "T"}`).join(', ')}]}`
    const rows = [video(1, 'T'), video(2, 'T'), video('9007199254740993', 'T')]
    for (const all of [
      ['1', '2', '9007199254740993'],
      ['"1"', '"2"', '"9007199254740993"'],
    ]) {
      expect(judge(text(all), { videos: rows })?.flaws).toEqual([])
      expect(judge(text(all.slice(0, 2)), { videos: rows })?.renewed).toBe(text(all))
    }
  })

  it('is not stale for saying a number as a text', () => {
    const text = '{"metadata": {"total_videos": 1}, "videos": {"1": {"title": "2001", "page_count": "12"}}}'
    expect(judge(text, { videos: [{ id: 1, title: 2001, page_count: 12 }] })?.flaws).toEqual([])
  })

  it('is not stale for having none in another way, or a list as a text', () => {
    const text =
      '{"metadata": {"total_videos": "2"}, "videos": {"1": {"title": "A", "topics": null}, "2": {"title": "B", "topics": "crm"}}}'
    const rows = [
      { id: 1, title: 'A', topics: null },
      { id: 2, title: 'B', topics: '["crm"]' },
    ]
    expect(judge(text, { videos: rows })).toMatchObject({ flaws: [], uncompared: 1 })
  })

  it('is nothing that only one entry says', () => {
    const text = '{"metadata": {"total_videos": 1}, "videos": {"1": {"title": "A", "path": "/a.mp4"}}}'
    expect(judge(text, { videos: [video(1, 'A'), video(2, 'B')] })).toMatchObject({
      renewed: null,
      refused: 'entries of videos say more than the database does',
    })
  })

  it.each([
    ['a catalogue', '{"metadata": {"total_videos": 1}, "videos": {"1": {"title": "A"}}}', { videos: [] }],
    ['a topic index', '{"crm": [{"type": "video", "id": "1", "title": "A"}]}', { videos: [] }],
    ['a topic list', '{"topics": ["a", "b"]}', { articles: [{ topic: 'x' }] }],
    ['a topic list', '{"topics": ["a", "b"]}', { articles: [{ topic: null }] }],
  ])('is nothing in place of %s that has no entry in common with the database', (_, text, tables) => {
    const judgement = judge(text, tables)
    expect(judgement?.flaws.length).toBeGreaterThan(0)
    expect(judgement).toMatchObject({ renewed: null, refused: expect.stringContaining('in common') })
  })
})

describe('rows that cannot be compared in full are counted', () => {
  it.each([
    ['a title that was not read', { id: 'v2', topics: '["crm"]' }],
    ['topics that are no list', video('v2', 'Two', 'crm, bpm')],
    ['no id', video(null, 'None')],
  ])('such as one with %s, and nothing else is lost', (_, row) => {
    const text =
      '{"crm": [{"type": "video", "id": "v1", "title": "Old"}, {"type": "video", "id": "v2", "title": "Two"}]}'
    const rows = [video('v1', 'One'), ...(row.id === null ? [video('v2', 'Two')] : []), row]
    const judgement = judge(text, { videos: rows })
    expect(said(judgement)).toEqual(['stale crm/video/v1 title'])
    expect(judgement?.uncompared).toBe(1)
    expect(judgement?.renewed).toContain('"title": "Two"')
    const catalogue =
      '{"metadata": {"total_videos": 2}, "videos": {"v1": {"title": "One", "topics": ["crm"]}, "v2": {"title": "Two", "topics": ["crm"]}}}'
    expect(judge(catalogue, { videos: rows })).toMatchObject({ flaws: [], uncompared: 1 })
  })

  it('and no entry is made of one', () => {
    const text =
      '{"crm": [{"type": "video", "id": "v1", "title": "One"}, {"type": "video", "id": "v2", "title": "Two"}]}'
    const rows = [video('v1', 'One'), video('v2', 'Two'), { id: 'v3', topics: '["crm"]' }]
    expect(judge(text, { videos: rows })).toMatchObject({ renewed: null, uncompared: 1 })
  })
})

it.each([
  ['\ufeff{"topics": []}', 'it begins with a byte order mark'],
  [
    `{${Array.from({ length: 101 }, (_, i) => `"t${i}": [{"type": "k${i}", "id": 1, "title": ""}]`).join(', ')}}`,
    'tables',
  ],
  ['{"topics": [], "topics": ["a"]}', 'twice'],
])('an index that begins with %j is not understood', (text, reason) => {
  expect(readJsonIndex(text)).toMatchObject({ reason: expect.stringContaining(reason) })
})

it('names that mean something elsewhere are names', () => {
  const text =
    '{"metadata": {"total_videos": 2}, "videos": {"__proto__": {"title": "P", "constructor": 1}, "toString": {"title": "S", "constructor": 1}}}'
  const rows = [video('__proto__', 'P'), video('toString', 'T')]
  expect(judge(text, { videos: rows })?.renewed).toBe(text.replace('"S"', '"T"'))
})
