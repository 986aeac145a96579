import { type Finding, figure, finding, hours } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { ago, type Given, health, itemOf, type Run } from './support/checklists.ts'

describe('evidence', () => {
  const disk = (percent: number, status: Finding['status'] = 'ok') =>
    health(finding('disk.usage', status, { subject: '/srv', actual: percent }))

  it('ticks an item, and says which finding of which run', async () => {
    const item = await itemOf('disk-space-below-80-percent', { runs: [disk(41.5)] })
    expect(item).toMatchObject({ state: 'ticked', status: 'ok', signed: false })
    expect(item.evidence[0]).toMatch(/^health-check of 2026-12-01 11:00 UTC \(run [0-9A-Z]{26}\):$/)
    expect(item.evidence[1]).toBe('disk.usage /srv: 41.5 %')
  })

  it.each([
    ['a limit of the hub’s own that is wider does not make 85 % less', disk(85), 'failed'],
    ['80 % is not below 80 %', disk(80), 'failed'],
    ['a limit of its own that is narrower holds as well', disk(75, 'warning'), 'failed'],
    [
      'one disk of two is not all of them',
      health(
        finding('disk.usage', 'ok', { subject: '/', actual: 10 }),
        finding('disk.usage', 'critical', { subject: '/srv', actual: 95 }),
      ),
      'failed',
    ],
  ] as const)('of disks: %s', async (_, run, state) => {
    expect(await itemOf('disk-space-below-80-percent', { runs: [run] })).toMatchObject({ state })
  })

  it('is as bad as the worst finding that says no', async () => {
    const item = await itemOf('database-accessible-and-healthy', {
      runs: [
        health(
          finding('database.readable', 'ok', { subject: 'hub.db' }),
          finding('database.integrity', 'critical', { subject: 'hub.db', actual: 3 }),
          finding('database.foreign-keys', 'warning', { subject: 'hub.db', actual: 2 }),
        ),
      ],
    })
    expect(item).toMatchObject({ state: 'failed', status: 'critical' })
    expect(item.evidence).toEqual([
      expect.stringContaining('health-check of'),
      'database.integrity hub.db: 3, critical',
      'database.foreign-keys hub.db: 2 rows, warning',
    ])
  })

  it('rules by its newest report: what was well and is not any more is not well', async () => {
    const before = { ...disk(50), at: ago(hours(3)) }
    expect(
      await itemOf('disk-space-below-80-percent', { runs: [before, disk(91, 'critical')] }),
    ).toMatchObject({
      state: 'failed',
    })
    expect(
      await itemOf('disk-space-below-80-percent', {
        runs: [{ ...disk(91, 'critical'), at: ago(hours(3)) }, disk(50)],
      }),
    ).toMatchObject({
      state: 'ticked',
    })
  })

  it.each([
    ['26 hours old is', hours(26), 'ticked'],
    ['older is not', hours(26) + 1, 'open'],
    ['later than the moment is not', -1, 'open'],
  ] as const)('is of the time of the checklist: %s', async (_, age, state) => {
    const run = { ...disk(50), at: ago(age) }
    expect(await itemOf('disk-space-below-80-percent', { runs: [run] })).toMatchObject({ state })
  })

  it('that could not look leaves an item open', async () => {
    const unread = health(
      finding('logs.critical', 'ok', { subject: 'a.log', actual: 0 }),
      finding('logs.errors', 'unknown', { subject: 'b.log', actual: 'it is binary' }),
    )
    const item = await itemOf('no-critical-errors-in-logs', { runs: [unread] })
    expect(item).toMatchObject({ state: 'open', status: 'warning', signed: false })
    expect(item.evidence).toContain('logs.errors b.log: it is binary, unknown')
  })

  it('of errors says nothing of critical ones', async () => {
    const run = health(
      finding('logs.critical', 'ok', { subject: 'a.log', actual: 0 }),
      finding('logs.errors', 'warning', { subject: 'a.log', actual: 40 }),
    )
    expect(await itemOf('no-critical-errors-in-logs', { runs: [run] })).toMatchObject({ state: 'ticked' })
  })

  it('of a run that failed: what was to be done is not, and what was to be seen is not known', async () => {
    const failed = { runs: [{ ...disk(50), failed: true }] }
    expect(await itemOf('system-health-check-completed', failed)).toMatchObject({
      state: 'failed',
      status: 'critical',
      evidence: [expect.stringMatching(/^health-check of .* failed: it could not$/)],
    })
    expect(await itemOf('disk-space-below-80-percent', failed)).toMatchObject({
      state: 'open',
      signed: false,
    })
  })

  it('that cannot be read is none, whatever came before it', async () => {
    const item = await itemOf('system-health-check-completed', {
      unreadable: ['reports/health-check/x\u001b[31m.json'],
    })
    expect(item).toMatchObject({ state: 'open' })
    expect(item.evidence[0]).toMatch(
      /^the newest report of health-check cannot be read: reports\/health-check\/x/,
    )
    expect(item.evidence[0]).not.toContain('\u001b')
  })

  it('of another hub is none: its folder was copied', async () => {
    const item = await itemOf('disk-space-below-80-percent', {
      runs: [{ ...disk(50), hub: 'old\u001b[31m' }],
    })
    expect(item).toMatchObject({
      state: 'open',
      signed: false,
      evidence: ['the newest report of health-check is of another hub: old'],
    })
  })

  it('may be a document', async () => {
    const analysis: Run = {
      task: 'performance-analysis',
      documents: ['reports/monthly_performance_20261201.json'],
    }
    expect(await itemOf('performance-analysis-generated', { runs: [analysis] })).toMatchObject({
      state: 'ticked',
    })
    const plan: Run = { task: 'major-updates', documents: ['reports/major-updates/X/other.md'] }
    expect(await itemOf('major-version-updates-planned', { runs: [plan] })).toMatchObject({
      state: 'failed',
      status: 'warning',
      evidence: [expect.stringContaining('left no upgrade-plan.md')],
    })
  })
})

