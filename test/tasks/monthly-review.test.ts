import {
  type Datapoint,
  daily,
  days,
  type ExpectedTask,
  type FindingStatus,
  figure,
  finding,
  hours,
  keys,
  minutes,
  monthly,
  onDemand,
  quarterly,
  type TaskResult,
  weekly,
} from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { type Review, reviewSchema } from '../../functions/monthly-review/document.ts'
import { monthlyReview } from '../../functions/monthly-review/task.ts'
import { type RunMade, reportOf } from '../review/support/histories.ts'
import { documentIn, type Kept, review } from '../review/support/reviewing.ts'
import { findingIn } from '../support/findings.ts'

/** The first Monday of a month. */
const at = new Date('2026-12-07T10:00:00.000Z')
const ago = (count: number): Date => new Date(at.getTime() - days(count))

const tasks: readonly ExpectedTask[] = [
  { name: 'health-check', schedule: daily('09:00') },
  { name: 'performance-review', schedule: weekly('sunday', '14:30') },
  { name: 'dependency-update', schedule: weekly('sunday', '14:00') },
  { name: 'major-updates', schedule: quarterly(1, 'tuesday', '10:00') },
  { name: 'architecture-review', schedule: quarterly(3, 'monday', '10:00') },
  { name: 'restore-backup', schedule: onDemand },
]

const disk = (day: number) =>
  finding('disk.usage', day === 10 || day === 9 ? 'critical' : 'ok', { subject: '/', actual: 97 })

const upgrades = [
  finding('dependencies.vulnerable', 'critical', {
    subject: 'requests',
    actual: '2.31.0',
    expected: '2.32.5',
  }),
  finding('dependencies.outdated', 'warning', { subject: 'redis', actual: '5.0.1', expected: '5.0.8' }),
  finding('dependencies.outdated', 'ok', { actual: 'all others are' }),
]

/** Five weeks in which a disk was full for two days, one task failed, and people restored four times. */
const month: readonly RunMade[] = [
  ...Array.from(
    { length: 60 },
    (_, day): RunMade => ({
      task: 'health-check',
      at: new Date(ago(day).getTime() - hours(1)),
      findings: [disk(day), finding('backup.age', 'ok', { actual: 3600 * (day === 20 ? 25 : 5) })],
    }),
  ),
  ...Array.from(
    { length: 10 },
    (_, week): RunMade => ({
      task: 'performance-review',
      at: new Date(ago(7 * week).getTime() - hours(19.5)),
      failed: week === 1,
      figures: week === 1 ? [] : [figure('api.p95', week < 5 ? 0.9 : 0.3, 'seconds', '/search')],
    }),
  ),
  { task: 'dependency-update', at: new Date(ago(0).getTime() - hours(20)), findings: upgrades },
  ...[3, 4, 5, 6].map((day): RunMade => ({ task: 'restore-backup', at: ago(day), scheduledFor: null })),
]

/** The probe’s looks of a month, with an outage of an hour that lasts. */
const looks: readonly Datapoint[] = Array.from({ length: 30 * 1440 }, (_, minute) => ({
  ...{ hub: 'hub', name: 'api.available', subject: null, unit: 'count' as const },
  at: new Date(ago(30).getTime() + minutes(minute)),
  value: minute >= 30 * 1440 - 60 ? 0 : 1,
}))

const packetOf = async (kept: Partial<Kept>): Promise<TaskResult & { packet: Review }> => {
  const result = await review(monthlyReview, { at, tasks, reports: month.map(reportOf), looks, ...kept })
  return { ...result, packet: reviewSchema.parse(JSON.parse(documentIn(result, 'review.json'))) }
}

