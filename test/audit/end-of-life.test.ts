import { supportData, supportDataOf, supportOfVersion } from '@hubkeeper/audit'
import type { SupportAnswer, SupportCycle } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'

const at = new Date('2026-12-01T10:00:00Z')

const cycle = (
  name: string,
  end: SupportCycle['end'],
  changes: Partial<SupportCycle> = {},
): SupportCycle => ({
  cycle: name,
  end,
  activeEnd: null,
  latest: null,
  ...changes,
})

const told = (...cycles: readonly SupportCycle[]): SupportAnswer => ({ state: 'done', cycles })

const support = (product: string, version: string, answer: SupportAnswer = { state: 'not-asked' }) =>
  supportOfVersion({ product, version }, answer, at)

describe('what a server tells', () => {
  const answer = told(
    cycle('3.1', new Date('2012-04-09')),
    cycle('3.11', new Date('2027-10-31'), { latest: '3.11.16' }),
    cycle('3.14', new Date('2030-10-31')),
  )

  it('is told by the line that a version belongs to, with the one that lasts longest', () => {
    expect(support('python', '3.11.4', answer)).toEqual({
      end: new Date('2027-10-31'),
      latest: '3.11.16',
      longest: '3.14',
      source: 'endoflife.date, asked on 2026-12-01',
    })
    expect(support('python', '3.1.4', answer).end).toEqual(new Date('2012-04-09'))
  })

  it('counts before our own list', () => {
    expect(support('python', '3.11', told(cycle('3.11', new Date('2031-01-01')))).end).toEqual(
      new Date('2031-01-01'),
    )
  })

  it('may be an end without a day, or none', () => {
    expect(support('python', '2.7', told(cycle('2.7', 'over'))).end).toBe('over')
    expect(support('sqlite', '3.53.4', told(cycle('3', 'not-set')))).toMatchObject({
      end: 'not-set',
      longest: null,
    })
  })

  it('of Lambda is when a runtime is deprecated', () => {
    const deprecated = cycle('nodejs20.x', new Date('2027-03-03'), { activeEnd: new Date('2026-04-30') })
    expect(support('aws-lambda', 'nodejs20.x', told(deprecated)).end).toEqual(new Date('2026-04-30'))
  })

  it('is shown on one line', () => {
    const odd = told(cycle('3', 'not-set', { latest: '3.1\n# \u001b[31mred' }))
    expect(support('sqlite', '3.1', odd).latest).toBe('3.1 # red')
  })
})

describe('our own list', () => {
  it('is what counts where nobody else tells, with its age and why', () => {
    const failed: SupportAnswer = { state: 'failed', reason: 'endoflife.date is not there' }
    expect(support('python', '3.11.4', failed)).toMatchObject({
      end: new Date('2027-10-31'),
      source: `Hubkeeper’s own list of ${supportDataOf}, 101 days old: endoflife.date is not there`,
    })
    expect(support('python', '3.8', { state: 'not-asked' }).source).toContain('no server is to be asked')
    expect(support('python', '3.8', { state: 'absent' }).source).toContain('does not tell of it')
    expect(support('python', '3.8', told(cycle('3.14', 'not-set'))).end).toEqual(new Date('2024-10-07'))
  })

  it.each([
    ['python', '3.14.7', '2030-10-31'],
    ['python', '3.10', '2026-10-31'],
    ['python', '3.7.9', '2023-06-27'],
    ['python', '3.6', '2021-12-23'],
    ['nodejs', '25.2.0', '2026-06-01'],
    ['nodejs', '24.21.0', '2028-04-30'],
    ['aws-lambda', 'nodejs24.x', '2028-04-30'],
    ['django', '4.2.16', '2026-04-07'],
    ['django', '5.2', '2028-04-30'],
  ])('%s %s is supported until %s', (product, version, end) => {
    expect(support(product, version).end).toEqual(new Date(end))
  })

  it('calls no release the newest that comes before the version itself', () => {
    expect(support('nodejs', '24.99.0')).toMatchObject({ latest: null, longest: '26' })
    expect(support('nodejs', '24.9.0').latest).toMatch(/^24\.\d+\.\d+$/)
    expect(support('sqlite', '3.99.1').latest).toBeNull()
  })

  it('sets no end for SQLite, and names the newest version it knows', () => {
    expect(support('sqlite', '3.45.1')).toMatchObject({ end: 'not-set', latest: '3.53.4' })
  })

  it('knows of some frameworks that only their newest release is supported', () => {
    expect(support('fastapi', '0.104.1')).toMatchObject({
      end: 'newest-only',
      source: expect.stringMatching(/^https:/),
    })
  })

  it('tells what it does not know', () => {
    expect(support('python', '3.99')).toMatchObject({ end: 'unknown', longest: '3.14' })
    expect(support('python', '3.1')).toMatchObject({ end: 'unknown' })
    expect(support('somewhat', '1.0')).toMatchObject({ end: 'unknown', longest: null })
  })

  it('has days that are days, and each line once', () => {
    expect(Number.isNaN(Date.parse(supportDataOf))).toBe(false)
    for (const cycles of Object.values(supportData)) {
      expect(new Set(cycles.map((each) => each.cycle)).size).toBe(cycles.length)
      for (const { end } of cycles) expect(end === 'not-set' || !Number.isNaN(Number(end))).toBe(true)
    }
  })
})
