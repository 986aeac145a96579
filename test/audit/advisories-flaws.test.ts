import { applyIgnores, type Flaw, flawsOf, type Vulnerability, vulnerabilitiesOf } from '@hubkeeper/audit'
import { describe, expect, it } from 'vitest'
import { about, advisory, type SampleRecord, until } from '../support/osv-records.ts'

const found = { ecosystem: 'PyPI', name: 'lamp', version: '1.0' } as const

const low = 'CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N'
const critical = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'
const highV4 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N'

function rated(rest: Partial<SampleRecord>, own = {}) {
  const record = advisory('PYSEC-1', { ...about('lamp', { ranges: [until('2')] }), ...own }, rest)
  const { remarks, vulnerabilities } = vulnerabilitiesOf([found], [record], null)
  return { severity: vulnerabilities[0]?.severity, score: vulnerabilities[0]?.score, remarks }
}

describe('severity', () => {
  it.each([
    ['CVSS_V3', critical, 'critical', 9.8],
    ['CVSS_V3', low, 'low', 1.8],
    ['CVSS_V3', 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H', 'high', 7.5],
    ['CVSS_V3', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H/E:U', 'high', 7.5],
    ['CVSS_V3', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 'none', 0],
    ['CVSS_V4', highV4, 'high', 8.7],
    ['CVSS_V2', 'AV:N/AC:L/Au:N/C:P/I:P/A:P', 'high', 7.5],
  ])('of a %s vector %s: %s, %d', (type, score, severity, expected) => {
    expect(rated({ severity: [{ type, score }] })).toEqual({ severity, score: expected, remarks: [] })
  })

  it('is the worst of several vectors, whether of the record or of the package', () => {
    const both = {
      severity: [
        { type: 'CVSS_V4', score: highV4 },
        { type: 'CVSS_V3', score: critical },
      ],
    }
    expect(rated(both)).toMatchObject({ severity: 'critical', score: 9.8 })
    const own = { severity: [{ type: 'CVSS_V3', score: critical }] }
    expect(rated({ severity: [{ type: 'CVSS_V3', score: low }] }, own)).toMatchObject({ score: 9.8 })
  })

  it('is the word of the database where there is no vector, without a score', () => {
    expect(rated({ database_specific: { severity: 'MODERATE' } })).toMatchObject({
      severity: 'medium',
      score: null,
    })
  })

  it('is unknown where its rating cannot be read, which costs nobody the flaw', () => {
    for (const severity of [[{ type: 'CVSS_V3' }], 'HIGH', [7.5]]) {
      const raw = { id: 'PYSEC-1', affected: [about('lamp', { versions: ['1.0'] })], aliases: [7], severity }
      const asked = [{ ecosystem: 'PyPI', name: 'lamp', version: '1.0' }] as const
      expect(vulnerabilitiesOf(asked, [raw], null)).toMatchObject({
        vulnerabilities: [{ advisory: 'PYSEC-1', severity: 'unknown', score: null, aliases: [] }],
        unreadable: [],
        remarks: ['PYSEC-1 has a severity that is no CVSS vector: (unreadable)'],
      })
    }
  })

  it('is unknown where nobody rated it, never zero', () => {
    expect(rated({})).toEqual({ severity: 'unknown', score: null, remarks: [] })
  })

  it.each([
    'nonsense',
    'CVSS:3.1/AV:N',
    'CVSS:3.1/AV:Q/AC:L',
    '7.5',
    '',
    'CVSS:9.9/AV:N/AC:L/Au:N/C:P/I:P/A:P',
  ])('ignores what is no vector, and says so: %j', (score) => {
    const { remarks, ...rating } = rated({
      severity: [{ type: 'CVSS_V3', score }],
      database_specific: { severity: 'HIGH' },
    })
    expect(rating).toEqual({ severity: 'high', score: null })
    expect(remarks).toEqual([expect.stringContaining('PYSEC-1 has a severity that is no CVSS vector: ')])
  })
})

const told = (id: string, rest: Partial<Vulnerability> = {}): Vulnerability => ({
  ecosystem: 'PyPI',
  package: 'lamp',
  version: '1.0',
  advisory: id,
  aliases: [],
  severity: 'unknown',
  score: null,
  fixVersions: [],
  summary: '',
  ...rest,
})

describe('one flaw with several advisories', () => {
  it('counts once, under its best known name, with the worst rating and every fix', () => {
    const flaws = flawsOf([
      told('PYSEC-2026-1', { aliases: ['CVE-2026-1'], fixVersions: ['1.10', '1.9'] }),
      told('GHSA-aaaa', {
        aliases: ['CVE-2026-1'],
        severity: 'medium',
        score: 5.3,
        fixVersions: ['1.9', '2.0'],
        summary: 'falls',
      }),
    ])
    expect(flaws).toEqual([
      {
        ecosystem: 'PyPI',
        package: 'lamp',
        version: '1.0',
        id: 'CVE-2026-1',
        ids: ['CVE-2026-1', 'GHSA-aaaa', 'PYSEC-2026-1'],
        severity: 'medium',
        score: 5.3,
        fixVersions: ['1.9', '1.10', '2.0'],
        summary: 'falls',
      },
    ])
  })

  it('has each id once, whatever its capitals', () => {
    const flaws = flawsOf([
      told('PYSEC-2026-1', { aliases: ['ghsa-aaaa', 'CVE-2026-1'] }),
      told('GHSA-aaaa', { aliases: ['cve-2026-1'] }),
    ])
    expect(flaws.map(({ id, ids }) => [id, ids])).toEqual([
      ['CVE-2026-1', ['CVE-2026-1', 'GHSA-aaaa', 'PYSEC-2026-1']],
    ])
  })

  it('is found by way of others, in any order', () => {
    const chain = [
      told('A-1', { aliases: ['B-1'] }),
      told('D-1', { aliases: ['C-1'] }),
      told('B-1', { aliases: ['C-1'] }),
      told('E-1'),
    ]
    expect(flawsOf(chain).map(({ ids }) => ids)).toEqual([['A-1', 'B-1', 'C-1', 'D-1'], ['E-1']])
    expect(flawsOf(chain.toReversed())).toHaveLength(2)
  })

  it('is one for each version of a package', () => {
    const versions = flawsOf([
      told('PYSEC-1'),
      told('PYSEC-1', { version: '2.0' }),
      told('PYSEC-1', { package: 'shade' }),
    ])
    expect(versions).toHaveLength(3)
  })

  it.each([
    [['PYSEC-1', 'GHSA-b'], 'GHSA-b'],
    [['OSV-1', 'PYSEC-1'], 'PYSEC-1'],
    [['OSV-1', 'AAA-1'], 'OSV-1'],
  ])('of %j is called %s', ([first = '', ...aliases], id) => {
    expect(flawsOf([told(first, { aliases })])[0]?.id).toBe(id)
  })
})

describe('flaws that somebody accepted', () => {
  const flaws: Flaw[] = flawsOf([
    told('PYSEC-2026-1', { aliases: ['CVE-2026-1'] }),
    told('PYSEC-2026-2', { package: 'shade' }),
  ])
  const at = new Date('2026-12-01T00:00:00Z')
  const entry = (id: string, rest = {}) => ({
    id,
    reason: 'never reached from outside',
    until: '2027-01-01',
    ...rest,
  })
  const judge = (...entries: ReturnType<typeof entry>[]) => {
    const { accepted, counted, expired, unused } = applyIgnores(flaws, entries, at)
    const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id)
    return {
      accepted: ids(accepted.map(({ flaw }) => flaw)),
      counted: ids(counted),
      expired: ids(expired),
      unused: ids(unused),
    }
  }

  it('are told by any of their ids, in capitals or not', () => {
    const one = { accepted: ['CVE-2026-1'], counted: ['PYSEC-2026-2'], expired: [], unused: [] }
    expect(judge(entry('pysec-2026-1'))).toEqual(one)
    expect(judge(entry('CVE-2026-1', { package: 'LAMP' }))).toEqual(one)
  })

  it('count again from the day on that the entry names, which is said', () => {
    expect(judge(entry('CVE-2026-1', { until: '2026-12-01' }))).toEqual({
      accepted: [],
      counted: ['CVE-2026-1', 'PYSEC-2026-2'],
      expired: ['CVE-2026-1'],
      unused: [],
    })
    expect(judge(entry('CVE-2026-1', { until: '2026-12-02' }))).toMatchObject({
      expired: [],
      accepted: ['CVE-2026-1'],
    })
  })

  it('leave entries behind that nothing matches, which is said; rules of scanners are left to others', () => {
    expect(
      judge(
        entry('CVE-2020-9'),
        entry('CVE-2026-1', { package: 'shade' }),
        entry('B101'),
        entry('generic-api-key'),
      ),
    ).toEqual({
      accepted: [],
      counted: ['CVE-2026-1', 'PYSEC-2026-2'],
      expired: [],
      unused: ['CVE-2020-9', 'CVE-2026-1'],
    })
  })
})
