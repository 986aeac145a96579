import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CodeFinding, readScan, type ScanReading } from '@hubkeeper/audit'
import { type ScannerName, scannerNames } from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

/** Shapes of what scanners print; `recorded/README.md` says where each field is from. */
const recorded = (name: string): string => readFileSync(join(import.meta.dirname, 'recorded', name), 'utf8')

type Read = Extract<ScanReading, { state: 'read' }>

function read(scanner: ScannerName, output: string): Read {
  const reading = readScan(scanner, output)
  if (reading.state === 'failed') throw new Error(reading.reason)
  return reading
}

function ruleOf({ findings }: Read, rule: string): CodeFinding {
  const found = findings.find((finding) => finding.rule === rule)
  if (found === undefined) throw new Error(`no ${rule} among ${JSON.stringify(findings)}`)
  return found
}

const reasonOf = (reading: ScanReading): string =>
  reading.state === 'failed' ? reading.reason : 'it was read'

interface BanditResult {
  readonly code: string
  readonly line: number
  readonly test_id?: string
}

/** What bandit prints of some lines of one file. */
const bandit = (results: readonly BanditResult[]): string =>
  JSON.stringify({
    errors: [],
    results: results.map(({ code, line, test_id = 'B602' }) => ({
      code: `${line - 1} before\n${line} ${code}\n${line + 1} after\n`,
      filename: 'app/main.py',
      issue_confidence: 'HIGH',
      issue_severity: 'HIGH',
      issue_text: 'said',
      line_number: line,
      line_range: [line],
      test_id,
    })),
  })

const fingerprints = (output: string): string[] =>
  read('bandit', output).findings.map((each) => each.fingerprint)

describe('bandit', () => {
  it('gives rule, severity, place and link, the worst first', () => {
    const reading = read('bandit', recorded('bandit.json'))
    expect(reading.findings.map(({ rule, severity }) => [rule, severity])).toEqual([
      ['B602', 'high'],
      ['B105', 'low'],
    ])
    expect(ruleOf(reading, 'B602')).toMatchObject({
      scanner: 'bandit',
      message: 'subprocess call with shell=True identified, security issue. (confidence: high)',
      location: { path: 'app/main.py', line: 5 },
      url: 'https://bandit.readthedocs.io/en/latest/plugins/b602_subprocess_popen_with_shell_equals_true.html',
      package: null,
    })
  })

  it('names the files that it could not read', () => {
    expect(read('bandit', recorded('bandit.json')).unread).toEqual([
      { place: 'app/broken.py', words: 'app/broken.py: syntax error while parsing AST from file' },
    ])
  })

  it('says so where it looked at no file at all: what is closed, or no Python, is not sound', () => {
    const metrics = { _totals: { loc: 0, nosec: 0 } }
    const nothing = { errors: [], results: [], metrics }
    expect(read('bandit', JSON.stringify(nothing)).unread).toEqual([
      { place: null, words: 'it found no file of Python to look at' },
    ])
    const sound = { ...nothing, metrics: { './app/main.py': { loc: 3, nosec: 0 }, ...metrics } }
    expect(read('bandit', JSON.stringify(sound)).unread).toEqual([])
  })

  it('never repeats a password that bandit quotes', () => {
    const reading = read('bandit', recorded('bandit.json'))
    expect(ruleOf(reading, 'B105').message).toBe(
      'Possible hardcoded password: (not shown) (confidence: medium)',
    )
    expect(JSON.stringify(reading)).not.toContain('correct horse')
  })

  it('has one fingerprint for one thing, wherever its line moves', () => {
    const line = fc.integer({ min: 2, max: 5000 })
    fc.assert(
      fc.property(line, line, (one, other) => {
        const code = 'subprocess.call(x, shell=True)'
        expect(fingerprints(bandit([{ code, line: one }]))).toEqual(
          fingerprints(bandit([{ code, line: other }])),
        )
      }),
    )
  })

  it('tells equal lines apart by their order, and keeps the others when one is mended', () => {
    const code = 'run(x, shell=True)'
    const three = fingerprints(bandit([10, 20, 30].map((line) => ({ code, line }))))
    expect(new Set(three).size).toBe(3)
    const two = fingerprints(bandit([15, 25].map((line) => ({ code, line }))))
    expect(three).toEqual(expect.arrayContaining(two))
  })

  it('takes nothing into a fingerprint that stands in quotes: it cannot be tried against it', () => {
    const of = (secret: string) =>
      fingerprints(bandit([{ code: `get(url, auth=("me", '${secret}'))  # ${secret}`, line: 9 }]))
    expect(of('hunter2')).toEqual(of('correct horse'))
    const prefixed = (secret: string) =>
      fingerprints(bandit([{ code: `password = "${secret}"`, line: 9, test_id: 'B105' }]))
    expect(prefixed('hunter2')).toEqual(prefixed('correct horse'))
  })

  it('tells different code and different rules apart', () => {
    const all = fingerprints(
      bandit([
        { code: 'a(x)', line: 5 },
        { code: 'b(x)', line: 6 },
        { code: 'a(x)', line: 5, test_id: 'B999' },
      ]),
    )
    expect(new Set(all).size).toBe(3)
  })
})

