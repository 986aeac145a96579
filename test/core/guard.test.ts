import { judgeContent } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import {
  contentOf,
  day,
  foundIn,
  historyOf,
  questionOf,
  statusAfter,
  steady,
  type Tables,
  worst,
} from '../support/contents.ts'

const grown = (table: string, from: number, step: number, count = 20): Tables[] =>
  Array.from({ length: count }, (_, i) => ({ [table]: from + i * step }))

describe('rows', () => {
  const articles = steady({ articles: 1000, authors: 100 })

  it.each([
    [1000, 'ok'],
    [1400, 'ok'],
    [800, 'ok'],
    [799, 'warning'],
    [500, 'warning'],
    [499, 'critical'],
    [0, 'critical'],
  ])('1,000 that became %i are %s', (rows, status) => {
    expect(statusAfter(articles, { articles: rows, authors: 100 })).toBe(status)
  })

  it('of a table that is gone are all lost', () => {
    expect(foundIn(articles, { authors: 100 }, 'articles')).toMatchObject({
      status: 'critical',
      expected: '1,000 rows',
      actual: 0,
      evidence: [
        expect.stringMatching(/^1,000 rows in \S+ of 2026-08-20T04:30:00.000Z, 0 rows now: 100 % fewer$/),
        'the table is gone',
        'nothing is left of it',
      ],
    })
  })

  it('follow the limits of the hub, and all of them are critical whatever these say', () => {
    const thresholds = { 'content.vanished': { warning: 60, critical: null } }
    expect(statusAfter(articles, { articles: 450, authors: 100 }, { thresholds })).toBe('ok')
    expect(statusAfter(articles, { articles: 300, authors: 100 }, { thresholds })).toBe('warning')
    expect(statusAfter(articles, { articles: 0, authors: 100 }, { thresholds })).toBe('critical')
  })

  it('are not judged without a history, and not judged as well where they could not be read', () => {
    expect(statusAfter([], { articles: 0 })).toBe('skipped')
    const content = { ...contentOf({}), digest: null }
    expect(statusAfter(articles, {}, { content })).toBe('unknown')
  })

  it('of a small table do not shout, unless it was emptied', () => {
    const small = steady({ settings: 6, articles: 1000 })
    expect(statusAfter(small, { settings: 2, articles: 1000 })).toBe('ok')
    expect(statusAfter(small, { settings: 0, articles: 1000 })).toBe('critical')
  })

  it('of which there were one or two are a warning when they are gone, unless that is usual', () => {
    expect(statusAfter(steady({ lock: 1, articles: 1000 }), { lock: 0, articles: 1000 })).toBe('warning')
    const used = Array.from({ length: 20 }, (_, i) => ({ lock: i % 3 === 0 ? 0 : 1, articles: 1000 }))
    expect(statusAfter(used, { lock: 0, articles: 1000 })).toBe('ok')
  })

  it('that become a tenth fewer every day are noticed, first as a warning', () => {
    const statuses: string[] = []
    const history: Tables[] = steady({ articles: 1000 })
    for (let rows = 900; rows > 400; rows = Math.round(rows * 0.9)) {
      statuses.push(statusAfter(history, { articles: rows }))
      history.push({ articles: rows })
    }
    expect(statuses).toEqual(
      ['ok', 'ok', 'warning', 'warning', 'warning', 'warning', 'critical', 'critical', 'critical'].slice(
        0,
        statuses.length,
      ),
    )
    expect(statuses).toContain('critical')
  })

  it('that were noticed once and stay are not told every day', () => {
    expect(statusAfter([...steady({ articles: 1000 }), { articles: 700 }], { articles: 700 })).toBe('ok')
  })

  it('of a whole database that has none is one finding', () => {
    const { findings, objection } = judgeContent(questionOf(historyOf(articles), { articles: 0, authors: 0 }))
    expect(findings).toMatchObject([{ subject: null, status: 'critical', actual: 'every table is empty' }])
    expect(objection).toBe('the database: 1,100 rows in 2 tables to every table is empty')
    expect(foundIn(articles, {}, null)).toMatchObject({ status: 'critical', actual: 'it has no tables' })
  })

  it('of a search index’s segments and of SQLite’s own counters are nobody’s loss', () => {
    const index = { search_data: 900, search_idx: 900, search_config: 1, search_docsize: 50 }
    const history = steady({ ...index, sqlite_sequence: 3, articles: 100 })
    const merged = { search_data: 3, search_idx: 1, search_config: 1, search_docsize: 50 }
    expect(statusAfter(history, { ...merged, articles: 100 })).toBe('ok')
    expect(statusAfter(history, { ...merged, search_docsize: 0, articles: 100 })).toBe('critical')
    const tree = (nodes: number): Tables => ({ places_node: nodes, places_parent: nodes, places_rowid: 900 })
    expect(statusAfter(steady(tree(90)), tree(20))).toBe('ok')
    // A graph that somebody keeps.
    const graph = (nodes: number): Tables => ({ family_node: nodes, family_parent: 90 })
    expect(statusAfter(steady(graph(90)), graph(20))).toBe('critical')
  })
})

