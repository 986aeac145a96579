import { checkIds, checkOf, finding, judge, measured, runbookOf, thresholdsOf } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'

describe('the table of checks', () => {
  it('has dotted, kebab-case ids that make usable anchors', () => {
    for (const id of checkIds()) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/)
      expect(runbookOf(id)).toMatch(/^docs\/runbook\.md#[a-z-]+$/)
    }
  })

  it('never has a critical limit below its warning', () => {
    for (const id of checkIds()) {
      const limits = checkOf(id).thresholds
      if (limits?.critical != null) expect(limits.critical, id).toBeGreaterThan(limits.warning)
    }
  })

  it('gives every check a unit where it has limits', () => {
    for (const id of checkIds()) {
      if (checkOf(id).thresholds !== null) expect(checkOf(id).unit, id).not.toBeNull()
    }
  })
})

describe('judging a value', () => {
  it('is ok up to the limit itself', () => {
    expect(judge(2, { warning: 2, critical: 5 })).toBe('ok')
    expect(judge(2.01, { warning: 2, critical: 5 })).toBe('warning')
    expect(judge(5.01, { warning: 2, critical: 5 })).toBe('critical')
  })

  it('never becomes critical without a critical limit', () => {
    expect(judge(1e9, { warning: 10, critical: null })).toBe('warning')
  })

  it('takes a hub’s own limits before the defaults', () => {
    const own = { 'api.response-time': { warning: 0.1, critical: 0.2 } }
    expect(measured('api.response-time', 0.15, {}).status).toBe('ok')
    expect(measured('api.response-time', 0.15, own).status).toBe('warning')
    expect(thresholdsOf('api.response-time', own).critical).toBe(0.2)
  })
})

describe('a finding', () => {
  it('has its check’s advice when something is wrong, and none when all is well', () => {
    expect(finding('disk.usage', 'critical').advice).toContain('free space')
    expect(finding('disk.usage', 'ok').advice).toBeNull()
    expect(finding('disk.usage', 'skipped').advice).toBeNull()
  })

  it('has a unit only with a number', () => {
    expect(finding('disk.usage', 'ok', { actual: 12 }).unit).toBe('percent')
    expect(finding('disk.usage', 'unknown', { actual: 'not told' }).unit).toBeNull()
  })
})
