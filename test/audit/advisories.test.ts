import { vulnerabilitiesOf } from '@hubkeeper/audit'
import type { Ecosystem, PackageVersion } from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCovered } from '../support/osv-judgement.ts'
import { about, advisory, type SampleAffected, type SampleEvent, until } from '../support/osv-records.ts'

const pin = (name: string, version: string, ecosystem: Ecosystem = 'PyPI'): PackageVersion => ({
  ecosystem,
  name,
  version,
})

/** Whether one record about the package `lamp` holds for a version of it. */
const holds = (affected: SampleAffected | SampleAffected[], version: string, name = 'lamp'): boolean =>
  vulnerabilitiesOf([pin(name, version)], [advisory('PYSEC-1', affected)], null).vulnerabilities.length === 1

const fixes = (affected: SampleAffected | SampleAffected[], version: string): readonly string[] | undefined =>
  vulnerabilitiesOf([pin('lamp', version)], [advisory('PYSEC-1', affected)], null).vulnerabilities[0]
    ?.fixVersions

describe('whether an advisory holds for a version', () => {
  it.each([
    ['before the fix', until('2.0'), '1.9', true],
    ['the fix itself', until('2.0'), '2.0', false],
    ['before a flaw came', [{ introduced: '1.5' }, { fixed: '2.0' }], '1.4.9', false],
    ['when it came', [{ introduced: '1.5' }, { fixed: '2.0' }], '1.5.0', true],
    ['without a fix', [{ introduced: '0' }], '99', true],
    ['the last one that has it', [{ introduced: '0' }, { last_affected: '3.3.0' }], '3.3.0', true],
    ['after the last one', [{ introduced: '0' }, { last_affected: '3.3.0' }], '3.3.0.post1', false],
    ['a candidate of the fix', until('2.0'), '2.0rc1', true],
    ['after a candidate that has the fix', until('19.7.0rc1'), '19.7.0rc2', false],
    ['a development version before all', until('0.24.dev0'), '0.23.9', true],
    ['a post-release of the fix', until('2.0'), '2.0.post1', false],
    ['before another epoch', until('1!1.0'), '2026.1', true],
    ['in another epoch', until('3.0'), '1!1.0', false],
    [
      'a build of the last one that has it',
      [{ introduced: '0' }, { last_affected: '2.6.0' }],
      '2.6.0+cpu',
      true,
    ],
    ['a build of the fix', until('2.6.0'), '2.6.0+cpu', false],
    ['events in any order', [{ fixed: '2.0' }, { introduced: '3.0' }, { introduced: '0' }], '2.5', false],
    ['a flaw that came back', [{ fixed: '2.0' }, { introduced: '3.0' }, { introduced: '0' }], '3.1', true],
    ['below a limit', [{ introduced: '0' }, { limit: '2.0' }], '1.9', true],
    ['at a limit', [{ introduced: '0' }, { limit: '2.0' }], '2.0', false],
    ['below one of two limits', [{ introduced: '0' }, { limit: '2.0' }, { limit: '3.0' }], '2.5', true],
    ['no limit at all', [{ introduced: '0' }, { limit: '*' }], '7', true],
    ['a bound that is no version', [{ introduced: '0' }, { last_affected: '2.6.0-NA' }], '2.6.0', false],
  ] satisfies [string, readonly SampleEvent[], string, boolean][])(
    '%s: %j, %s',
    (_, events, version, expected) => {
      expect(holds(about('lamp', { ranges: [events] }), version)).toBe(expected)
    },
  )

  it('counts a version that is listed, however it is written, though no range covers it', () => {
    const affected = about('lamp', { versions: ['1.0.0', '1.2RC1', '0.3.2d'], ranges: [until('0.1')] })
    expect(
      ['1.0', '1.2.0rc1', 'v1.0.0', '0.3.2d', '1.0+local'].map((version) => holds(affected, version)),
    ).toEqual([true, true, true, true, true])
    expect(holds(affected, '1.1')).toBe(false)
  })

  it('compares names as their index does', () => {
    expect(holds(about('Lamp_Shade.core', { ranges: [until('2')] }), '1', 'lamp-shade-core')).toBe(true)
    const record = advisory('GHSA-1', about('lamp', { ecosystem: 'npm', ranges: [until('2.0.0')] }))
    const found = [pin('lamp', '1.0.0', 'npm'), pin('Lamp', '1.0.0', 'npm'), pin('lamp', '1.0.0')]
    expect(
      vulnerabilitiesOf(found, [record], null).vulnerabilities.map(({ ecosystem }) => ecosystem),
    ).toEqual(['npm'])
  })

  it('orders npm by Semantic Versioning', () => {
    const record = advisory('GHSA-1', about('lamp', { ecosystem: 'npm', ranges: [until('2.0.0')] }))
    const versions = ['2.0.0-rc.1', '2.0.0', '1.10.0', '2.0.0+build'].map((version) =>
      pin('lamp', version, 'npm'),
    )
    expect(vulnerabilitiesOf(versions, [record], null).vulnerabilities.map(({ version }) => version)).toEqual(
      ['2.0.0-rc.1', '1.10.0'],
    )
  })

  it('takes several entries for one package together, and leaves commits alone', () => {
    const entries = [about('lamp', { ranges: [until('1.0')] }), about('Lamp', { versions: ['2.5'] })]
    expect(['0.9', '2.5', '2.4'].map((version) => holds(entries, version))).toEqual([true, true, false])
    const commits = { ...about('lamp', {}), ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }] }
    expect(holds(commits, '1.0')).toBe(false)
  })

  it('ignores what was withdrawn, whoever counts it', () => {
    const record = advisory('PYSEC-1', about('lamp', { ranges: [until('2')] }), {
      withdrawn: '2026-01-01T00:00:00Z',
    })
    const found = pin('lamp', '1.0')
    expect(vulnerabilitiesOf([found], [record], [{ ...found, ids: ['PYSEC-1'] }]).vulnerabilities).toEqual([])
  })

  it('tells of bounds that are no versions, as more versions may have the flaw', () => {
    const odd = about('torch', { ranges: [[{ introduced: '0' }, { last_affected: '2.6.0-NA' }]] })
    const { remarks, vulnerabilities } = vulnerabilitiesOf(
      [pin('torch', '2.6.0')],
      [advisory('PYSEC-2025-1', odd)],
      null,
    )
    expect(vulnerabilities).toEqual([])
    expect(remarks).toEqual([
      'PYSEC-2025-1 bounds versions of torch by what is no version (2.6.0-NA): it comes before all others',
    ])
  })

  it('counts what the source counts, with or without a record of it', () => {
    const found = pin('Lamp', '1.0')
    const elsewhere = advisory('PYSEC-2', about('lamp', { versions: ['7.0'] }), { summary: 'falls' })
    const { vulnerabilities } = vulnerabilitiesOf(
      [found],
      [elsewhere],
      [{ ...found, ids: ['PYSEC-2', 'PYSEC-3'] }],
    )
    expect(vulnerabilities).toMatchObject([
      { advisory: 'PYSEC-2', summary: 'falls' },
      { advisory: 'PYSEC-3', severity: 'unknown', score: null, summary: 'its record could not be read' },
    ])
  })

  it('names a record that is none, and counts the others', () => {
    const good = advisory('PYSEC-1', about('lamp', { ranges: [until('2')] }))
    const bad = [{ id: 'PYSEC-2', affected: 'many' }, 7, { summary: 'no id' }]
    const reading = vulnerabilitiesOf(
      [pin('lamp', '1')],
      [...bad, good, { ...good, extra: { new: true } }],
      null,
    )
    expect(reading.vulnerabilities.map((found) => found.advisory)).toEqual(['PYSEC-1'])
    expect(reading.unreadable).toEqual([
      expect.stringMatching(/^PYSEC-2 is no OSV record: affected: /),
      expect.stringMatching(/^a record without an id is no OSV record: the whole: /),
      expect.stringMatching(/^a record without an id is no OSV record: id: /),
    ])
  })

  it('shows texts of strangers on one plain line of bounded length', () => {
    const record = advisory('PYSEC-1', about('lamp', { ranges: [until('2')] }), {
      summary: `\u001b[31mred\u001b[0m\nline \u202e${'x'.repeat(5000)}`,
      aliases: ['CVE-1\n## heading'],
    })
    const [found] = vulnerabilitiesOf([pin('lamp', '1')], [record], null).vulnerabilities
    expect(found?.summary).toMatch(/^red line \ufffdx+…$/)
    expect(found?.summary.length).toBeLessThanOrEqual(300)
    expect(found?.aliases).toEqual(['CVE-1 ## heading'])
  })
})

