import { levelBetween, majorsBetween, newestReleases, stepsFrom, takesPython } from '@hubkeeper/audit'
import type { Ecosystem, Release } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'

const release = (version: string, changes: Partial<Release> = {}): Release => ({
  version,
  yanked: false,
  requiresPython: null,
  releasedAt: null,
  ...changes,
})

const newest = (version: string, releases: readonly Release[], ecosystem: Ecosystem = 'PyPI') =>
  newestReleases({ ecosystem, version }, releases, { python: '3.11' })

describe('how far one version is from another', () => {
  it.each([
    ['1.2.3', '1.2.4', 'patch'],
    ['1.2.3', '1.3.0', 'minor'],
    ['1.2.3', '2.0.0', 'major'],
    ['1.2', '1.2.0.1', 'patch'],
    ['1.0', '1.0.post1', 'patch'],
    ['1.0', '1.0.dev3', 'patch'],
    ['2.9.0.post0', '2.9.0.post1', 'patch'],
    ['1.0', '1!1.0', 'major'],
    ['2025.2', '2025.3', 'minor'],
    ['2025.2', '2026.1', 'major'],
    ['0.104.1', '0.105.0', 'minor'],
    ['1', '1.0.1', 'patch'],
  ])('%s to %s is %s', (one, other, level) => {
    expect(levelBetween('PyPI', one, other)).toBe(level)
    expect(levelBetween('PyPI', other, one)).toBe(level)
  })

  it('is not known of what is no version', () => {
    expect(levelBetween('PyPI', '1.0', 'nonsense')).toBeNull()
    expect(levelBetween('npm', '1.0', '1.0.1')).toBeNull()
  })

  it('is counted in major versions within one epoch', () => {
    expect(majorsBetween('PyPI', '2.5', '5.0')).toBe(3)
    expect(majorsBetween('PyPI', '2025.2', '1!1.0')).toBeNull()
    expect(majorsBetween('npm', '4.17.21', '4.18.0')).toBe(0)
  })
})

describe('the newest releases', () => {
  it('are told by level, whatever their order', () => {
    const releases = ['2.0.1', '1.2.9', '1.10.0', '1.2.3', '1.2.10', '2.0.0', '1.0.0'].map((each) =>
      release(each),
    )
    expect(newest('1.2.3', releases)).toEqual({
      patch: '1.2.10',
      minor: '1.10.0',
      major: '2.0.1',
      yanked: false,
      known: true,
    })
  })

  it('are none before or at the version itself', () => {
    const nothing = { patch: null, minor: null, major: null }
    expect(newest('2.0', [release('1.9'), release('2.0.0'), release('1!0.1')])).toMatchObject({
      ...nothing,
      major: '1!0.1',
    })
    expect(newest('1!0.1', [release('1.9'), release('2.0.0')])).toMatchObject(nothing)
    expect(newest('nonsense', [release('1.0'), release('nonsense')])).toMatchObject({
      ...nothing,
      known: true,
    })
  })

  it('are neither for trying out, nor taken back, nor for another Python', () => {
    const releases = [
      release('1.0.1rc1'),
      release('1.0.2.dev4'),
      release('1.0.3', { yanked: true }),
      release('1.0.4', { requiresPython: '>=3.12' }),
      release('not a version'),
    ]
    expect(newest('1.0', releases).patch).toBeNull()
    expect(newest('1.0', [...releases, release('1.0.0.post1')]).patch).toBe('1.0.0.post1')
  })

  it('are nothing that would be more than a version in a file', () => {
    const odd = ['1.0.1\n--index-url https://example.org', '1.0.2\n', ' 1.0.3', '1.0.4+local', '1.0.5 # x']
    expect(
      newest(
        '1.0',
        odd.map((each) => release(each)),
      ).patch,
    ).toBeNull()
    expect(
      newest(
        '1.0.0',
        ['1.0.1\n', 'v1.0.2 ', '=1.0.3'].map((each) => release(each)),
        'npm',
      ).patch,
    ).toBeNull()
  })

  it('lead from a pre-release to its release', () => {
    expect(newest('2.0rc1', [release('2.0'), release('2.0rc2')])).toMatchObject({
      patch: '2.0',
      known: false,
    })
  })

  it('say whether the version itself was taken back, or is not there', () => {
    expect(newest('1.0', [release('1.0.0', { yanked: true })])).toMatchObject({ yanked: true, known: true })
    expect(newest('1.0', [release('1.1')])).toMatchObject({ yanked: false, known: false })
  })

  it('of npm follow Semantic Versioning', () => {
    const releases = ['4.17.21', '4.17.22', '4.18.0-beta.1', '5.0.0-rc.1', '5.0.0'].map((each) =>
      release(each),
    )
    expect(newest('4.17.21', releases, 'npm')).toMatchObject({
      patch: '4.17.22',
      minor: null,
      major: '5.0.0',
    })
  })

  it('are the last of the steps, oldest first', () => {
    const steps = stepsFrom(
      { ecosystem: 'PyPI', version: '1.0' },
      ['2.0', '1.0.1', '1.1'].map((v) => release(v)),
      {
        python: '3.11',
      },
    )
    expect(steps.map(({ level, release: { version } }) => `${version} ${level}`)).toEqual([
      '1.0.1 patch',
      '1.1 minor',
      '2.0 major',
    ])
  })
})

describe('the Python that a release takes', () => {
  it.each([
    [null, true],
    ['', true],
    ['>=3.8', true],
    ['>=3.8,', true],
    ['>=3.6, !=3.7.*, <4', true],
    ['>=3.12', false],
    ['<3.11', false],
    ['==3.11.*', true],
    // What cannot be read keeps nobody from installing it.
    ['>=3.8.*', true],
    ['for snakes only', true],
  ])('by %s is 3.11: %s', (specifiers, takes) => {
    expect(takesPython(specifiers, '3.11')).toBe(takes)
  })
})
