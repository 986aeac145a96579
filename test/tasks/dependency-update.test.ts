import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { about, advisory, until } from '../support/osv-records.ts'
import { osvServer } from '../support/osv-server.ts'
import { realAdvisories, realRecords, withoutRealAdvisories } from '../support/real-advisories.ts'
import { realHub, withoutRealHub } from '../support/real-hub.ts'
import { critical, hubWith, records, requirements, servedHub } from './support/audited-hub.ts'

describe('flaws', () => {
  it('counts each once, however many advisories tell of it, and alerts security of critical ones', async () => {
    const { hub } = await servedHub()
    const { finding, report } = await hub.audit()
    expect(report.status).toBe('critical')
    expect(finding('dependencies.vulnerable', 'lamp')).toMatchObject({
      status: 'critical',
      actual: '1.3.0: 1 flaw, critical 9.8',
      evidence: [
        '1.3.0, asked for at requirements.txt:1',
        'CVE-2026-1000 (GHSA-aaaa-bbbb-cccc, PYSEC-2026-1), critical 9.8: flaw GHSA-aaaa-bbbb-cccc; fixed in 1.3.2',
      ],
    })
    expect(finding('dependencies.vulnerable', 'mirror')).toMatchObject({
      status: 'warning',
      actual: '2.1.0: 1 flaw, not rated',
    })
    expect(hub.alerts()).toMatchObject([
      { audience: 'security', severity: 'critical' },
      { audience: 'team', severity: 'warning', subject: expect.stringContaining('mirror') },
    ])
    const figures = new Map(
      report.figures.map(({ name, subject, value }) => [`${name} ${subject ?? ''}`, value]),
    )
    expect(figures.get('dependencies.packages ')).toBe(3)
    expect(figures.get('dependencies.vulnerable ')).toBe(2)
    expect(figures.get('dependencies.flaws critical')).toBe(1)
    expect(figures.get('dependencies.flaws unknown')).toBe(1)
  })

  it('is ok where there is none', async () => {
    const { hub, osv } = await servedHub({
      installed: { lens: '1.0.0' },
      files: { 'requirements.txt': 'lens==1.0.0\n' },
    })
    const { finding, report } = await hub.audit()
    expect(report.status).toBe('ok')
    expect(finding('dependencies.vulnerable', null)).toMatchObject({ status: 'ok' })
    expect(hub.alerts()).toEqual([])
    // What leaves the machine: names and versions.
    expect(osv.asked).toEqual(['POST /v1/querybatch 200'])
  })

  it('judges what is installed; a pin that does not run is a warning at most', async () => {
    const { hub } = await servedHub({ installed: { lamp: '1.4.0', mirror: '2.1.0', fog: '1.0' } })
    const { finding, report } = await hub.audit()
    expect(report.status).toBe('warning')
    expect(finding('dependencies.vulnerable', 'lamp')).toMatchObject({
      status: 'warning',
      evidence: [
        '1.4.0, installed in .venv',
        '1.3.0, asked for at requirements.txt:1, not what is installed',
        expect.stringContaining('CVE-2026-1000'),
      ],
    })
    expect(report.figures).toContainEqual(
      expect.objectContaining({ name: 'dependencies.packages', value: 4 }),
    )
  })

  it('finds a flaw of what is installed, though something else is asked for', async () => {
    const files = { 'requirements.txt': 'lamp==1.4.0\n' }
    const { hub } = await servedHub({ files, installed: { lamp: '1.3.0' } })
    const { finding } = await hub.audit()
    expect(finding('dependencies.vulnerable', 'lamp')).toMatchObject({
      status: 'critical',
      actual: '1.3.0: 1 flaw, critical 9.8',
    })
  })

  it('keeps everything beside the report, as the command prints it, and more', async () => {
    const { hub } = await servedHub()
    const { report } = await hub.audit()
    const document = JSON.parse(hub.attachment(report, 'audit.json'))
    expect(document).toMatchObject({ pinned: 3, unpinned: 0, skippedByMarker: 0, invalid: [] })
    expect(document.findings.map(({ advisory: id }: { advisory: string }) => id)).toEqual([
      'GHSA-aaaa-bbbb-cccc',
      'PYSEC-2026-1',
      'PYSEC-2026-2',
    ])
    expect(document.flaws.map(({ id }: { id: string }) => id)).toEqual(['CVE-2026-1000', 'PYSEC-2026-2'])
    expect(document.packages[0]).toMatchObject({
      package: 'lamp',
      version: '1.3.0',
      newest: { patch: '1.3.2', minor: '1.4.0', major: '2.0.0' },
    })
  })

  it('is plain text on one line, whatever strangers wrote', async () => {
    const { hub, osv } = await servedHub()
    osv.serve([
      advisory('PYSEC-2026-1', about('lamp', { ranges: [until('1.4')] }), {
        summary: '\u001b[2Jgone\n\n# heading <script> \u202egnp',
      }),
    ])
    const { finding } = await hub.audit()
    const [, line] = finding('dependencies.vulnerable', 'lamp').evidence
    expect(line).toContain('gone # heading <script>')
    expect(line).not.toMatch(/[\p{Cc}\u202e]/u)
  })
})

