import { days, type Finding, finding, hours } from '@hubkeeper/core'
import { itemNamed, signingRefused } from '@hubkeeper/review'
import { describe, expect, it } from 'vitest'
import { ago, at, type Given, health, itemOf, signature } from './support/checklists.ts'

describe('a signature', () => {
  it('ticks what only a person can know, while it lasts', async () => {
    const signed = { signatures: [signature('team-training-updated', { note: 'course of November' })] }
    const item = await itemOf('team-training-updated', signed)
    expect(item).toMatchObject({ state: 'ticked', signed: true })
    expect(item.evidence[0]).toBe(
      'signed by anna at 2026-12-01 10:00 UTC, until 2026-12-02 12:00 UTC: course of November',
    )
    const later = await itemOf('team-training-updated', signed, new Date(at.getTime() + days(1)))
    expect(later).toMatchObject({ state: 'open' })
    expect(later.evidence[0]).toBe(
      'what anna signed ended at 2026-12-02 12:00 UTC: hubkeeper sign team-training-updated --note TEXT',
    )
    expect(await itemOf('team-training-updated', signed, ago(hours(3)))).toMatchObject({ state: 'open' })
  })

  it('of another item, or of none, ticks nothing', async () => {
    const others = { signatures: [signature('documentation-updated'), signature('of-another-version')] }
    expect(await itemOf('team-training-updated', others)).toMatchObject({ state: 'open' })
  })

  it('that ends sooner does not end one that lasts', async () => {
    const signatures = [
      signature('team-training-updated', { by: 'anna', until: '2027-06-01T00:00:00.000Z' }),
      signature('team-training-updated', { by: 'ben', at: ago(hours(1)).toISOString() }),
    ]
    expect((await itemOf('team-training-updated', { signatures })).evidence[0]).toContain('signed by ben')
    const later = await itemOf('team-training-updated', { signatures }, new Date(at.getTime() + days(3)))
    expect(later).toMatchObject({ state: 'ticked' })
    expect(later.evidence[0]).toContain('signed by anna')
  })

  it('that is withdrawn counts no more, nor does any before it; one that is made later does', async () => {
    const withdrawal = signature('team-training-updated', {
      by: 'ben',
      note: 'it was put off',
      at: ago(hours(1)).toISOString(),
      until: ago(hours(1)).toISOString(),
    })
    const before = [signature('team-training-updated'), signature('documentation-updated')]
    const withdrawn = { signatures: [...before, withdrawal] }
    expect(await itemOf('team-training-updated', withdrawn)).toMatchObject({
      state: 'open',
      evidence: [
        'withdrawn by ben at 2026-12-01 11:00 UTC (it was put off): hubkeeper sign team-training-updated --note TEXT',
      ],
    })
    expect(await itemOf('documentation-updated', withdrawn)).toMatchObject({ state: 'ticked' })
    expect(await itemOf('team-training-updated', withdrawn, ago(hours(1) + 1))).toMatchObject({
      state: 'ticked',
    })
    const again = signature('team-training-updated', { at: ago(hours(1) / 2).toISOString() })
    expect(
      await itemOf('team-training-updated', { signatures: [...withdrawn.signatures, again] }),
    ).toMatchObject({ state: 'ticked' })
  })

  it('never overrides evidence that says no, nor replaces evidence that is missing', async () => {
    const failing = {
      runs: [health(finding('services.running', 'critical', { subject: 'api', actual: 'stopped' }))],
      signatures: [signature('all-services-running')],
    }
    const failed = await itemOf('all-services-running', failing)
    expect(failed).toMatchObject({ state: 'failed', signed: false })
    expect(signingRefused(failed)).toContain('a signature does not change that')
    const missing = await itemOf('all-services-running', { signatures: failing.signatures })
    expect(missing).toMatchObject({ state: 'open', signed: false })
    expect(signingRefused(missing)).toContain('ticked by evidence alone')
  })

  it('may say that there is nothing to look at', async () => {
    const runs = [health(finding('services.running', 'skipped', { actual: 'no services are configured' }))]
    const open = await itemOf('all-services-running', { runs })
    expect(open).toMatchObject({ state: 'open', signed: true })
    expect(signingRefused(open)).toBeNull()
    const signatures = [signature('all-services-running')]
    expect(await itemOf('all-services-running', { runs, signatures })).toMatchObject({ state: 'ticked' })
  })

  it('gives way to policies that say when they were reviewed', async () => {
    const audited = (...findings: readonly Finding[]): Given => ({
      runs: [{ task: 'security-audit', findings }],
      signatures: [signature('security-policies-updated')],
    })
    const policy = (status: Finding['status']) => finding('policies.review', status, { subject: 'access' })
    const states = [policy('ok'), policy('warning'), finding('policies.review', 'skipped')].map(
      async (each) => {
        const { signed, state } = await itemOf('security-policies-updated', audited(each))
        return { signed, state }
      },
    )
    expect(await Promise.all(states)).toEqual([
      { state: 'ticked', signed: false },
      { state: 'failed', signed: false },
      { state: 'ticked', signed: true },
    ])
  })

  it('that documentation is up to date does not hold while it does not build', async () => {
    const signatures = [signature('documentation-updated')]
    const built = (status: Finding['status']): Given => ({
      runs: [{ task: 'major-updates', findings: [finding('documentation.build', status)] }],
      signatures,
    })
    expect(await itemOf('documentation-updated', built('warning'))).toMatchObject({ state: 'failed' })
    expect(await itemOf('documentation-updated', built('ok'))).toMatchObject({ state: 'ticked' })
    expect(await itemOf('documentation-updated', { ...built('ok'), signatures: [] })).toMatchObject({
      state: 'open',
      signed: true,
    })
  })
})

describe('an item is found', () => {
  it.each([
    ['team-training-updated', 'team-training-updated'],
    ['Team training updated', 'team-training-updated'],
    ['  TEAM TRAINING  ', 'team-training-updated'],
    ['Disk space below 80 %', 'disk-space-below-80-percent'],
    ['Dependencies updated (security patches)', 'dependencies-updated'],
    ['mon', 'monitoring-alerts-reviewed'],
  ])('%s', (text, id) => {
    expect(itemNamed(text)).toMatchObject({ id })
  })

  it.each([
    ['security', /^security may be security-audit-completed or security-policies-updated$/, /say more/],
    ['team-traning', /no checklist has an item team-traning/, /did you mean team-training-updated/],
    ['qqq', /no checklist has an item qqq/, /^see what there is: hubkeeper checklist$/],
    ['', /no checklist has an item/, /see what there is/],
    ['\u001b[2J\n', /^no checklist has an item $/, /see what there is/],
  ])('or not: %j', (text, message, hint) => {
    expect(() => itemNamed(text)).toThrow(message)
    try {
      itemNamed(text)
    } catch (error) {
      expect(error).toMatchObject({ code: 'usage', hint: expect.stringMatching(hint) })
    }
  })
})
