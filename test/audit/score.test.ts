import { bySeverity, type Severity, securityScore, severities } from '@hubkeeper/audit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const scoreOf = (issues: readonly Severity[], unseen = 0): number =>
  securityScore({ open: bySeverity(issues.map((severity) => ({ severity }))), unseen })

describe('score', () => {
  it.each<[readonly Severity[], number]>([
    [[], 100],
    [['critical'], 71.4],
    [['high'], 87],
    [['unknown'], 94.3],
    [['medium'], 97.1],
    [['low'], 99],
    [['none'], 100],
    [['critical', 'critical', 'high', 'medium', 'low', 'low'], 50],
  ])('of %j is %d', (issues, score) => {
    expect(scoreOf(issues)).toBe(score)
  })

  it('a check that could not look costs as much as a flaw that nobody rated', () => {
    expect(scoreOf([], 1)).toBe(scoreOf(['unknown']))
  })

  const issues = fc.array(fc.constantFrom(...severities), { maxLength: 200 })

  it('stays between 0 and 100, and is 100 only where nothing is wrong', () => {
    fc.assert(
      fc.property(issues, fc.nat(20), (some, unseen) => {
        const score = scoreOf(some, unseen)
        expect(score).toBeGreaterThan(0)
        expect(score).toBeLessThanOrEqual(100)
        expect(score === 100).toBe(unseen === 0 && some.every((each) => each === 'none'))
      }),
    )
  })

  it('never rises with another issue, nor with a worse one', () => {
    fc.assert(
      fc.property(issues, fc.constantFrom(...severities), (some, another) => {
        expect(scoreOf([...some, another])).toBeLessThanOrEqual(scoreOf(some))
        const worse = severities[Math.max(0, severities.indexOf(another) - 1)] ?? 'critical'
        expect(scoreOf([...some, worse])).toBeLessThanOrEqual(scoreOf([...some, another]))
      }),
    )
  })
})