describe('versions that mend a flaw', () => {
  it('are the least of each line, ascending, after the installed one', () => {
    const lines = about('lamp', {
      ranges: [
        [{ introduced: '4.0' }, { fixed: '4.0.4' }],
        [{ introduced: '0' }, { fixed: '2.2.28' }, { introduced: '3.0' }, { fixed: '3.10' }],
      ],
    })
    expect(fixes(lines, '2.2.1')).toEqual(['2.2.28', '3.10', '4.0.4'])
    expect(fixes(lines, '3.9')).toEqual(['3.10', '4.0.4'])
  })

  it('are each told once, however they are written', () => {
    const twice = [about('lamp', { ranges: [until('2.0')] }), about('lamp', { ranges: [until('2.0.0')] })]
    expect(fixes(twice, '1.0')).toHaveLength(1)
  })

  it('have the flaw nowhere: what mends one line may lie in another', () => {
    expect(fixes(about('lamp', { ranges: [until('1.5'), until('2.0')] }), '1.0')).toEqual(['2.0'])
    const again = [{ introduced: '0' }, { fixed: '1.5' }, { introduced: '1.5' }, { fixed: '2.0' }]
    expect(fixes(about('lamp', { ranges: [again] }), '1.0')).toEqual(['2.0'])
  })

  it('are none where only the last one with the flaw is known', () => {
    expect(
      fixes(about('lamp', { ranges: [[{ introduced: '0' }, { last_affected: '3.3.0' }]] }), '3.3.0'),
    ).toEqual([])
  })

  it('are told where the last one with the flaw is known as well', () => {
    const both = [{ introduced: '0' }, { last_affected: '1.9' }, { fixed: '2.0' }]
    expect(fixes(about('lamp', { ranges: [both] }), '1.0')).toEqual(['2.0'])
  })

  it('come last where they are no versions', () => {
    const odd = about('lamp', { ranges: [[{ introduced: '0' }, { fixed: 'next-NA' }], until('10.0')] })
    expect(fixes(odd, '9.0')).toEqual(['10.0', 'next-NA'])
  })
})