describe('dependencies are updated', () => {
  const audit = (...findings: readonly Finding[]): Given => ({
    runs: [{ task: 'dependency-update', findings }],
  })
  /** As the audit tells it: where nothing mends any flaw of a package, nothing is expected. */
  const flawed = (subject: string, expected: string | null): Finding =>
    finding('dependencies.vulnerable', 'critical', { subject, expected, actual: '3.3.0: 1 flaw, high 7.5' })
  const answered = finding('dependencies.vulnerable', 'ok', { subject: 'advisories', actual: 'from OSV' })
  const mendable = flawed('jose', 'no known flaw')
  const unmendable = flawed('lamp', null)

  it.each([
    ['no flaw is known', [answered], 'ticked'],
    ['a flaw has a fix', [answered, mendable], 'failed'],
    ['a flaw has none', [answered, unmendable], 'ticked'],
    ['one of two has one', [answered, unmendable, mendable], 'failed'],
    ['an upgrade could not be written', [answered, finding('dependencies.applied', 'warning')], 'failed'],
    ['some lines could not be read', [answered, finding('dependencies.readable', 'warning')], 'open'],
    [
      'nobody tells of flaws',
      [finding('dependencies.vulnerable', 'unknown', { subject: 'advisories' })],
      'open',
    ],
  ] as const)('or not: %s', async (_, findings, state) => {
    expect(await itemOf('dependencies-updated', audit(...findings))).toMatchObject({ state })
  })

  it('names only what is to be mended as the reason that they are not', async () => {
    const { evidence } = await itemOf('dependencies-updated', audit(unmendable, mendable))
    expect(evidence.join()).toContain('dependencies.vulnerable jose')
    expect(evidence.join()).not.toContain('lamp')
  })
})

describe('a database is optimized', () => {
  const certified = finding('backup.certified', 'ok', { actual: 'content' })
  const left = (actual: string) => finding('database.compaction', 'skipped', { actual })
  const run = (findings: readonly Finding[], figures: Run['figures'] = []): Given => ({
    runs: [{ task: 'database-maintenance', findings, figures }],
  })

  it.each([
    ['it was rewritten', run([certified, finding('database.compaction', 'ok')]), 'ticked'],
    ['nobody knows what there is to gain', run([certified, left('nothing to gain, says a log')]), 'open'],
    [
      'all but VACUUM was done',
      run([certified, left('VACUUM is refused')], [figure('database.size-after', 9, 'bytes')]),
      'ticked',
    ],
    ['another keeper does it', run([certified, left('it is what the hub’s server pushed')]), 'open'],
    [
      'its backup is not proven',
      run([finding('backup.certified', 'critical'), left('it only reached level bytes')]),
      'failed',
    ],
    [
      'content vanished since the backup before',
      run([
        certified,
        finding('backup.quarantined', 'critical', { actual: 1 }),
        left('its backup is in quarantine'),
      ]),
      'failed',
    ],
    ['it could not be opened', run([finding('database.readable', 'critical')]), 'failed'],
    [
      'content was not the same',
      run([certified, finding('content.preserved', 'critical'), left('nothing was replaced')]),
      'failed',
    ],
  ] as const)('or not: %s', async (_, given, state) => {
    expect(await itemOf('database-optimized-and-backed-up', given)).toMatchObject({ state })
  })
})
