import type { ContentDigest, Outcome } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { preservedFinding } from '../../functions/database-maintenance/preserved.ts'

const digest = (value: string): Outcome<ContentDigest> => ({
  state: 'done',
  value: { version: 1, value, tables: [{ name: 'articles', rows: 1, digest: value }] },
})

const judge = (foreignCommits: number | null, after: Outcome<ContentDigest>) =>
  preservedFinding('hub.db', { foreignCommits }, digest('a'), after, 'the-backup')

describe('content of a live database that was maintained', () => {
  it('is preserved when it is equal, whoever committed', () => {
    expect(judge(0, digest('a')).status).toBe('ok')
    expect(judge(7, digest('a')).status).toBe('ok')
  })

  it('was changed by maintenance when nobody else committed: critical, with what differs and the backup', () => {
    expect(judge(0, digest('b'))).toMatchObject({
      status: 'critical',
      evidence: ['nobody else committed in between', 'articles differs'],
      advice: expect.stringContaining('hubkeeper restore the-backup --dry-run'),
    })
  })

  it('proves nothing when others committed: skipped, with how many commits', () => {
    expect(judge(1, digest('b'))).toMatchObject({ status: 'skipped', actual: '1 commit between' })
    expect(judge(12, digest('b'))).toMatchObject({ status: 'skipped', actual: '12 commits between' })
    expect(judge(null, digest('b'))).toMatchObject({ status: 'skipped', actual: 'at least 1 commit between' })
  })

  it('is unknown when it could not be compared, never ok', () => {
    expect(judge(0, { state: 'skipped', reason: 'it was ended' })).toMatchObject({
      status: 'unknown',
      actual: 'it was ended',
    })
  })
})
