import { describe, expect, it } from 'vitest'
import { day, historyOf, statusAfter, steady, type Tables } from '../support/contents.ts'

describe('what was said', () => {
  const said = (table: string, percent: number, changes: object = {}) => ({
    table,
    percent,
    by: 'anna',
    reason: 'archived',
    since: day(19.5).toISOString(),
    until: day(26).toISOString(),
    ...changes,
  })
  const expecting = (...expected: ReturnType<typeof said>[]) => ({ expectations: { expected, accepted: [] } })
  const articles = steady({ articles: 1000, article_search_content: 1000, authors: 100 })
  const purged = { articles: 600, article_search_content: 600, authors: 100 }

  it('allows that much and nothing more, also of the search index that loses the same rows', () => {
    expect(statusAfter(articles, purged, expecting(said('articles', 40)))).toBe('ok')
    expect(statusAfter(articles, { ...purged, articles: 599 }, expecting(said('articles', 40)))).toBe(
      'warning',
    )
    expect(
      statusAfter(articles, { ...purged, article_search_content: 400 }, expecting(said('articles', 40))),
    ).toBe('critical')
    expect(statusAfter(articles, { ...purged, authors: 10 }, expecting(said('articles', 40)))).toBe(
      'critical',
    )
  })

  it('is over at its end, and does not hold before it was said', () => {
    const over = expecting(said('articles', 40, { until: day(19.9).toISOString() }))
    expect(statusAfter(articles, purged, over)).toBe('warning')
    const early = expecting(said('articles', 40, { since: day(21).toISOString() }))
    expect(statusAfter(articles, purged, early)).toBe('warning')
  })

  it('is used up by the first backup that shows it: the next loss is one', () => {
    const history = [...articles, purged]
    const next = { articles: 400, article_search_content: 400, authors: 100 }
    expect(statusAfter(history, next, expecting(said('articles', 90)))).toBe('warning')
    const all = { articles: 0, article_search_content: 0, authors: 100 }
    expect(statusAfter(history, all, expecting(said('articles', 100)))).toBe('critical')
    // What was there before is not what later ones are compared with.
    const fewer = { articles: 590, article_search_content: 590, authors: 100 }
    expect(statusAfter(history, fewer, expecting(said('articles', 40)))).toBe('ok')
  })

  it('covers what goes little by little', () => {
    const history = [...articles]
    for (let rows = 900; rows >= 600; rows -= 100) {
      const now = { articles: rows, article_search_content: rows, authors: 100 }
      expect(statusAfter(history, now, expecting(said('articles', 40)))).toBe('ok')
      history.push(now)
    }
  })

  it('of a table that is to go covers its absence', () => {
    expect(
      statusAfter(articles, { article_search_content: 1000, authors: 100 }, expecting(said('articles', 100))),
    ).toBe('ok')
  })

  it('covers the bytes of the rows that went, and warns of those that went besides', () => {
    const files = (rows: number, payloadBytes: number): Tables => ({
      files: { rows, payloadBytes },
      authors: 100,
    })
    const history = steady(files(1000, 10_000_000))
    expect(statusAfter(history, files(600, 6_000_000), expecting(said('files', 40)))).toBe('ok')
    expect(statusAfter(history, files(600, 10_000), expecting(said('files', 40)))).toBe('warning')
  })

  it('of a backup that was accepted makes it what later ones are compared with', () => {
    const history = [...articles, { articles: 600, authors: 100 }]
    const { id } = historyOf(history).at(-1)?.manifest ?? { id: '' }
    const accepted = [{ backup: id, by: 'anna', reason: 'archived', at: day(20).toISOString() }]
    const now = { articles: 590, authors: 100 }
    expect(statusAfter(history, now)).toBe('warning')
    expect(statusAfter(history, now, { expectations: { expected: [], accepted } })).toBe('ok')
  })
})