describe('the packet of a month', () => {
  it('has the incidents, the same trouble once, and says what is not over', async () => {
    const { packet } = await packetOf({})
    expect(packet.incidents).toMatchObject([
      {
        kind: 'outage',
        what: 'API',
        times: 1,
        open: true,
        from: new Date(at.getTime() - hours(1)).toISOString(),
      },
      { kind: 'critical', what: 'dependencies.vulnerable requests', times: 1, open: true },
      { kind: 'failed', what: 'performance-review', times: 1, open: false },
      {
        kind: 'critical',
        what: 'disk.usage /',
        times: 2,
        open: false,
        detail: expect.stringContaining('97.0 %'),
      },
    ])
  })

  it('tells what two tasks saw once, and takes for over what one of them looked at since', async () => {
    const down = finding('api.available', 'critical', { subject: '/health', actual: 'no answer' })
    const incidentsOf = async (...runs: readonly RunMade[]): Promise<Review['incidents']> =>
      (await packetOf({ reports: runs.map(reportOf), looks: [] })).packet.incidents
    const seen: readonly RunMade[] = [
      { task: 'performance-review', at: ago(3), findings: [down] },
      { task: 'health-check', at: ago(2), findings: [down] },
    ]
    const open = { what: 'api.available /health', times: 2, open: true }
    expect(await incidentsOf(...seen)).toMatchObject([
      { ...open, detail: 'no answer (performance-review, health-check)' },
    ])
    const later = (status: FindingStatus, subject: string | null, task = 'performance-review'): RunMade => ({
      task,
      at: ago(1),
      findings: [finding('api.available', status, { subject })],
    })
    expect(await incidentsOf(...seen, later('ok', '/health'))).toMatchObject([{ ...open, open: false }])
    // One that could not look, or looked at something else.
    expect(await incidentsOf(...seen, later('unknown', '/health'))).toMatchObject([open])
    expect(await incidentsOf(...seen, later('unknown', null))).toMatchObject([open])
    expect(await incidentsOf(...seen, later('skipped', '/health'))).toMatchObject([open])
    expect(await incidentsOf(...seen, later('ok', '/other', 'kpi-probe'))).toMatchObject([open])
  })

  it('takes an outage for over that ended while nobody looked', async () => {
    const gap = looks.filter((_, minute) => minute < 1000 || minute > 2000)
    const broken = gap.map((look, i) => ({ ...look, value: i >= 990 && i < 1000 ? 0 : 1 }))
    const { packet } = await packetOf({ looks: broken })
    const outage = packet.incidents.find(({ kind }) => kind === 'outage')
    expect(outage).toMatchObject({ detail: '10 min without an answer', open: false })
    expect(packet.availability.outages).toMatchObject([{ downSeconds: 600, open: true }])
  })

  it('has outages that are over on one line, with the longest of them', async () => {
    const down = [100, 101, 5000, 5001, 5002, 5003, 9000]
    const broken = looks.map((look, minute) => ({ ...look, value: down.includes(minute) ? 0 : 1 }))
    const markdown = documentIn(await packetOf({ looks: broken }), 'review.md').replaceAll('\\', '')
    const dayOf = (minute: number): string =>
      new Date(ago(30).getTime() + minutes(minute)).toISOString().slice(0, 10)
    expect(markdown).toContain(
      `${dayOf(100)} API, 3 outages since; the longest on ${dayOf(5000)}: 4 min without an answer`,
    )
  })

  it('calls no budget kept of which nearly nothing is known', async () => {
    const few = looks.slice(0, 300).map((look) => ({ ...look, value: 1 }))
    const markdown = documentIn(await packetOf({ looks: few }), 'review.md').replaceAll('\\', '')
    expect(markdown).toContain(
      '- API answered: **100 %** (of 0.6 % of 30 days: of the rest nothing is known)',
    )
  })

  it('has what of maintenance was done, late, failed, and done by hand', async () => {
    const { findings, packet } = await packetOf({})
    const taskOf = (name: string) => packet.maintenance.find(({ task }) => task === name)
    expect(taskOf('health-check')).toMatchObject({ runs: 35, completed: 35, missed: 0 })
    expect(taskOf('performance-review')).toMatchObject({ failed: 1, missed: 1 })
    expect(findingIn(findings)('maintenance.effective', 'performance-review').status).toBe('warning')
    expect(findingIn(findings)('maintenance.effective', 'health-check').status).toBe('ok')
    expect(packet.automation).toMatchObject([{ what: 'restore-backup', kind: 'run', times: 4 }])
  })

  it('has what grew slower, and the error budget', async () => {
    const { findings, packet } = await packetOf({})
    expect(packet.performance).toMatchObject([
      { figure: 'api.p95', subject: '/search', before: 0.3, now: 0.9 },
    ])
    expect(findingIn(findings)('performance.trend', 'api.p95 of /search').status).toBe('warning')
    // An hour of 3.6 that a month allows.
    const budget = findingIn(findings)('availability.budget', 'month')
    expect(budget).toMatchObject({ status: 'ok' })
    expect(budget.actual).toBeCloseTo((1 / 3.6) * 100, 6)
  })

  it('has what is to come: runs with their dates, and upgrades with the most pressing first', async () => {
    const { packet } = await packetOf({})
    expect(packet.coming).toEqual([
      { task: 'health-check', at: '2026-12-08T09:00:00.000Z', cadence: 'daily' },
      { task: 'dependency-update', at: '2026-12-13T14:00:00.000Z', cadence: 'weekly' },
      { task: 'performance-review', at: '2026-12-13T14:30:00.000Z', cadence: 'weekly' },
      { task: 'architecture-review', at: '2026-12-21T10:00:00.000Z', cadence: 'quarterly' },
    ])
    expect(packet.upgrades).toEqual([
      { kind: 'flaw', of: 'requests', detail: '2.31.0 → 2.32.5' },
      { kind: 'patch', of: 'redis', detail: '5.0.1 → 5.0.8' },
    ])
  })

  it('follows the agenda, one page first', async () => {
    const result = await packetOf({})
    const markdown = documentIn(result, 'review.md')
    const headings = [...markdown.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading?.replaceAll('\\', ''))
    expect(headings.slice(0, 5)).toEqual([
      'At a glance',
      '1. Performance metrics (15 min)',
      '2. Incidents (10 min)',
      '3. Maintenance effectiveness (10 min)',
      '4. Planning (15 min)',
    ])
    const [first = ''] = markdown.split('## Details')
    expect(first.split('\n').length).toBeLessThan(60)
    expect(first).toContain('1 upgrade for flaws or ended support (requests), 1 more proposed')
    expect(documentIn(result, 'review.html')).toContain('Planning (15 min)')
    expect(markdown).toMatch(/Age of the newest proven backup.*between 5 h and 1 d 1 h/s)
  })

  it('has the four checklists, which alert nobody again', async () => {
    const { findings, known, packet } = await packetOf({})
    expect(packet.checklists.map(({ cadence }) => cadence)).toEqual([
      'daily',
      'weekly',
      'monthly',
      'quarterly',
    ])
    expect(packet.checklists.every(({ items }) => items.length === 6)).toBe(true)
    const told = findings.filter(({ check }) => check === 'checklist.complete')
    expect(told).toHaveLength(4)
    expect(told.every((each) => known?.has(each) === true)).toBe(true)
  })

  it('begins where the review before it was made, and five weeks ago at least', async () => {
    const reviewed = (day: number, failed = false): RunMade => ({
      task: 'monthly-review',
      at: ago(day),
      failed,
    })
    const begin = async (...runs: readonly RunMade[]): Promise<string> => {
      const withReviews = [...tasks, { name: 'monthly-review', schedule: monthly(1, 'monday', '10:00') }]
      const reports = [...month, ...runs].map(reportOf)
      return (await packetOf({ reports, tasks: withReviews })).packet.from
    }
    expect(await begin()).toBe(ago(35).toISOString())
    expect(await begin(reviewed(28))).toBe(ago(35).toISOString())
    // The one of five weeks ago could not be made: what was to be told in it is told now.
    expect(await begin(reviewed(63), reviewed(35, true))).toBe(ago(63).toISOString())
  })

  it('has what happened between two reviews that are five weeks apart', async () => {
    const runs: readonly RunMade[] = [
      { task: 'performance-review', at: ago(33), failed: true },
      { task: 'performance-review', at: ago(1) },
    ]
    const down = looks.map((look) => ({ ...look, at: new Date(look.at.getTime() - days(4)) }))
    const { packet } = await packetOf({ reports: runs.map(reportOf), looks: down })
    expect(packet.incidents.map(({ kind }) => kind)).toEqual(['outage', 'failed'])
    const before = looks.map((look) => ({ ...look, at: new Date(look.at.getTime() - days(40)) }))
    expect((await packetOf({ reports: [], looks: before })).packet.incidents).toEqual([])
  })

  it('proposes no upgrade for a flaw that has no fix, and says what no audit looked for', async () => {
    const unmended = finding('dependencies.vulnerable', 'critical', {
      subject: 'lamp',
      actual: '1.0: 1 flaw',
    })
    const unasked = finding('dependencies.vulnerable', 'unknown', {
      subject: 'advisories',
      actual: 'no answer',
    })
    const audit = reportOf({ task: 'dependency-update', at: ago(1), findings: [unmended, unasked] })
    const result = await packetOf({ reports: [audit] })
    expect(result.packet.upgrades).toEqual([])
    expect(result.packet.upgradesUnknown).toHaveLength(2)
    const [first = ''] = documentIn(result, 'review.md').replaceAll('\\', '').split('## Details')
    expect(first).toContain('0 upgrades for flaws or ended support, 0 more proposed')
    expect(first).toContain('dependencies.vulnerable advisories: no answer, so it is not known.')
    expect(first).toContain('No major-updates did its job in the last quarter')
  })

  it('leaves nothing out in silence: neither rows of a table nor reports that cannot be read', async () => {
    const findings = Array.from({ length: 30 }, (_, i) =>
      finding('disk.usage', 'critical', { subject: `/${i}`, actual: 97 }),
    )
    const reports = [reportOf({ task: 'health-check', at: ago(1), findings })]
    const broken = keys.report('backup', reportOf({ task: 'backup', at: ago(2) }).run, 'json')
    const backup = { name: 'backup', schedule: daily('04:30') }
    const result = await packetOf({ reports, tasks: [...tasks, backup], attachments: { [broken]: '{' } })
    const markdown = documentIn(result, 'review.md').replaceAll('\\', '')
    expect(markdown).toContain('And 6 more: see review.json.')
    const [first = ''] = markdown.split('## Details')
    // Of one check on one line, so that whatever else went wrong is seen.
    expect(first).toContain('critical: “Disk space”, 30 of them, not over yet: /0, /1')
    expect(first).toContain('1 report of backup cannot be read, and no number here has them.')
  })

  it('knows no more of a hub on which nothing but reviews ran', async () => {
    const reports = [reportOf({ task: 'architecture-review', at: ago(1), scheduledFor: null })]
    const result = await packetOf({ reports, looks: [] })
    expect(findingIn(result.findings)('review.evidence', null).status).toBe('unknown')
    const markdown = documentIn(result, 'review.md')
    expect(markdown).toContain('Nothing is known of this time')
    expect(markdown).not.toContain('Every task was done in time')
  })

  it('of a hub without history says so, and has the dates all the same', async () => {
    const result = await packetOf({ reports: [], looks: [] })
    const { findings, packet } = result
    expect(findingIn(findings)('review.evidence', null).status).toBe('unknown')
    expect(findingIn(findings)('availability.budget', 'month').actual).toBe('no api is configured')
    expect(packet.incidents).toEqual([])
    expect(packet.coming).toHaveLength(4)
    const markdown = documentIn(result, 'review.md')
    expect(markdown).toContain('Nothing is known of this time: no run left a report')
    expect(markdown).not.toContain('Every task was done in time')
  })
})
