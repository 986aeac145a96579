import { describe, expect, it } from 'vitest'
import { hubkeeper } from '../support/cli.ts'
import { about, advisory, until } from '../support/osv-records.ts'
import { indexFile } from '../support/package-index-server.ts'
import { projects, records, requirements, servedHub } from './support/audited-hub.ts'

const upgraded = 'lamp[oil]==1.3.2  # the light\nMirror==3.0.0\nlens==1.0.0\n'

/** A command that leaves a file behind. */
const install = [process.execPath, '-e', 'require("fs").writeFileSync("installed", "")']

describe('releases', () => {
  it('tells what is behind its patch level, and as evidence what else is newer', async () => {
    const { hub, index } = await servedHub()
    const { finding } = await hub.audit()
    expect(finding('dependencies.outdated', 'lamp')).toMatchObject({
      status: 'warning',
      actual: '1.3.0',
      expected: '1.3.2',
      evidence: ['1.3.0, asked for at requirements.txt:1: patch 1.3.2, minor 1.4.0, major 2.0.0'],
    })
    expect(finding('dependencies.outdated', null)).toMatchObject({
      status: 'ok',
      actual: '1 package of 3 at the newest patch level',
    })
    expect(index.asked.toSorted()).toEqual(['lamp', 'lens', 'mirror'].map((name) => `/pypi/${name}/json`))
  })

  it('tells what was yanked, and never proposes it', async () => {
    const { hub } = await servedHub({
      released: {
        lens: { releases: { '1.0.0': indexFile({ yanked: true }) } },
        lamp: { releases: { ...projects.lamp.releases, '1.3.2': indexFile({ yanked: true }) } },
      },
    })
    const { finding } = await hub.audit()
    expect(finding('dependencies.outdated', 'lens').actual).toBe('1.0.0, which was yanked')
    expect(finding('dependencies.applied').evidence[0]).toMatch(/^lamp 1\.3\.0 → 1\.4\.0 \(minor\)/)
  })

  it('does not know what an index does not tell', async () => {
    const { hub, index } = await servedHub()
    index.failAlways({ text: '["?"]' })
    const { finding } = await hub.audit()
    expect(finding('dependencies.outdated', 'unanswered')).toMatchObject({
      status: 'unknown',
      actual: 'the index did not answer about 3 packages',
    })
    expect(finding('dependencies.vulnerable', 'lamp').status).toBe('critical')
    expect(finding('dependencies.applied').actual).toBe('no upgrade is proposed: no index told of releases')
  })
})

describe('proposals', () => {
  it('lie beside the report as a file and a diff; the hub’s file stays as it is', async () => {
    const { hub } = await servedHub()
    const { finding, report } = await hub.audit()
    expect(hub.text('requirements.txt')).toBe(requirements)
    expect(hub.attachment(report, 'requirements.txt.proposed.txt')).toBe(upgraded)
    expect(hub.attachment(report, 'requirements.txt.diff')).toContain('\n+Mirror==3.0.0\n')
    expect(finding('dependencies.applied', 'requirements.txt')).toMatchObject({
      status: 'skipped',
      actual: '2 upgrades proposed, not written: audit.updates is propose',
      evidence: [
        'lamp 1.3.0 → 1.3.2 (patch), line 1; mends CVE-2026-1000',
        expect.stringMatching(
          /^Mirror 2\.1\.0 → 3\.0\.0 \(major\), line 2; mends PYSEC-2026-2; no patch-level/,
        ),
      ],
    })
  })

  it('brings no flaw that only the newer release has', async () => {
    const { hub, osv } = await servedHub()
    osv.serve([
      ...records,
      advisory('PYSEC-2026-9', about('mirror', { ranges: [[{ introduced: '2.1.1' }, { fixed: '2.2' }]] })),
    ])
    const { finding } = await hub.audit()
    osv.serve([
      advisory('PYSEC-2026-9', about('lamp', { ranges: [[{ introduced: '1.3.1' }, { fixed: '1.3.3' }]] })),
    ])
    const next = await hub.audit()
    expect(finding('dependencies.applied').evidence[1]).toMatch(/^Mirror 2\.1\.0 → 3\.0\.0/)
    expect(next.finding('dependencies.applied').evidence).toEqual(['Mirror 2.1.0 → 2.1.1 (patch), line 2'])
  })

  it('mends what is pinned, however the version of what is installed is written', async () => {
    const { hub } = await servedHub({ installed: { lamp: '1.3', mirror: '2.1' } })
    const { finding } = await hub.audit()
    expect(finding('dependencies.applied').evidence).toEqual([
      'lamp 1.3.0 → 1.3.2 (patch), line 1; mends CVE-2026-1000',
      expect.stringMatching(/^Mirror 2\.1\.0 → 3\.0\.0 \(major\), line 2; mends PYSEC-2026-2/),
    ])
  })

  it('is made of what a constraint pins, where it pins it', async () => {
    const files = {
      'requirements.txt': '-c pins/constraints.txt\nlamp\n',
      'pins/constraints.txt': 'lamp==1.3.0\n',
    }
    const { hub } = await servedHub({ files })
    const { report } = await hub.audit()
    expect(hub.attachment(report, 'pins-constraints.txt.proposed.txt')).toBe('lamp==1.3.2\n')
  })
})