describe('news', () => {
  it('alerts once; the report goes on to list everything', async () => {
    const { hub } = await servedHub()
    await hub.audit()
    const { finding, report } = await hub.audit()
    expect(report.status).toBe('critical')
    expect(finding('dependencies.vulnerable', 'lamp').status).toBe('critical')
    expect(hub.alerts()).toHaveLength(2)
  })

  it('alerts of another flaw of a package that has one, under whatever id it is known', async () => {
    const { hub, osv } = await servedHub()
    await hub.audit()
    // The other database tells of the same flaw under a third id.
    const renamed = records.map((record) => ({
      ...record,
      aliases: [...(record.aliases ?? []), 'CVE-2026-2000'],
    }))
    osv.serve(renamed)
    await hub.audit()
    expect(hub.alerts()).toHaveLength(2)
    osv.serve([...renamed, advisory('PYSEC-2026-3', about('mirror', { ranges: [until('9')] }))])
    await hub.audit()
    expect(hub.alerts()).toHaveLength(3)
    expect(hub.alerts()[2]).toMatchObject({ severity: 'warning', subject: expect.stringContaining('mirror') })
  })

  it('alerts of a flaw that became worse, and of one that comes back', async () => {
    const { hub, osv } = await servedHub()
    await hub.audit()
    const rated = records.map((record) =>
      record.id === 'PYSEC-2026-2'
        ? { ...record, severity: critical, modified: '2026-06-01T10:00:00Z' }
        : record,
    )
    osv.serve(rated)
    await hub.audit()
    expect(hub.alerts()).toMatchObject([
      {},
      {},
      { severity: 'critical', subject: expect.stringContaining('mirror') },
    ])
    osv.serve([])
    await hub.audit()
    expect(hub.alerts()).toHaveLength(3)
    osv.serve(rated)
    await hub.audit()
    expect(hub.alerts()).toHaveLength(4)
  })
})

describe('advisories that cannot be had', () => {
  it('is unknown each time, with what the server last said and how long ago', async () => {
    const { hub, osv } = await servedHub()
    await hub.audit()
    osv.behave('another form')
    const { finding, report } = await hub.audit()
    expect(report.status).toBe('warning')
    expect(finding('dependencies.vulnerable')).toMatchObject({
      status: 'unknown',
      evidence: [
        expect.stringMatching(/ last answered .* ago, at 2\d{3}-.*: 2 flaws$/),
        expect.stringContaining('lamp 1.3.0: CVE-2026-1000'),
        expect.stringContaining('mirror 2.1.0: PYSEC-2026-2'),
      ],
    })
    expect(finding('dependencies.applied').actual).toContain('no upgrade is proposed: ')
    await hub.audit()
    expect(hub.alerts()).toHaveLength(4)
    // What was told before the trouble is no news after it.
    osv.recover()
    await hub.audit()
    expect(hub.alerts()).toHaveLength(4)
  })

  it('looks into a copy where no server is to be asked, and says when it is old', async () => {
    const hub = hubWith({
      'requirements.txt': requirements,
      'osv/all.jsonl': records.map((one) => JSON.stringify(one)).join('\n'),
    })
    const offline = { releases: { pypi: null, npm: null } }
    hub.auditBy({ ...offline, advisories: { url: null, stored: 'osv' } })
    const { finding } = await hub.audit()
    expect(finding('dependencies.vulnerable', 'lamp').status).toBe('critical')
    expect(finding('dependencies.vulnerable', 'advisories')).toMatchObject({
      status: 'unknown',
      actual: 'from osv, its newest record of 2026-05-01',
    })
    expect(finding('dependencies.outdated', 'PyPI')).toMatchObject({ status: 'skipped' })
    hub.auditBy({ ...offline, advisories: { url: null, stored: 'osv', maxAgeDays: 100_000 } })
    expect((await hub.audit()).finding('dependencies.vulnerable', 'advisories').status).toBe('ok')
  })
})

