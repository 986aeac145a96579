import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { hubkeeper } from '../support/cli.ts'
import { about, advisory, type SampleRecord, until } from '../support/osv-records.ts'
import { osvServer } from '../support/osv-server.ts'
import { realAdvisories, realRecords, withoutRealAdvisories } from '../support/real-advisories.ts'
import { realHub, withoutRealHub } from '../support/real-hub.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** What a script may rely on: these keys and no others. */
const documentSchema = z.strictObject({
  findings: z.array(
    z.strictObject({
      package: z.string(),
      version: z.string(),
      advisory: z.string(),
      aliases: z.array(z.string()),
      severity: z.enum(['critical', 'high', 'unknown', 'medium', 'low', 'none']),
      score: z.number().nullable(),
      fixVersions: z.array(z.string()),
    }),
  ),
  pinned: z.number(),
  unpinned: z.number(),
  skippedByMarker: z.number(),
  invalid: z.array(
    z.strictObject({
      file: z.string(),
      line: z.number().nullable(),
      text: z.string(),
      reason: z.string(),
    }),
  ),
})

const critical = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }]

/** One flaw of lamp that two databases tell of, and one of mirror that nobody rated. */
const records: readonly SampleRecord[] = [
  advisory('PYSEC-2026-1', about('lamp', { ranges: [until('1.4')] }), {
    aliases: ['CVE-2026-1000'],
    severity: critical,
  }),
  advisory('GHSA-aaaa-bbbb-cccc', about('lamp', { ranges: [until('1.4')] }), {
    aliases: ['CVE-2026-1000'],
    severity: critical,
  }),
  advisory('PYSEC-2026-2', about('mirror', { ranges: [[{ introduced: '2.0' }]] })),
]

/** A directory with files of requirements, and advisories to look in. */
function project(files: Readonly<Record<string, string>>, known: readonly object[] = records): string {
  const directory = temporaryDirectory()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  writeFileSync(join(directory, 'osv.jsonl'), known.map((record) => `${JSON.stringify(record)}\n`).join(''))
  return directory
}

const offline = ['--advisories', 'osv.jsonl']

const audit = (directory: string, ...args: string[]) =>
  hubkeeper(directory, ['audit', 'requirements', ...args])

async function audited(directory: string, ...args: string[]) {
  const { code, err, out } = await audit(directory, ...args, '--json')
  expect(err).toBe('')
  return { code, document: documentSchema.parse(JSON.parse(out)) }
}

describe('hubkeeper audit requirements --json', () => {
  it('has an entry for each package and advisory, and exits with 1', async () => {
    const directory = project({ 'requirements.txt': 'Mirror==2.1\nlamp[oil]==1.3.0  # why\nlens\n' })
    const lamp = {
      package: 'lamp',
      version: '1.3.0',
      aliases: ['CVE-2026-1000'],
      severity: 'critical',
      score: 9.8,
      fixVersions: ['1.4'],
    }
    expect(await audited(directory, 'requirements.txt', ...offline)).toEqual({
      code: 1,
      document: {
        findings: [
          { ...lamp, advisory: 'GHSA-aaaa-bbbb-cccc' },
          { ...lamp, advisory: 'PYSEC-2026-1' },
          {
            package: 'mirror',
            version: '2.1',
            advisory: 'PYSEC-2026-2',
            aliases: [],
            severity: 'unknown',
            score: null,
            fixVersions: [],
          },
        ],
        pinned: 2,
        unpinned: 1,
        skippedByMarker: 0,
        invalid: [],
      },
    })
  })

  it('exits with 0 when there is no known flaw', async () => {
    const directory = project({ 'requirements.txt': 'lamp==1.4\n' })
    const { code, document } = await audited(directory, 'requirements.txt', ...offline)
    expect({ code, ...document }).toMatchObject({ code: 0, findings: [], pinned: 1 })
  })

  it('follows -r, applies -c, and judges markers for CPython 3.11 on Linux unless told otherwise', async () => {
    const directory = project({
      'deploy/requirements.txt': '-r ../base.txt\n-c pins/constraints.txt\nmirror; sys_platform == "win32"\n',
      'base.txt': 'lamp==1.3; python_version < "3.12"\n',
      'deploy/pins/constraints.txt': 'mirror==2.1\nnever-asked-for==1\n',
    })
    const file = ['deploy/requirements.txt', ...offline]
    const usual = await audited(directory, ...file)
    expect(usual.document).toMatchObject({ pinned: 1, unpinned: 0, skippedByMarker: 1 })
    expect(new Set(usual.document.findings.map((found) => found.package))).toEqual(new Set(['lamp']))
    const windows = await audited(directory, ...file, '--platform', 'win32', '--python', '3.12')
    expect(windows.document).toMatchObject({ pinned: 1, unpinned: 0, skippedByMarker: 1 })
    expect(windows.document.findings.map((found) => found.package)).toEqual(['mirror'])
  })

  it('names lines that cannot be read, and audits the rest', async () => {
    const directory = project({ 'requirements.txt': 'lamp==1.3\n<<<<<<< HEAD\nmirror ==\nlens==1\n' })
    const { code, document } = await audited(directory, 'requirements.txt', ...offline)
    expect({ code, count: document.findings.length }).toEqual({ code: 1, count: 2 })
    expect(document.invalid).toEqual([
      { file: 'requirements.txt', line: 2, text: '<<<<<<< HEAD', reason: expect.stringMatching(/./) },
      { file: 'requirements.txt', line: 3, text: 'mirror ==', reason: expect.stringMatching(/./) },
    ])
  })

  it('audits a lock file of npm', async () => {
    const lock = {
      lockfileVersion: 3,
      packages: { '': { name: 'hub' }, 'node_modules/lamp': { version: '1.3.0' } },
    }
    const known = [
      advisory('GHSA-dddd-eeee-ffff', about('lamp', { ecosystem: 'npm', ranges: [until('1.4.0')] })),
    ]
    const directory = project({ 'package-lock.json': JSON.stringify(lock) }, [...known, ...records])
    const { document } = await audited(directory, 'package-lock.json', ...offline)
    expect(document.findings.map((found) => found.advisory)).toEqual(['GHSA-dddd-eeee-ffff'])
  })

  it('asks a server, and needs no configuration', async () => {
    const server = await osvServer(records)
    const directory = project({ 'requirements.txt': 'lamp==1.3\n' })
    const { code, document } = await audited(directory, 'requirements.txt', '--url', server.url)
    expect({ code, count: document.findings.length }).toEqual({ code: 1, count: 2 })
    expect(server.asked.toSorted()).toEqual([
      'GET /v1/vulns/GHSA-aaaa-bbbb-cccc 200',
      'GET /v1/vulns/PYSEC-2026-1 200',
      'POST /v1/querybatch 200',
    ])
  })
})