describe('pip-audit', () => {
  it('calls a flaw by its CVE, and rates nothing', () => {
    expect(ruleOf(read('pip-audit', recorded('pip-audit.json')), 'CVE-2024-22195')).toMatchObject({
      aliases: ['GHSA-h5c8-rqwp-cp95', 'PYSEC-2024-221'],
      severity: 'unknown',
      package: { name: 'Jinja2', version: '3.1.2' },
      fixVersions: ['3.1.3'],
    })
  })

  it('names the packages that it skipped', () => {
    const { findings, unread } = read('pip-audit', recorded('pip-audit.json'))
    expect(findings).toHaveLength(1)
    expect(unread).toEqual([
      { place: 'our-own-package', words: expect.stringMatching(/^our-own-package: Dependency not found/) },
    ])
  })

  it('says so where it looked at no package at all', () => {
    expect(read('pip-audit', '{"dependencies":[]}').unread).toEqual([
      { place: null, words: 'it found no package to look at' },
    ])
  })

  it('reads the bare list of its first releases', () => {
    const { findings } = read('pip-audit', recorded('pip-audit-bare.json'))
    expect(findings.map(({ rule }) => rule).sort()).toEqual(['PYSEC-2018-66', 'PYSEC-2019-179'])
  })

  it('knows a flaw again after an upgrade that did not mend it', () => {
    const at = (version: string) =>
      read('pip-audit', recorded('pip-audit.json').replace('3.1.2', version)).findings[0]?.fingerprint
    expect(at('3.1.2')).toBe(at('3.1.0'))
  })
})

describe('trivy', () => {
  it('reads flaws of packages, settings and secrets, below the directory that it scanned', () => {
    const reading = read('trivy-fs', recorded('trivy-fs.json'))
    expect(ruleOf(reading, 'CVE-2024-22195')).toMatchObject({
      severity: 'medium',
      location: { path: 'app/requirements.txt', line: null },
      package: { name: 'Jinja2', version: '3.1.2' },
      fixVersions: ['3.1.3', '2.11.4'],
    })
    expect(ruleOf(reading, 'DS002')).toMatchObject({
      aliases: ['AVD-DS-0002'],
      severity: 'high',
      location: { path: 'app/Dockerfile', line: 1 },
    })
    expect(ruleOf(reading, 'aws-access-key-id')).toMatchObject({
      severity: 'critical',
      message: 'AWS Access Key ID in plain text',
      location: { path: 'app/deploy.sh', line: 3 },
    })
    expect(reading.findings).toHaveLength(3)
  })

  it('keeps nothing of the lines around a secret, which trivy does not mask', () => {
    expect(JSON.stringify(read('trivy-fs', recorded('trivy-fs.json')))).not.toContain('not-masked-by-trivy')
  })

  it('reads packages of an image, and rates none that trivy does not', () => {
    const reading = read('trivy-image', recorded('trivy-image.json'))
    expect(ruleOf(reading, 'CVE-2023-44487')).toMatchObject({
      aliases: ['DSA-5570-1'],
      location: null,
      package: { name: 'libnghttp2-14', version: '1.52.0-1' },
    })
    expect(ruleOf(reading, 'CVE-2011-3374')).toMatchObject({ severity: 'unknown', fixVersions: [] })
    expect(ruleOf(reading, 'CVE-2024-22195').location?.path).toMatch(/^usr\/lib\/python3/)
  })

  it('knows a flaw of the system again in the next image', () => {
    const of = (tag: string) =>
      read('trivy-image', recorded('trivy-image.json').replaceAll('hub:1.4', `hub:${tag}`)).findings.map(
        ({ fingerprint }) => fingerprint,
      )
    expect(of('1.4')).toEqual(of('2.0'))
  })

  it('takes absent lists for empty ones', () => {
    expect(read('trivy-fs', recorded('trivy-clean.json'))).toMatchObject({ findings: [], unread: [] })
  })

  it('reads several reports as one: a scan looks at one directory', () => {
    const both = `[${recorded('trivy-fs.json')},${recorded('trivy-fs.json').replace('"app"', '"tools"')}]`
    const paths = read('trivy-fs', both).findings.map(({ location }) => location?.path)
    expect(paths).toContain('app/Dockerfile')
    expect(paths).toContain('tools/Dockerfile')
  })
})