describe('what is accepted', () => {
  const reason = 'only HS256 is used here'
  const withIgnored = async (entry: { id: string; until: string; package?: string }) => {
    const served = await servedHub({ audit: { ignore: [{ ...entry, reason }] } })
    return served.hub.audit()
  }

  it('does not count, by any of its ids, and is told', async () => {
    const { finding, report } = await withIgnored({ id: 'cve-2026-1000', until: '2999-01-01' })
    expect(report.findings.map(({ subject }) => subject)).not.toContain('lamp 1.3.0')
    expect(finding('dependencies.ignored')).toMatchObject({
      status: 'ok',
      actual: '1 flaw accepted for a time',
      evidence: [expect.stringContaining(`accepted until 2999-01-01: ${reason}`)],
    })
  })

  it('counts again once its day has come', async () => {
    const { finding } = await withIgnored({ id: 'CVE-2026-1000', until: '2026-01-01' })
    expect(finding('dependencies.vulnerable', 'lamp').status).toBe('critical')
    expect(finding('dependencies.ignored', 'CVE-2026-1000')).toMatchObject({ status: 'warning' })
  })

  it('is told when nothing matches it', async () => {
    const { finding } = await withIgnored({ id: 'CVE-2026-1000', package: 'lens', until: '2999-01-01' })
    expect(finding('dependencies.vulnerable', 'lamp').status).toBe('critical')
    expect(finding('dependencies.ignored', 'CVE-2026-1000 (lens)')).toMatchObject({ status: 'warning' })
  })
})

describe('what cannot be judged', () => {
  it('names lines and files that cannot be read, and audits the rest', async () => {
    const files = { 'requirements.txt': 'lamp==1.3.0\n>>>>>>> theirs\n-r gone.txt\n-r requirements.txt\n' }
    const { hub } = await servedHub({ files })
    const { finding } = await hub.audit()
    expect(finding('dependencies.readable', 'requirements.txt')).toMatchObject({
      status: 'warning',
      evidence: [expect.stringMatching(/^requirements\.txt:2: .*: >>>>>>> theirs$/)],
    })
    expect(finding('dependencies.readable', 'gone.txt')).toMatchObject({ status: 'unknown' })
    expect(finding('dependencies.readable', 'installed')).toMatchObject({ status: 'unknown' })
    expect(finding('dependencies.vulnerable', 'lamp').status).toBe('critical')
  })

  it('does not know what has no version', async () => {
    const files = { 'requirements.txt': 'lamp>=1\nlens\ngit+https://example.org/fog.git\n' }
    const { hub } = await servedHub({ files, installed: { lens: '1.0.0' } })
    const { finding } = await hub.audit()
    expect(finding('dependencies.vulnerable', 'without a version')).toMatchObject({
      status: 'unknown',
      actual: '2 packages cannot be judged',
      evidence: expect.arrayContaining(['lamp: >=1, at requirements.txt:1']),
    })
  })

  it('has nothing to do for a hub without requirements', async () => {
    const hub = hubWith({})
    hub.configure({ audit: { advisories: { url: null }, releases: { pypi: null, npm: null } } })
    const { report } = await hub.audit()
    expect(report.findings.filter(({ status }) => status !== 'skipped')).toEqual([])
  })
})