describe('a table that loses rows by itself', () => {
  // A week of log, then it is emptied but for a day of it.
  const log = Array.from({ length: 35 }, (_, i) => ({ log: 1000 * (1 + (i % 7)), articles: 100 }))

  it('is judged by how deep it falls', () => {
    expect(statusAfter(log, { log: 1000, articles: 100 })).toBe('ok')
    expect(statusAfter(log, { log: 790, articles: 100 })).toBe('warning')
    expect(statusAfter(log, { log: 400, articles: 100 })).toBe('critical')
    expect(statusAfter(log, { log: 0, articles: 100 })).toBe('critical')
  })

  it('is judged as any other the first two times', () => {
    const first = log.slice(0, 7)
    expect(statusAfter(first, { log: 1000, articles: 100 })).toBe('critical')
    expect(statusAfter(log.slice(0, 14), { log: 1000, articles: 100 })).toBe('critical')
    expect(statusAfter(log.slice(0, 21), { log: 1000, articles: 100 })).toBe('ok')
  })

  it('says so', () => {
    const { findings } = judgeContent(questionOf(historyOf(log), { log: 1000, articles: 100 }))
    expect(findings[0]?.evidence).toEqual([
      expect.stringContaining('it fell by up to 86 % and came back 4 times in its history'),
    ])
  })

  it('may be empty when it nearly is so often', () => {
    const queue = Array.from({ length: 20 }, (_, i) => ({ queue: [40, 3, 25, 2][i % 4] ?? 0, articles: 100 }))
    expect(statusAfter([...queue, { queue: 30, articles: 100 }], { queue: 0, articles: 100 })).toBe('ok')
  })

  it('is known to come back also where nobody accepted what was in quarantine meanwhile', () => {
    const quarantine = { reason: 'it fell', run: 'r', since: day(0).toISOString() }
    const nights = Array.from({ length: 22 }, (_, i) => ({
      sessions: i % 7 === 6 ? 20 : 300 + i,
      articles: 100,
    }))
    const weekends = nights.slice(0, 20)
    const marks = { 6: { quarantine }, 13: { quarantine } }
    const statusOf = (history: readonly Tables[], marked: Parameters<typeof historyOf>[1]): string =>
      worst(judgeContent(questionOf(historyOf(history, marked), { sessions: 20, articles: 100 })).findings)
    expect(statusOf(weekends.slice(0, 13), { 6: { quarantine } })).toBe('critical')
    expect(statusOf(weekends, marks)).toBe('ok')
    // What was put back by a restore did not come back by itself.
    const replaced = weekends.map((tables, i) => (i === 14 ? { ...tables, sessions: 20 } : tables))
    const restored = { ...marks, 14: { quarantine, reason: 'safety' as const } }
    expect(statusOf(replaced, restored)).toBe('critical')
  })

  it('that has long been larger than all that it fell from is another table', () => {
    const small = [9, 0, 11, 0, 8, 0].map((queue) => ({ queue, articles: 100 }))
    const large = grown('queue', 100, 10).map((tables) => ({ ...tables, articles: 100 }))
    expect(statusAfter([...small, ...large], { queue: 0, articles: 100 })).toBe('critical')
    // A backlog of a few days is none.
    expect(statusAfter([...small, ...large.slice(0, 4)], { queue: 0, articles: 100 })).toBe('ok')
  })

  it('that became large is not excused by what it was', () => {
    const history = [
      ...[10, 50, 10, 50, 10, 50].map((jobs) => ({ jobs, articles: 100 })),
      ...grown('jobs', 10_000, 1000).map((tables) => ({ ...tables, articles: 100 })),
    ]
    expect(statusAfter(history, { jobs: 30, articles: 100 })).toBe('critical')
  })
})

describe('bytes', () => {
  const articles = (payloadBytes: number, rows = 500) => ({ articles: { rows, payloadBytes } })
  const history = steady(articles(1_000_000))

  it.each([
    [810_000, 'ok'],
    [790_000, 'warning'],
    [400_000, 'critical'],
  ])('1,000,000 that became %i in as many rows are %s', (payload, status) => {
    expect(statusAfter(history, articles(payload))).toBe(status)
  })

  it('are told of with the rows that they were in', () => {
    expect(foundIn(history, articles(50_000), 'articles')).toMatchObject({
      expected: '976.6 KiB',
      actual: '48.8 KiB in 500 rows',
    })
  })

  it('of few rows count when they are many', () => {
    const files = (payloadBytes: number) => ({ files: { rows: 3, payloadBytes }, articles: 100 })
    expect(statusAfter(steady(files(9_000_000)), files(100))).toBe('critical')
    expect(statusAfter(steady(files(900)), files(100))).toBe('ok')
  })

  it('of a few settings are a warning: an edit shortens them', () => {
    const settings = (payloadBytes: number, rows = 15) => ({
      settings: { rows, payloadBytes },
      articles: 100,
    })
    expect(statusAfter(steady(settings(1600)), settings(300))).toBe('warning')
    expect(statusAfter(steady(settings(1600, 60)), settings(300, 60))).toBe('critical')
    expect(statusAfter(steady(settings(60_000)), settings(300))).toBe('critical')
  })

  it('are not judged where they were never counted', () => {
    expect(statusAfter(steady({ articles: 500 }), articles(10))).toBe('ok')
    expect(statusAfter(history, { articles: 500 })).toBe('ok')
  })
})
