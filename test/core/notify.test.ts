import { alertOf, alertsOf, finding, type Report } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'

const report: Report = {
  schema: 1,
  hub: 'handbook',
  task: 'backup',
  run: 'run',
  scheduledFor: null,
  startedAt: '2026-11-25T04:30:00.000Z',
  finishedAt: '2026-11-25T04:31:00.000Z',
  status: 'critical',
  findings: [
    finding('database.readable', 'ok', { subject: 'hub.db', actual: 'WAL' }),
    finding('content.vanished', 'critical', { subject: 'articles', expected: '280 rows', actual: 0 }),
  ],
  figures: [],
  artifacts: [],
  error: null,
}

it('an alert says what was seen, with its unit, and not what should have been', () => {
  const alert = alertOf(report)
  expect(alert?.subject).toBe('CRITICAL handbook backup: content.vanished articles: 0 rows')
  expect(alert?.body).toContain('- critical: content.vanished articles: 0 rows (expected 280 rows)')
  expect(alert?.body).toContain('  what to do: ')
})

describe('what is found, where what is critical is for security', () => {
  const flaw = finding('dependencies.vulnerable', 'critical', { subject: 'lamp', actual: '1 flaw' })
  const behind = finding('dependencies.outdated', 'warning', { subject: 'lens', actual: '1.0' })
  const error = { code: 'io', message: 'the disk is gone', hint: 'bring it back' }
  const told = (changes: Partial<Report>, known: readonly (typeof flaw)[] = []) =>
    alertsOf(
      { ...report, findings: [flaw, behind], ...changes },
      { critical: 'security', known: new Set(known) },
    ).map(({ audience, body, severity }) => [audience, severity, /lamp|lens|disk/.exec(body)?.[0]])

  it('is told to each whom it is for: what is left out now would never be told', () => {
    expect(told({})).toEqual([
      ['security', 'critical', 'lamp'],
      ['team', 'warning', 'lens'],
    ])
  })

  it('is told where it is new', () => {
    expect(told({}, [flaw])).toEqual([['team', 'warning', 'lens']])
    expect(told({}, [behind])).toEqual([['security', 'critical', 'lamp']])
    expect(told({}, [flaw, behind])).toEqual([])
  })

  it('is told beside a failure, which those on call hear of', () => {
    expect(told({ error, status: 'failed' })).toEqual([
      ['on-call', 'failed', 'disk'],
      ['security', 'critical', 'lamp'],
      ['team', 'warning', 'lens'],
    ])
    expect(told({ error, status: 'failed' }, [flaw, behind])).toEqual([['on-call', 'failed', 'disk']])
  })
})

it('the alert of a failure tells what is critical, too, first', () => {
  const error = { code: 'io', message: 'the disk is gone', hint: 'bring it back' }
  const warned = finding('disk.usage', 'warning', { subject: '/', actual: 0.9 })
  const alert = alertOf({ ...report, status: 'failed', error, findings: [warned, ...report.findings] })
  expect(alert?.body).toMatch(/the disk is gone.*- critical: content\.vanished.*- warning: disk\.usage/s)
})
