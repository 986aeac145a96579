import { type Flaw, proposeUpgrades, type Requirement, type Severity } from '@hubkeeper/audit'
import type { Ecosystem, Release } from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const nowhere = { start: 0, end: 0 }

const requirement = (
  name: string,
  pinned: string | null,
  changes: Partial<Requirement> = {},
): Requirement => ({
  ecosystem: 'PyPI',
  name,
  normalized: name,
  extras: [],
  specifier: pinned === null ? null : `==${pinned}`,
  pinned,
  marker: null,
  applies: true,
  url: null,
  editable: false,
  hashes: [],
  place: { key: 'requirements.txt', line: 1 },
  constraint: false,
  span: nowhere,
  line: nowhere,
  hashSpans: [],
  ...changes,
})

const flaw = (id: string, severity: Severity, ids: readonly string[] = [id]): Flaw => ({
  ecosystem: 'PyPI',
  package: 'a',
  version: '1.0',
  id,
  ids,
  severity,
  score: null,
  fixVersions: [],
  summary: '',
})

/** Proposes for one package, of which each version has the flaws that are named. */
function propose(
  versions: Readonly<Record<string, readonly Flaw[]>>,
  pinned: Requirement | readonly Requirement[],
  changes: Readonly<Record<string, Partial<Release>>> = {},
) {
  const releases = Object.keys(versions).map((version) => ({
    version,
    yanked: false,
    requiresPython: null,
    releasedAt: null,
    ...changes[version],
  }))
  return proposeUpgrades([pinned].flat(), {
    python: '3.11',
    releasesOf: () => releases,
    flawsAt: ({ version }) => versions[version] ?? [],
  })
}

const [bad, worse, mild] = [flaw('CVE-1', 'high'), flaw('CVE-2', 'critical'), flaw('CVE-3', 'low')]

describe('a pinned requirement', () => {
  it('gets the newest patch-level release, and nothing beyond it, where it has no flaw', () => {
    const { declined, upgrades } = propose(
      { '1.0': [], '1.0.1': [], '1.0.2': [], '1.1': [] },
      requirement('a', '1.0'),
    )
    expect(upgrades).toMatchObject([{ from: '1.0', to: '1.0.2', level: 'patch', reason: null, fixes: [] }])
    expect(declined).toEqual([])
  })

  it('gets nothing where there is nothing newer of its level', () => {
    expect(propose({ '1.0': [], '1.1': [], '0.9': [] }, requirement('a', '1.0'))).toEqual({
      upgrades: [],
      declined: [],
    })
  })

  it('gets the newest patch where one mends everything', () => {
    const { upgrades } = propose(
      { '1.0': [bad], '1.0.1': [bad], '1.0.2': [], '1.0.3': [], '2.0': [] },
      requirement('a', '1.0'),
    )
    expect(upgrades).toMatchObject([{ to: '1.0.3', level: 'patch', fixes: ['CVE-1'], remaining: [] }])
  })

  it('gets the least release that mends everything, and why, where a patch does not', () => {
    const { upgrades } = propose(
      { '1.0': [bad, worse], '1.0.9': [worse], '1.1': [worse], '1.2': [], '1.3': [], '2.0': [] },
      requirement('a', '1.0'),
    )
    expect(upgrades).toMatchObject([
      {
        to: '1.2',
        level: 'minor',
        fixes: ['CVE-1', 'CVE-2'],
        reason: expect.stringContaining('least minor'),
      },
    ])
  })

  it('gets the patch where what is left is mended nowhere', () => {
    const { upgrades } = propose(
      { '1.0': [bad, worse], '1.0.9': [worse], '2.0': [worse] },
      requirement('a', '1.0'),
    )
    expect(upgrades).toMatchObject([{ to: '1.0.9', level: 'patch', fixes: ['CVE-1'], remaining: ['CVE-2'] }])
  })

  it('gets the release that mends most, where none mends everything', () => {
    const { upgrades } = propose(
      { '1.0': [bad, mild], '1.1': [bad], '1.2': [mild], '2.0': [bad] },
      requirement('a', '1.0'),
    )
    expect(upgrades).toMatchObject([{ to: '1.1', level: 'minor', fixes: ['CVE-3'] }])
  })

  it('gets no release that is worse than what it mends', () => {
    const { upgrades } = propose(
      { '1.0': [bad], '1.0.1': [worse], '1.1': [worse], '1.2': [mild], '2.0': [] },
      requirement('a', '1.0'),
    )
    expect(upgrades).toMatchObject([{ to: '1.2', fixes: ['CVE-1'], remaining: ['CVE-3'] }])
    const none = propose({ '1.0': [bad], '1.1': [worse] }, requirement('a', '1.0'))
    expect(none.upgrades).toEqual([])
    expect(none.declined).toMatchObject([{ reason: expect.stringContaining('worse') }])
    const sound = propose({ '1.0': [], '1.0.1': [], '1.0.2': [mild] }, requirement('a', '1.0'))
    expect(sound.upgrades).toMatchObject([{ to: '1.0.1' }])
  })

  it('gets one that brings no flaw before one of the same level that does', () => {
    const other = flaw('CVE-9', 'high')
    const patch = propose({ '1.0': [bad], '1.0.1': [], '1.0.2': [other] }, requirement('a', '1.0'))
    expect(patch.upgrades).toMatchObject([{ to: '1.0.1', remaining: [] }])
    const minor = propose({ '1.0': [bad], '1.1': [other], '1.2': [], '2.0': [] }, requirement('a', '1.0'))
    expect(minor.upgrades).toMatchObject([{ to: '1.2', remaining: [] }])
    const neither = propose({ '1.0': [bad], '1.1': [other], '2.0': [] }, requirement('a', '1.0'))
    expect(neither.upgrades).toMatchObject([{ to: '1.1', remaining: ['CVE-9'] }])
  })

  it('knows a flaw again by any of its ids', () => {
    const before = flaw('CVE-1', 'high', ['CVE-1', 'PYSEC-1'])
    const after = flaw('GHSA-1', 'high', ['GHSA-1', 'PYSEC-1'])
    const { upgrades } = propose({ '1.0': [before], '1.0.1': [after], '1.1': [] }, requirement('a', '1.0'))
    expect(upgrades).toMatchObject([{ to: '1.1', fixes: ['CVE-1'] }])
  })

  it('with flaws says why nothing is proposed', () => {
    const reasons = (pinned: Requirement) =>
      propose({ '1.0': [bad], '1.0+cpu': [bad], odd: [bad] }, pinned).declined.map(({ reason }) => reason)
    expect(reasons(requirement('a', '1.0'))).toEqual([expect.stringContaining('no release')])
    expect(reasons(requirement('a', '1.0+cpu'))).toEqual([expect.stringContaining('local build')])
    expect(reasons(requirement('a', 'odd'))).toEqual([expect.stringContaining('compared')])
    const unknown = proposeUpgrades([requirement('a', '1.0')], {
      python: '3.11',
      releasesOf: () => null,
      flawsAt: () => [bad],
    })
    expect(unknown.declined).toMatchObject([{ reason: expect.stringContaining('not known') }])
  })

  it('stays within what else is asked of the package', () => {
    const versions = { '1.0': [bad], '1.1': [], '2.0': [] }
    const limited = requirement('a', '1.0', { specifier: '==1.0,!=1.1' })
    expect(propose(versions, limited).upgrades).toMatchObject([{ to: '2.0' }])
    const constraint = requirement('a', null, { specifier: '<1.1', constraint: true })
    expect(propose(versions, [requirement('a', '1.0'), constraint])).toMatchObject({
      upgrades: [],
      declined: [{ requirement: { pinned: '1.0' } }],
    })
    const twice = propose({ '1.0': [], '1.0.1': [], '1.0.2': [] }, [
      requirement('a', '1.0'),
      requirement('a', '1.0.1'),
    ])
    expect(twice.upgrades.map(({ from, to }) => `${from} ${to}`)).toEqual(['1.0 1.0.2', '1.0.1 1.0.2'])
  })

  it('that is pinned at many places is looked at once, and upgraded at each', () => {
    let looked = 0
    const release = (version: string) => ({ version, yanked: false, requiresPython: null, releasedAt: null })
    const pins = Array.from({ length: 2000 }, (_, line) =>
      requirement('a', '1.0', { place: { key: 'requirements.txt', line } }),
    )
    const { upgrades } = proposeUpgrades(pins, {
      python: '3.11',
      releasesOf: () => {
        looked += 1
        return [release('1.0'), release('1.0.1')]
      },
      flawsAt: () => [],
    })
    expect(looked).toBe(1)
    expect(upgrades.map(({ place }) => place.line)).toEqual(pins.map(({ place }) => place.line))
  })

  it('that does not count, or is no pin of an index, is left alone', () => {
    const left = [
      requirement('a', null),
      requirement('a', '1.0', { applies: false }),
      requirement('a', '1.0', { url: 'https://example.org/a.whl' }),
      requirement('a', '1.0', { editable: true }),
    ]
    expect(propose({ '1.0': [bad], '1.0.1': [] }, left)).toEqual({ upgrades: [], declined: [] })
  })
})