describe('a directory of advisories', () => {
  it('may be of links to files, as in the volumes of containers; one that leads nowhere is named', async () => {
    const directory = project({ 'requirements.txt': 'lamp==1.3\n', 'osv/README': 'no record' })
    symlinkSync('../osv.jsonl', join(directory, 'osv/all.jsonl'))
    symlinkSync('nowhere', join(directory, 'osv/dead.json'))
    symlinkSync('.', join(directory, 'osv/circle'))
    const { code, err, out } = await audit(directory, 'requirements.txt', '--advisories', 'osv', '--json')
    expect({ code, ...JSON.parse(out) }).toMatchObject({
      code: 1,
      findings: [{ advisory: 'GHSA-aaaa-bbbb-cccc' }, { advisory: 'PYSEC-2026-1' }],
    })
    expect(err).toBe('osv/dead.json: it leads nowhere\n')
  })
})

describe('what keeps it from judging', () => {
  it('2: a file that is not there, or a command line that cannot be understood', async () => {
    const directory = project({ 'requirements.txt': 'lamp==1.3\n' })
    const missing = await audit(directory, 'nothing.txt', ...offline, '--json')
    expect(missing.code).toBe(2)
    expect(JSON.parse(missing.out)).toMatchObject({ error: { code: 'usage' } })
    for (const args of [[], ['requirements.txt', '--python', '2'], ['requirements.txt', '--url', 'osv']]) {
      expect((await audit(directory, ...args)).code, args.join(' ')).toBe(2)
    }
  })

  it('3: advisories that cannot be had', async () => {
    const directory = project({ 'requirements.txt': 'lamp==1.3\n' })
    const server = await osvServer(records)
    server.behave('another form')
    for (const source of [
      ['--advisories', 'nothing.zip'],
      ['--url', server.url],
    ]) {
      const { code, out } = await audit(directory, 'requirements.txt', ...source, '--json')
      expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 3, error: { code: 'unreachable' } })
    }
  })

  it('3: a package that the server would not be asked for', async () => {
    const directory = project({ 'requirements.txt': 'odd==1\nlens==1\n' })
    const { url } = await osvServer(records, { refuses: ['odd'] })
    const { code, err, out } = await audit(directory, 'requirements.txt', '--url', url, '--json')
    expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 3, findings: [], pinned: 2 })
    expect(err).toBe('odd 1 cannot be asked for: status 400\n')
  })

  it('3: a file that is included and not there, unless something is vulnerable', async () => {
    const directory = project({
      'requirements.txt': 'lamp==1.4\n-r gone.txt\n',
      'bad.txt': '-r gone.txt\nlamp==1\n',
    })
    const { code, document } = await audited(directory, 'requirements.txt', ...offline)
    expect({ code, invalid: document.invalid }).toMatchObject({
      code: 3,
      invalid: [
        { file: 'gone.txt', line: null, reason: 'there is no such file (included by requirements.txt:2)' },
      ],
    })
    expect((await audited(directory, 'bad.txt', ...offline)).code).toBe(1)
  })
})

