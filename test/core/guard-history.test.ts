import { type Backup, judgeContent, standingQuarantines } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { day, historyOf, questionOf, statusAfter, steady, worst } from '../support/contents.ts'

describe('a renamed table', () => {
  const notes = (digest: string, rows = 300) => ({ rows, digest, payloadBytes: rows * 1000 })
  const history = steady({ notes: notes('same'), authors: 100 })

  it('with the same rows lost none', () => {
    expect(statusAfter(history, { articles: notes('same'), authors: 100 })).toBe('ok')
  })

  it('with about as much in it is a warning', () => {
    expect(statusAfter(history, { articles: notes('other', 310), authors: 100 })).toBe('warning')
    expect(statusAfter(history, { articles: notes('other', 30), authors: 100 })).toBe('critical')
  })

  it('is not any new one that is larger, nor one that another was renamed to', () => {
    expect(statusAfter(history, { log: notes('log', 9000), authors: 100 })).toBe('critical')
    const two = steady({ notes: notes('a'), drafts: notes('b'), authors: 100 })
    expect(statusAfter(two, { articles: notes('c'), authors: 100 })).toBe('critical')
    expect(statusAfter(two, { articles: notes('c'), ideas: notes('d'), authors: 100 })).toBe('warning')
  })

  it('that a migration left behind may go, while the table that it was a copy of is there', () => {
    const migrated = [...history, { notes: notes('rebuilt'), notes_old: notes('same'), authors: 100 }]
    expect(statusAfter(migrated, { notes: notes('rebuilt', 310), authors: 100 })).toBe('ok')
    expect(statusAfter(migrated, { notes: notes('rebuilt', 100), authors: 100 })).toBe('critical')
    const { findings } = judgeContent(
      questionOf(historyOf(migrated), { notes: notes('rebuilt'), authors: 100 }),
    )
    expect(findings[0]?.evidence).toEqual([
      expect.stringMatching(/^notes_old: it is gone; it was a copy of notes as in \S+$/),
    ])
  })
})

describe('a quarantine', () => {
  const quarantine = { reason: 'it was emptied', run: 'r', since: day(19).toISOString() }
  const standing = (backups: readonly Backup[], currentAt: Date | null): number =>
    standingQuarantines(backups, currentAt, day(21)).length
  const held = historyOf([...steady({ articles: 1000 }), { articles: 0 }], { 20: { quarantine } })

  it('stands until a later backup counts, or an earlier one is known to be current', () => {
    expect(standing(held, day(19))).toBe(1)
    expect(standing(held, day(20.5))).toBe(0)
    const good = historyOf([...steady({ articles: 1000 }), { articles: 0 }, { articles: 1000 }], {
      20: { quarantine },
    })
    expect(standing(good, null)).toBe(0)
  })

  it('is not ended by a backup that was made before it, by a clock that was a year ahead', () => {
    const [first, ...others] = held
    if (first === undefined) throw new Error('there is no backup')
    const takenAt = day(365).toISOString()
    const ahead = { ...first, manifest: { ...first.manifest, takenAt } }
    expect(standing([...others, ahead], new Date(takenAt))).toBe(1)
  })
})

describe('a history', () => {
  const quarantine = { reason: 'it was emptied', run: 'r', since: day(19).toISOString() }

  it('leaves out what is in quarantine', () => {
    const backups = historyOf([...steady({ articles: 1000 }), { articles: 0 }], { 20: { quarantine } })
    expect(worst(judgeContent(questionOf(backups, { articles: 0 })).findings)).toBe('critical')
    expect(worst(judgeContent(questionOf(backups, { articles: 1000 })).findings)).toBe('ok')
  })

  it('reaches back 90 days, and to the newest backup at all events', () => {
    const later = { takenAt: day(300) }
    expect(statusAfter(steady({ articles: 1000 }), { articles: 100 }, later)).toBe('critical')
  })
})
