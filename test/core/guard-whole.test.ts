import { days, judgeContent } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import {
  day,
  foundIn,
  historyOf,
  questionOf,
  statusAfter,
  steady,
  type Tables,
  worst,
} from '../support/contents.ts'

describe('the newest timestamps', () => {
  const at = (i: number, back = 0) => new Date(day(i).getTime() - days(back) - 1000)
  const content = (i: number): Tables => ({
    articles: { rows: 1000 + 3 * i, newest: at(i) },
    comments: { rows: 5000 + 9 * i, newest: at(i) },
    authors: 100,
  })
  const history = Array.from({ length: 20 }, (_, i) => content(i))

  it('that went back in most tables are those of an old copy', () => {
    const found = foundIn(history, { ...content(14), authors: 99 }, null)
    expect(found).toMatchObject({
      status: 'critical',
      actual: expect.stringMatching(/^an older copy, of about 2026-08-15/),
    })
    expect(found.evidence).toContain('2 of 2 tables with timestamps went back')
  })

  it('that went back in one of several are a warning', () => {
    const now = { ...content(20), articles: { rows: 1050, newest: at(14) } }
    expect(foundIn(history, now, 'articles').status).toBe('warning')
  })

  it('may go back by what a table usually goes ahead: its newest row was deleted', () => {
    const rare = Array.from({ length: 21 }, (_, i) => ({
      posts: { rows: 50 + Math.floor(i / 5), newest: at(i - (i % 5)) },
    }))
    expect(statusAfter(rare, { posts: { rows: 53, newest: at(15), digest: 'edited' } })).toBe('ok')
    expect(statusAfter(rare, { posts: { rows: 53, newest: at(5), digest: 'edited' } })).toBe('critical')
  })

  it('may go far back where a few rows are gone, as somebody deleted the newest: a warning', () => {
    const quiet = steady({ posts: { rows: 50, newest: at(0) }, notes: { rows: 70, newest: at(0) } })
    const now = (posts: number, notes: number): Tables => ({
      posts: { rows: posts, newest: at(0, 200) },
      notes: { rows: notes, newest: at(0, 200) },
    })
    expect(statusAfter(quiet, now(49, 66))).toBe('warning')
    expect(statusAfter(quiet, now(45, 60))).toBe('critical')
    expect(statusAfter(quiet, now(50, 69))).toBe('critical')
  })

  it('may go back where rows came: they are older ones', () => {
    expect(statusAfter(history, { ...content(20), articles: { rows: 2000, newest: at(3) } })).toBe('ok')
  })

  it('that were in the future tell nothing', () => {
    const wrong = history.map((tables, i) =>
      i === 19 ? { ...tables, articles: { rows: 1057, newest: new Date('2039-01-01') } } : tables,
    )
    expect(statusAfter(wrong, content(20))).toBe('ok')
  })
})

describe('content that is exactly that of an older backup', () => {
  const history = Array.from({ length: 10 }, (_, i) => ({ notes: 100 + i }))

  it('is a stale copy, also where no table has timestamps', () => {
    const found = foundIn(history, { notes: 105 }, null)
    expect(found).toMatchObject({ status: 'critical' })
    expect(found.evidence[0]).toMatch(
      /^it holds exactly what \S+ of 2026-08-06T04:30:00.000Z holds, .*, 4 rows fewer$/,
    )
  })

  it('is a warning where one day was undone, and a row or two with it', () => {
    expect(statusAfter(history, { notes: 108 })).toBe('warning')
  })

  it('is no old copy where all that changed are tables that are like that again and again', () => {
    const queue = [0, 40, 7, 0, 38, 5, 0, 41, 12].map((jobs) => ({ jobs, articles: 100 }))
    expect(statusAfter(queue, { jobs: 0, articles: 100 })).toBe('ok')
    const others = queue.map((tables, i) => ({ ...tables, articles: 100 + i }))
    const found = foundIn(others, { jobs: 0, articles: 103 }, null)
    expect(found.status).toBe('critical')
  })

  it('is known to be so by itself once, or accepted twice', () => {
    const modes = ['a', 'b', 'c', 'a', 'd', 'e', 'a', 'f', 'g']
    const history = historyOf(modes.map((digest) => ({ mode: { rows: 20, digest } })))
    const acceptedOf = (...days: number[]) => ({
      expectations: {
        expected: [],
        accepted: days.map((i) => ({
          backup: history[i]?.manifest.id ?? '',
          by: 'anna',
          reason: 'it is a mode',
          at: day(i).toISOString(),
        })),
      },
    })
    const statusOf = (count: number, changes: object): string =>
      worst(
        judgeContent(questionOf(history.slice(0, count), { mode: { rows: 20, digest: 'a' } }, changes))
          .findings,
      )
    expect(statusOf(3, {})).toBe('critical')
    expect(statusOf(6, {})).toBe('ok')
    expect(statusOf(6, acceptedOf(3))).toBe('critical')
    expect(statusOf(9, acceptedOf(3, 6))).toBe('ok')
  })

  it('is no loss where a value was set and set back', () => {
    const set = [...steady({ settings: { rows: 20, digest: 'a' } }), { settings: { rows: 20, digest: 'b' } }]
    expect(statusAfter(set, { settings: { rows: 20, digest: 'a' } })).toBe('ok')
  })
})

describe('after a restore', () => {
  const history = Array.from({ length: 12 }, (_, i) => ({ notes: 100 + 20 * i }))

  it('what was restored is no loss, and what is gone besides is', () => {
    const backups = historyOf(history, { 11: { reason: 'safety' } })
    expect(worst(judgeContent(questionOf(backups, { notes: 141 })).findings)).toBe('ok')
    expect(worst(judgeContent(questionOf(backups, { notes: 10 })).findings)).toBe('critical')
  })

  it('the next backup is what later ones are compared with', () => {
    const backups = historyOf([...history, { notes: 141 }], { 11: { reason: 'safety' } })
    expect(worst(judgeContent(questionOf(backups, { notes: 139 })).findings)).toBe('ok')
    expect(worst(judgeContent(questionOf(backups, { notes: 60 })).findings)).toBe('critical')
  })
})