describe('the table', () => {
  it('tells each flaw once, worst first, then what was not judged, then the verdict', async () => {
    const directory = project({ 'requirements.txt': 'mirror==2.1\nlamp==1.3.0\nlens\nlens-cap >\n' })
    const { code, out } = await audit(directory, 'requirements.txt', ...offline)
    expect(code).toBe(1)
    expect(
      out
        .replace(/[\d.]+ m?s$/m, '9 ms')
        .trimEnd()
        .split('\n'),
    ).toEqual([
      'severity          package     flaw           fixed in      what it is',
      '✖ critical   9.8  lamp 1.3.0  CVE-2026-1000  1.4           flaw GHSA-aaaa-bbbb-cccc',
      '? not rated       mirror 2.1  PYSEC-2026-2   no fix known  flaw PYSEC-2026-2',
      '',
      expect.stringMatching(/^\? requirements\.txt:4 cannot be read: .*: lens-cap >$/),
      '? not judged, as no version is pinned: lens',
      '',
      '✖ 2 flaws in 2 packages (1 critical, 1 not rated); 2 requirements pinned, 1 not, 0 skipped by marker; by osv.jsonl, 9 ms',
    ])
  })

  it('gives no clean bill where a line could not be read', async () => {
    const directory = project({ 'requirements.txt': 'lens==1\nlamp ==\n' })
    const { code, out } = await audit(directory, 'requirements.txt', ...offline)
    expect(code).toBe(0)
    expect(out).toContain('? no known flaw in what could be judged; 1 requirement pinned')
  })

  it('is plain text, whatever strangers wrote', async () => {
    const attack = '\u001b]0;owned\u0007\u001b[2J'
    const summary = `${attack}line\n\n**two** \u202egnp.exe`
    const directory = project({ 'requirements.txt': `lamp==1.3\n${attack}\n` }, [
      advisory('PYSEC-2026-1', about('lamp', { ranges: [until('1.4')] }), { summary }),
    ])
    const { out } = await audit(directory, 'requirements.txt', ...offline)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/)
    expect(out).toContain('1 flaw in 1 package')
  })
})

describe.skipIf(realHub === null || realAdvisories === null)(
  `the real hub with real advisories (else: ${withoutRealHub}, or ${withoutRealAdvisories})`,
  () => {
    const file = join(realHub ?? '', 'requirements.txt')
    const known = ['--advisories', realAdvisories ?? '']

    it('has these flaws, and no withdrawn ones', async () => {
      const { code, document } = await audited(temporaryDirectory(), file, ...known)
      expect({ ...document, code, findings: document.findings.length }).toEqual({
        code: 1,
        findings: 46,
        pinned: 54,
        unpinned: 8,
        skippedByMarker: 0,
        invalid: [],
      })
      const counts = Map.groupBy(document.findings, (found) => `${found.package} ${found.version}`)
      expect([...counts].map(([name, { length }]) => `${name}: ${length}`)).toEqual([
        'fastapi 0.104.1: 1',
        'idna 3.10: 1',
        'mcp 1.0.0: 5',
        'pillow 11.3.0: 18',
        'pypdf2 3.0.1: 1',
        'python-dotenv 1.1.1: 1',
        'python-jose 3.3.0: 3',
        'python-multipart 0.0.6: 9',
        'requests 2.32.4: 1',
        'soupsieve 2.7: 2',
        'urllib3 2.5.0: 4',
      ])
      // Its last affected version is the newest there is.
      expect(document.findings.find(({ advisory: id }) => id === 'PYSEC-2025-185')).toMatchObject({
        package: 'python-jose',
        fixVersions: [],
      })
      expect(document.findings.map((found) => found.package)).not.toContain('redis')
      expect(document.findings.map((found) => found.package)).not.toContain('selenium')
    })

    it('has the same ones by a server', async () => {
      const server = await osvServer(realRecords())
      const directory = temporaryDirectory()
      const online = await audited(directory, file, '--url', server.url)
      expect(online).toEqual(await audited(directory, file, ...known))
      // One question about all packages, and one for each advisory.
      expect(server.asked).toHaveLength(47)
    })
  },
)
