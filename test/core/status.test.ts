import { exitCodeOf, type FindingStatus, worstOf } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'

const worst = (...statuses: FindingStatus[]) => worstOf(statuses.map((status) => ({ status })))

describe('the status of a report', () => {
  it('is ok when nothing was found, and when everything was ok or skipped', () => {
    expect(worst()).toBe('ok')
    expect(worst('ok', 'skipped')).toBe('ok')
  })

  it('counts what could not be looked at as a warning', () => {
    expect(worst('ok', 'unknown')).toBe('warning')
  })

  it('is the worst finding, in any order', () => {
    expect(worst('critical', 'ok', 'warning')).toBe('critical')
    expect(worst('warning', 'unknown', 'skipped')).toBe('warning')
  })
})

describe('the exit code', () => {
  it('is 0 for ok and warning, 1 for critical, 3 for failed', () => {
    expect((['ok', 'warning', 'critical', 'failed'] as const).map(exitCodeOf)).toEqual([0, 0, 1, 3])
  })
})
