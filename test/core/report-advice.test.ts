import { finding, type Report, reportMarkdown } from '@hubkeeper/core'
import { expect, it } from 'vitest'
import { reportText } from '../../cli/src/terminal/report.ts'
import type { Terminal } from '../../cli/src/terminal/terminal.ts'

const moment = '2026-11-25T04:30:00.000Z'
const exposed = (subject: string, actual: string) =>
  finding('secrets.exposed', 'warning', { subject, actual })

const report: Report = {
  schema: 1,
  ...{ hub: 'handbook', task: 'security-audit', run: 'run', scheduledFor: null, status: 'warning' },
  ...{ startedAt: moment, finishedAt: moment, figures: [], artifacts: [], error: null },
  findings: [
    exposed('.env', 'line 1'),
    exposed('.env', 'line 2'),
    { ...exposed('config.yaml', 'line 3'), evidence: ['5 times'] },
    finding('storage.posture', 'warning', { subject: 'hub.db', actual: 'mode 0644', advice: 'chmod o-r' }),
  ],
}

const advice = report.findings[0]?.advice ?? expect.fail('it has advice')

const times = (text: string, part: string): number => text.split(part).length - 1

it('what many findings want is said once in the page, with all that want it', () => {
  const page = reportMarkdown(report)
  expect(times(page, advice)).toBe(1)
  expect(page).toContain(`${advice}\n  - .env\n  - config.yaml: 5 times\n- **`)
  expect(page).toContain('(hub.db): chmod o-r\n')
})

it('on the terminal the last of them says it', () => {
  const terminal: Terminal = { out() {}, err() {}, interactive: false, paint: (_, part) => part }
  const text = reportText(terminal, report)
  expect(times(text, advice)).toBe(1)
  expect(text.indexOf('5 times')).toBeLessThan(text.indexOf(advice))
  expect(text.indexOf(advice)).toBeLessThan(text.indexOf('hub.db'))
})

it('a number at the head of a cell is none of a list', () => {
  const score = { name: 'security.score', subject: null, value: 15.1, unit: 'count' } as const
  expect(reportMarkdown({ ...report, figures: [score] })).toContain('15.1')
})
