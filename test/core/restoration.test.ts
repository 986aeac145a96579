import {
  type ContentDigest,
  followRestoration,
  isFollowed,
  judgeRestoration,
  type Outcome,
  type RememberedContent,
  type Restoration,
} from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const at = new Date('2026-11-25T12:00:00.000Z')
const soon = new Date('2026-11-25T13:00:00.000Z')
const late = new Date('2026-11-27T12:00:00.000Z')

/** Content by the digest of each table; its own digest follows from them. */
const content = (tables: Readonly<Record<string, string>>): RememberedContent => ({
  digest: JSON.stringify(Object.entries(tables).sort()),
  tables: Object.entries(tables).map(([name, digest]) => ({ name, digest })),
})

const restored = content({ articles: 'all', visits: 'few', authors: 'same' })
const replaced = content({ articles: 'half', visits: 'many', authors: 'same' })

const unread: Outcome<ContentDigest> = { state: 'stopped', by: 'time-limit', detail: 'it takes too long' }

const restoration: Restoration = {
  schema: 1,
  run: 'r',
  firstRun: 'r',
  backup: 'b',
  undo: false,
  scope: 'database',
  withdrawn: [],
  startedAt: at.toISOString(),
  finishedAt: at.toISOString(),
  restored,
  replaced,
  watchUntil: '2026-11-26T12:00:00.000Z',
  settledAt: null,
}

describe('what is said of a restore later', () => {
  it.each([
    ['the old content is back', replaced, soon, 'critical', false],
    ['the old content is back after a day', replaced, late, 'critical', false],
    ['it is as it was restored, soon after', restored, soon, 'skipped', false],
    ['it is as it was restored, a day later', restored, late, 'ok', true],
    [
      'the hub wrote to what was restored',
      content({ articles: 'all', visits: 'new', authors: 'same' }),
      soon,
      'ok',
      true,
    ],
    [
      'the hub wrote to the old content, and put that back',
      content({ articles: 'half', visits: 'new', authors: 'same' }),
      soon,
      'critical',
      false,
    ],
    [
      'everything that tells was written',
      content({ articles: 'new', visits: 'new', authors: 'same' }),
      soon,
      'skipped',
      false,
    ],
    [
      'everything that tells was written, a day later',
      content({ articles: 'new', visits: 'new', authors: 'same' }),
      late,
      'skipped',
      true,
    ],
    [
      'some of both is there',
      content({ articles: 'all', visits: 'many', authors: 'same' }),
      soon,
      'skipped',
      false,
    ],
    ['a table is gone', content({ visits: 'few', authors: 'same' }), soon, 'ok', true],
  ] as const)('%s', (_, seen, moment, status, settled) => {
    expect(judgeRestoration(restoration, seen, moment)).toMatchObject({ status, settled })
  })

  it.each([
    ['it was cut short', { finishedAt: null }],
    ['it is settled', { settledAt: at.toISOString() }],
    ['nobody could bring anything back', { watchUntil: null }],
    ['the database was left alone', { restored: null }],
  ])('nothing is said where %s, also of content that cannot be read', (_, changes) => {
    const changed = { ...restoration, ...changes }
    expect(judgeRestoration(changed, replaced, soon)).toBeNull()
    expect(isFollowed(changed)).toBe(false)
    expect(followRestoration(changed, unread, { at: soon, subject: 'hub.db' })).toEqual({
      findings: [],
      settled: false,
    })
  })

  it('is unknown where the content cannot be read', () => {
    expect(followRestoration(restoration, unread, { at: soon, subject: 'hub.db' })).toMatchObject({
      findings: [{ check: 'restore.held', status: 'unknown', actual: 'it takes too long' }],
      settled: false,
    })
  })

  it('without what was there before, holds on to what was restored', () => {
    const unknown = { ...restoration, replaced: null }
    expect(judgeRestoration(unknown, content({ articles: 'all', visits: 'new' }), soon)).toMatchObject({
      status: 'ok',
    })
    expect(judgeRestoration(unknown, content({ articles: 'x', visits: 'y' }), soon)).toMatchObject({
      status: 'skipped',
    })
  })

  it('is never well when no table is as it was restored, nor critical when none is as before', () => {
    const digests = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2', '3'))
    fc.assert(
      fc.property(digests, digests, digests, fc.boolean(), (then, before, now, over) => {
        const play = { ...restoration, restored: content(then), replaced: content(before) }
        const seen = content(now)
        const verdict = judgeRestoration(play, seen, over ? late : soon)
        const telling = Object.keys({ ...then, ...before }).filter((name) => then[name] !== before[name])
        if (seen.digest === play.restored.digest || seen.digest === play.replaced.digest) return
        if (play.restored.digest === play.replaced.digest) return
        if (verdict?.status === 'ok') expect(telling.some((name) => now[name] === then[name])).toBe(true)
        if (verdict?.status === 'critical')
          expect(telling.some((name) => now[name] === before[name])).toBe(true)
      }),
    )
  })
})