describe('two implementations', () => {
  const number = fc.integer({ min: 0, max: 3 })
  const python = fc
    .record({
      epoch: fc.constantFrom('', '', '', '1!'),
      release: fc.array(number, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.')),
      pre: fc.constantFrom('', '', '', 'a1', 'b2', 'rc1', '-RC1', '.pre2'),
      post: fc.constantFrom('', '', '', '.post1', '-1', 'r2'),
      dev: fc.constantFrom('', '', '', '.dev0', 'dev3'),
    })
    .map(({ dev, epoch, post, pre, release }) => `${epoch}${release}${pre}${post}${dev}`)
  const npm = fc
    .tuple(number, number, number, fc.constantFrom('', '', '-rc.1', '-rc.2', '-0', '-alpha', '-alpha.1.x'))
    .map(([major, minor, patch, pre]) => `${major}.${minor}.${patch}${pre}`)
  const recordsOf = (ecosystem: Ecosystem, version: fc.Arbitrary<string>) => {
    const bound =
      ecosystem === 'npm' ? version : fc.oneof({ weight: 9, arbitrary: version }, fc.constant('2.6.0-NA'))
    const event = fc.oneof(
      fc.constant({ introduced: '0' }),
      bound.map((introduced) => ({ introduced })),
      bound.map((fixed) => ({ fixed })),
      bound.map((end) => ({ last_affected: end })),
      { weight: 1, arbitrary: bound.map((limit) => ({ limit })) },
    )
    const affected = fc
      .record({
        name: fc.constantFrom('lamp', 'Lamp', 'shade'),
        versions: fc.array(bound, { maxLength: 3 }),
        ranges: fc.array(fc.array(event, { maxLength: 6 }), { maxLength: 2 }),
      })
      .map(({ name, ranges, versions }) => about(name, { ecosystem, ranges, versions }))
    return fc.array(affected, { maxLength: 3 }).map((entries) => advisory('PYSEC-1', entries))
  }

  it.each([
    ['PyPI', python],
    ['npm', npm],
  ] as const)('agree on every version and every record of %s', (ecosystem, version) => {
    fc.assert(
      fc.property(
        recordsOf(ecosystem, version),
        fc.array(version, { minLength: 1, maxLength: 5 }),
        (record, versions) => {
          const packages = versions.map((one) => pin('lamp', one, ecosystem))
          const { vulnerabilities } = vulnerabilitiesOf(packages, [record], null)
          const found = new Set(vulnerabilities.map((one) => one.version))
          for (const one of packages)
            expect([one.version, found.has(one.version)]).toEqual([one.version, isCovered(record, one)])
        },
      ),
      { numRuns: 1500 },
    )
  })
})