describe('many packages', () => {
  /** A hub with so many packages, each with a flaw of its own; that of the last one is critical. */
  function hubOf(count: number) {
    const names = Array.from({ length: count }, (_, i) => `package-${i}`)
    const known = names.map((name, i) =>
      advisory(
        `PYSEC-2026-${i}`,
        about(name, { ranges: [until('2')] }),
        i === count - 1 ? { severity: critical } : {},
      ),
    )
    const hub = hubWith({
      'requirements.txt': names.map((name) => `${name}==1.0\n`).join(''),
      'osv/all.jsonl': known.map((record) => JSON.stringify(record)).join('\n'),
    })
    hub.auditBy({ advisories: { url: null, stored: 'osv' }, releases: { pypi: null, npm: null } })
    return hub
  }

  it('shows the worst hundred of ten thousand, and keeps a line for each', async () => {
    const hub = hubOf(10_000)
    const { finding, report } = await hub.audit()
    expect(report.findings.length).toBeLessThan(120)
    expect(finding('dependencies.vulnerable', 'package-9999').status).toBe('critical')
    expect(finding('dependencies.vulnerable', 'others')).toMatchObject({
      status: 'warning',
      actual: expect.stringContaining('9,900 more'),
    })
    const lines = hub.attachment(report, 'audit.json').split('\n')
    expect(lines.filter((line) => line.includes('"pinnedAt"'))).toHaveLength(10_000)
  })

  it('alerts of those that are not shown, too, and once', async () => {
    const hub = hubOf(150)
    await hub.audit()
    await hub.audit()
    expect(hub.alerts().map(({ audience }) => audience)).toEqual(['security', 'team'])
  })
})

describe.skipIf(realHub === null || realAdvisories === null)(
  `the real hub with real advisories (else: ${withoutRealHub}, or ${withoutRealAdvisories})`,
  () => {
    it('tells 46 flaws in 11 packages, and eight without a version', async () => {
      const osv = await osvServer(realRecords())
      const file = join(realHub ?? '', 'requirements.txt')
      const hub = hubWith({ 'requirements.txt': readFileSync(file, 'utf8') })
      hub.auditBy({ advisories: { url: osv.url }, releases: { pypi: null, npm: null } })
      const { finding, report } = await hub.audit()
      const flawed = report.findings.filter(
        ({ check, expected }) => check === 'dependencies.vulnerable' && expected === 'no known flaw',
      )
      expect(flawed.map(({ actual, subject }) => `${subject} ${actual}`)).toEqual([
        'fastapi 0.104.1: 1 flaw, high 7.5',
        'idna 3.10: 1 flaw, medium 5.3',
        'mcp 1.0.0: 5 flaws, the worst high 8.7',
        'pillow 11.3.0: 18 flaws, the worst high 8.7',
        'pypdf2 3.0.1: 1 flaw, medium 6.2',
        'python-dotenv 1.1.1: 1 flaw, medium 6.6',
        'python-jose 3.3.0: 3 flaws, the worst not rated',
        'python-multipart 0.0.6: 9 flaws, the worst high 8.7',
        'requests 2.32.4: 1 flaw, medium 5.5',
        'soupsieve 2.7: 2 flaws, the worst high 7.5',
        'urllib3 2.5.0: 4 flaws, the worst high 8.9',
      ])
      expect(finding('dependencies.vulnerable', 'without a version').actual).toBe(
        '8 packages cannot be judged',
      )
      const figures = new Map(report.figures.map(({ name, subject, value }) => [`${name} ${subject}`, value]))
      const flaws = ['critical', 'high', 'unknown', 'medium', 'low', 'none']
      expect(flaws.map((severity) => figures.get(`dependencies.flaws ${severity}`))).toEqual([
        0, 29, 2, 12, 3, 0,
      ])
      // One question about all packages, and one for each advisory.
      expect(figures.get('dependencies.requests advisories')).toBe(47)
    })
  },
)