describe('whatever releases and flaws there are', () => {
  const ids = ['CVE-1', 'CVE-2', 'CVE-3', 'CVE-4']
  const severities: readonly Severity[] = ['critical', 'high', 'unknown', 'medium']
  const versions = ['1.0', '1.0.1', '1.0.2', '1.1', '1.1.1', '2.0', '3.0']
  const flawed = fc
    .subarray(ids)
    .map((some) => some.map((id) => flaw(id, severities[ids.indexOf(id)] ?? 'low')))
  const world = fc.tuple(
    fc.subarray(versions, { minLength: 1 }),
    fc.array(flawed, { minLength: versions.length, maxLength: versions.length }),
    fc.constantFrom<Ecosystem>('PyPI'),
  )

  it('an upgrade leads up to a release, mends what it says, and is no worse', () => {
    fc.assert(
      fc.property(world, ([offered, flaws]) => {
        const at = new Map(versions.map((version, i) => [version, flaws[i] ?? []]))
        const { upgrades } = proposeUpgrades([requirement('a', '1.0')], {
          python: '3.11',
          releasesOf: () =>
            offered.map((version) => ({ version, yanked: false, requiresPython: null, releasedAt: null })),
          flawsAt: ({ version }) => at.get(version) ?? [],
        })
        for (const { fixes, level, remaining, to } of upgrades) {
          const [now, then] = ['1.0', to].map((version) => (at.get(version) ?? []).map(({ id }) => id))
          expect(offered).toContain(to)
          expect(versions.indexOf(to)).toBeGreaterThan(0)
          expect(new Set(fixes)).toEqual(new Set((now ?? []).filter((id) => !then?.includes(id))))
          expect(remaining).toEqual(then)
          if (level !== 'patch') expect(fixes).not.toEqual([])
          const rank = (some: readonly string[]) => Math.min(ids.length, ...some.map((id) => ids.indexOf(id)))
          const coming = (then ?? []).filter((id) => !now?.includes(id))
          expect(rank(coming)).toBeGreaterThanOrEqual(coming.length === 0 ? 0 : rank(fixes))
        }
      }),
      { numRuns: 300 },
    )
  })
})