describe('audit.updates: apply', () => {
  it('writes the file, keeps the old one, and installs', async () => {
    const { hub } = await servedHub({ audit: { updates: 'apply', install } })
    const { finding } = await hub.audit()
    expect(hub.text('requirements.txt')).toBe(upgraded)
    const { actual, status } = finding('dependencies.applied', 'requirements.txt')
    expect(status).toBe('ok')
    const kept = /state\/replaced\/\S+$/.exec(String(actual))?.[0] ?? ''
    expect(hub.text(kept)).toBe(requirements)
    expect(finding('dependencies.applied', 'install')).toMatchObject({ status: 'ok' })
    expect(hub.text('installed')).toBe('')
    // The next time there is nothing left to do.
    expect((await hub.audit()).finding('dependencies.applied').actual).toBe(
      'no upgrade is proposed: none is wanted',
    )
  })

  it('is critical when installing fails, with what the command said', async () => {
    const failing = [process.execPath, '-e', 'console.error("no \u001b[31mspace"); process.exit(9)']
    const { hub } = await servedHub({ audit: { updates: 'apply', install: failing } })
    const { finding } = await hub.audit()
    expect(finding('dependencies.applied', 'install')).toMatchObject({
      status: 'critical',
      actual: expect.stringMatching(/^exit code 9 after /),
      evidence: ['no space'],
    })
  })

  it('leaves a file that somebody changed meanwhile', async () => {
    const served = await servedHub({
      audit: { updates: 'apply', install },
      released: {
        get lamp() {
          served.hub.write('requirements.txt', 'lens==1.0.0\n')
          return projects.lamp
        },
      },
    })
    const { finding } = await served.hub.audit()
    expect(served.hub.text('requirements.txt')).toBe('lens==1.0.0\n')
    expect(finding('dependencies.applied', 'requirements.txt')).toMatchObject({
      status: 'warning',
      actual: 'somebody changed it meanwhile; nothing was written',
    })
    expect(() => served.hub.text('installed')).toThrow()
  })

  it('writes nothing in a dry run, and keeps nothing beside the report', async () => {
    const { hub } = await servedHub({ audit: { updates: 'apply', install } })
    const { code, out } = await hubkeeper(hub.directory, ['run', 'dependency-update', '--dry-run'])
    expect(code).toBe(1)
    expect(out).toContain('2 upgrades proposed, not written: dry run')
    expect(hub.text('requirements.txt')).toBe(requirements)
    expect(() => hub.text('installed')).toThrow()
  })
})

it('proposes nothing for a package without a release that helps, and says so', async () => {
  const { hub, osv } = await servedHub({ files: { 'requirements.txt': 'lens==1.0.0\n' } })
  osv.serve([advisory('PYSEC-2026-7', about('lens', { ranges: [until('9')] }))])
  const { finding } = await hub.audit()
  expect(finding('dependencies.applied', 'requirements.txt').evidence).toEqual([
    expect.stringMatching(
      /^no upgrade of lens 1\.0\.0 at requirements\.txt:1: no release .* mends what is known$/,
    ),
  ])
})
