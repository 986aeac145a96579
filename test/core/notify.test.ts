import { alertOf, finding, type Report } from '@hubkeeper/core'
import { expect, it } from 'vitest'

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