describe('ECR', () => {
  it('reads basic scanning', () => {
    const reading = read('ecr', recorded('ecr-basic.json'))
    expect(ruleOf(reading, 'CVE-2023-44487')).toMatchObject({
      severity: 'high',
      package: { name: 'nghttp2', version: '1.52.0-1' },
      url: 'https://security-tracker.debian.org/tracker/CVE-2023-44487',
    })
    expect(ruleOf(reading, 'CVE-2011-3374')).toMatchObject({ severity: 'none', url: null, package: null })
    expect(ruleOf(reading, 'CVE-2026-0001').severity).toBe('unknown')
    expect(reading.databaseAt).toEqual(new Date('2026-11-29T00:00:00Z'))
  })

  it('reads enhanced scanning: what is still open, one for each package', () => {
    const { findings } = read('ecr', recorded('ecr-enhanced.json'))
    expect(
      findings.map(({ package: about, rule, fixVersions }) => [rule, about?.name, fixVersions]).sort(),
    ).toEqual([
      ['CVE-2026-3', undefined, []],
      ['CVE-2026-54321', 'libxml2', ['2.9.14+1']],
      ['CVE-2026-54321', 'lxml', []],
    ])
  })

  it.each([
    'IN_PROGRESS',
    'FAILED',
    'UNSUPPORTED_IMAGE',
    'PENDING',
    'SCAN_ELIGIBILITY_EXPIRED',
    'FINDINGS_UNAVAILABLE',
  ])('a scan that is %s has told nothing', (status) => {
    const output = recorded('ecr-basic.json').replace('"COMPLETE"', `"${status}"`)
    expect(reasonOf(readScan('ecr', output))).toContain(`its scan is ${status}`)
  })

  it('says when there are more pages than it was given', () => {
    const output = recorded('ecr-basic.json').replace('"registryId"', '"nextToken": "more", "registryId"')
    expect(read('ecr', output).unread).toEqual([{ place: null, words: 'there are more pages of findings' }])
  })
})

describe('nonsense', () => {
  it.each(scannerNames)('%s: what it does not print has failed, and is never zero findings', (scanner) => {
    for (const output of [
      '',
      'Traceback (most recent call last):',
      '{}',
      '[{}]',
      'null',
      '{"results":3}',
      '"ok"',
      '7',
    ]) {
      // A bare list is what pip-audit printed first: it says which of its records it could not read.
      const reading = readScan(scanner, output)
      const told = reading.state === 'failed' || reading.unread.length > 0
      expect(told, `${scanner} ${output}`).toBe(true)
    }
  })

  it('whatever JSON comes, it is read or has failed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...scannerNames), fc.json(), (scanner, output) => {
        expect(['read', 'failed']).toContain(readScan(scanner, output).state)
      }),
    )
  })

  it('an entry that cannot be understood is counted, and the others are read', () => {
    const output = bandit([{ code: 'a(x)', line: 5 }]).replace('"results":[', '"results":[17,')
    expect(read('bandit', output)).toMatchObject({
      findings: [{ rule: 'B602' }],
      unread: [{ place: null, words: '1 result could not be understood' }],
    })
  })

  it('texts of strangers are one plain line', () => {
    const hostile = 'a\u001b[31m\nb\u202ec'.padEnd(5000, 'x')
    const output = JSON.stringify({
      dependencies: [
        {
          name: hostile,
          version: hostile,
          vulns: [{ id: hostile, fix_versions: [hostile], aliases: [hostile], description: hostile }],
        },
      ],
    })
    const [found] = read('pip-audit', output).findings
    const texts = [
      found?.rule,
      found?.message,
      found?.package?.name,
      found?.package?.version,
      ...(found?.fixVersions ?? []),
    ]
    for (const text of texts) {
      expect(text).not.toMatch(/[\p{Cc}\u202e]/u)
      expect(text?.length).toBeLessThanOrEqual(300)
    }
  })

  it('keeps the worst 5,000, and says how many it left out', () => {
    const vulns = Array.from({ length: 5010 }, (_, i) => ({ id: `X-${i}` }))
    const output = JSON.stringify([{ name: 'a', version: '1', vulns }])
    const reading = read('pip-audit', output)
    expect(reading.findings).toHaveLength(5000)
    expect(reading.leftOut).toBe(10)
  })
})
