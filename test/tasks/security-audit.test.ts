import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Alert, ConfigInput, Finding } from '@hubkeeper/core'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import * as z from 'zod'
import { securityAudit } from '../../functions/security-audit/task.ts'
import { runTask } from '../support/cli.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { isInstalled, onPath, printing } from '../support/program.ts'
import { type HereResult, runHere } from '../support/run-here.ts'

type Audit = NonNullable<ConfigInput['hubs'][string]['audit']>

const recorded = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../audit/recorded', name), 'utf8')

const banditHere = isInstalled('bandit')

/** A program that prints one thing for its version, and another for everything else. */
const trivy = (report: string, version = recorded('trivy-version.json')): string =>
  `process.stdout.write(process.argv[2] === 'version' ? ${JSON.stringify(version)} : ${JSON.stringify(report)})`

/** Bandit as it prints what was found in some files. */
const bandit = (
  ...flaws: readonly { severity: string; file: string; line?: number; code?: string }[]
): string => {
  const results = flaws.map(({ code = 'call(x, shell=True)', file, line = 5, severity }) => ({
    ...{
      filename: file,
      issue_severity: severity,
      issue_confidence: 'HIGH',
      issue_text: 'said',
      test_id: 'B602',
    },
    ...{ line_number: line, line_range: [line], code: `${line} ${code}\n` },
  }))
  return printing(JSON.stringify({ errors: [], results }), results.length === 0 ? 0 : 1)
}

interface Audited {
  readonly hub: TestHub
  configure(audit: Audit, rest?: Parameters<TestHub['configure']>[0]): void
  audit(): Promise<HereResult>
}

/** A hub whose code lies in `app`, and nothing else of it is configured. */
function audited(audit: Audit = { source: ['app'] }): Audited {
  const hub = sampleHub({ articles: 5 })
  mkdirSync(join(hub.directory, 'app'))
  writeFileSync(join(hub.directory, 'app/main.py'), 'print(1)\n')
  const configure: Audited['configure'] = (of, rest = {}) =>
    hub.configure({ ...rest, audit: { releases: { pypi: null }, ...of } })
  configure(audit)
  return { hub, configure, audit: () => runHere(hub.directory, securityAudit) }
}

const issueSchema = z.object({
  rule: z.string(),
  check: z.string(),
  change: z.string(),
  accepted: z.unknown(),
})

const jsonSchema = z.object({
  score: z.number(),
  before: z.object({ score: z.number() }).nullable(),
  issues: z.array(issueSchema),
  notLookedFor: z.array(z.object({ rule: z.string() })),
})

const sarifSchema = z.object({
  version: z.literal('2.1.0'),
  runs: z.array(
    z.object({
      tool: z.object({ driver: z.object({ name: z.string() }) }),
      results: z.array(z.object({ ruleId: z.string(), baselineState: z.string() })).optional(),
    }),
  ),
})

const attachment = ({ hub }: Audited, { report }: HereResult, name: string): string =>
  readFileSync(join(hub.directory, 'reports/security-audit', report.run, name), 'utf8')

const json = (of: Audited, result: HereResult) =>
  jsonSchema.parse(JSON.parse(attachment(of, result, 'findings.json')))
const sarif = (of: Audited, result: HereResult) =>
  sarifSchema.parse(JSON.parse(attachment(of, result, 'findings.sarif')))

/** Results of one tool as SARIF has them; undefined where it did not look. */
const resultsOf = (of: Audited, result: HereResult, tool: string) =>
  sarif(of, result).runs.find((run) => run.tool.driver.name === tool)?.results

const figureOf = ({ report }: HereResult, name: string, subject: string | null = null): number | undefined =>
  report.figures.find((figure) => figure.name === name && figure.subject === subject)?.value

const about = ({ report }: HereResult, check: string): Finding[] =>
  report.findings.filter((finding) => finding.check === check)

/** What was sent of a run; null when nobody was told. */
function alertOf({ hub }: Audited, { report }: HereResult): Pick<Alert, 'audience' | 'body'> | null {
  const folder = join(hub.directory, 'state/outbox')
  const name = existsSync(folder) ? readdirSync(folder).find((each) => each.includes(report.run)) : undefined
  return name === undefined ? null : JSON.parse(readFileSync(join(folder, name), 'utf8'))
}

/** An alert of what is critical; null when nothing of that was told. */
const tellsOf = (of: Audited, result: HereResult, text: string): boolean =>
  alertOf(of, result)?.body.includes(text) ?? false

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('scanners', () => {
  it('tells security of what is new and high; the next time it is known, and alerts nobody', async () => {
    onPath({
      bandit: bandit({ severity: 'HIGH', file: 'app/main.py' }),
      trivy: trivy(recorded('trivy-clean.json')),
    })
    const of = audited()
    const first = await of.audit()
    expect(first.finding('code.findings', 'B602 app/main.py:5')).toMatchObject({
      status: 'critical',
      actual: 'high: said (confidence: high)',
      evidence: ['found by bandit'],
    })
    expect(alertOf(of, first)).toMatchObject({ audience: 'security' })
    expect(tellsOf(of, first, 'B602')).toBe(true)
    onPath({ bandit: bandit({ severity: 'HIGH', file: 'app/main.py', line: 50 }) })
    const second = await of.audit()
    expect(second.finding('code.findings', 'B602 app/main.py:50').status).toBe('warning')
    expect(tellsOf(of, second, 'B602')).toBe(false)
    expect(resultsOf(of, second, 'Bandit')).toEqual([{ ruleId: 'B602', baselineState: 'unchanged' }])
    expect(figureOf(second, 'security.known')).toBeGreaterThanOrEqual(1)
  })

  it('what was mended is absent, and counted; when it comes back it is new', async () => {
    const flaw = { severity: 'HIGH', file: 'app/main.py' }
    const of = audited()
    for (const [flaws, change] of [
      [[flaw], 'new'],
      [[], 'absent'],
      [[flaw], 'new'],
    ] as const) {
      onPath({ bandit: bandit(...flaws) })
      const result = await of.audit()
      expect(resultsOf(of, result, 'Bandit')).toEqual([{ ruleId: 'B602', baselineState: change }])
      expect(figureOf(result, 'security.fixed')).toBe(change === 'absent' ? 1 : 0)
      expect(tellsOf(of, result, 'B602')).toBe(change === 'new')
    }
  })

  it('what became worse is news', async () => {
    const of = audited()
    onPath({ bandit: bandit({ severity: 'LOW', file: 'app/main.py' }) })
    const first = await of.audit()
    expect(about(first, 'code.findings').map(({ subject }) => subject)).not.toContain('B602 app/main.py:5')
    expect(first.finding('code.findings', 'bandit')).toMatchObject({
      status: 'ok',
      actual: 'it looked at everything; 1 found: 1 low',
    })
    onPath({ bandit: bandit({ severity: 'HIGH', file: 'app/main.py' }) })
    const second = await of.audit()
    expect(second.finding('code.findings', 'B602 app/main.py:5').status).toBe('critical')
    expect(resultsOf(of, second, 'Bandit')).toEqual([{ ruleId: 'B602', baselineState: 'updated' }])
  })

  it('one that is missing, failed or talks nonsense is unknown and alerts, every time, and mends nothing', async () => {
    const of = audited()
    onPath({ bandit: bandit({ severity: 'HIGH', file: 'app/main.py' }) })
    const score = figureOf(await of.audit(), 'security.score') ?? 0
    for (const program of ['process.exit(2)', 'console.log("Traceback")', printing('{}')]) {
      onPath({ bandit: program })
      const result = await of.audit()
      expect(result.finding('code.findings', 'bandit').status).toBe('unknown')
      expect(tellsOf(of, result, 'code.findings bandit')).toBe(true)
      expect(resultsOf(of, result, 'Bandit')).toBeUndefined()
      expect(json(of, result).notLookedFor).toEqual([{ rule: 'B602' }])
      expect(figureOf(result, 'security.fixed')).toBe(0)
      expect(figureOf(result, 'security.score')).toBeLessThan(score)
    }
    onPath({ bandit: bandit({ severity: 'HIGH', file: 'app/main.py' }) })
    const back = await of.audit()
    expect(back.finding('code.findings', 'B602 app/main.py:5').status).toBe('warning')
    expect(tellsOf(of, back, 'B602')).toBe(false)
  })

  it('one that is not there says how it is to be had; one with nothing to look at is skipped', async () => {
    onPath({}, { alone: true })
    const { finding } = await audited().audit()
    expect(finding('code.findings', 'trivy-fs')).toMatchObject({
      status: 'unknown',
      actual: expect.stringContaining('there is no program trivy'),
    })
    expect(finding('code.findings', 'pip-audit').status).toBe('skipped')
    expect(finding('image.findings', 'trivy-image').status).toBe('skipped')
    expect(finding('image.findings', 'ecr').status).toBe('skipped')
  })

  it('a scan with gaps is unknown; the same gaps are told once', async () => {
    const of = audited()
    of.configure({ source: ['app'] }, { requirements: ['requirements.txt'] })
    writeFileSync(join(of.hub.directory, 'requirements.txt'), 'Jinja2==3.1.2\n')
    onPath({ 'pip-audit': printing(recorded('pip-audit.json'), 1), bandit: bandit() })
    const first = await of.audit()
    expect(first.finding('code.findings', 'pip-audit')).toMatchObject({
      status: 'unknown',
      actual: '1 found: 1 unknown; 1 thing could not be looked at',
    })
    expect(first.finding('code.findings', 'CVE-2024-22195 Jinja2 3.1.2')).toMatchObject({
      status: 'warning',
      evidence: expect.arrayContaining([
        'found by pip-audit',
        'fixed in 3.1.3',
        'also called GHSA-h5c8-rqwp-cp95, PYSEC-2024-221',
      ]),
    })
    expect(tellsOf(of, await of.audit(), 'pip-audit')).toBe(false)
  })

  it('reads what trivy says of code and image, and how old its database is', async () => {
    onPath({
      bandit: bandit(),
      trivy: `const image = process.argv[2] === 'image';
        const text = process.argv[2] === 'version' ? ${JSON.stringify(recorded('trivy-version.json'))}
          : image ? ${JSON.stringify(recorded('trivy-image.json'))} : ${JSON.stringify(recorded('trivy-fs.json'))};
        process.stdout.write(text)`,
    })
    const of = audited({ source: ['app'], image: { reference: 'registry.example.org/hub:1.4' } })
    const result = await of.audit()
    expect(result.finding('code.findings', 'DS002 app/Dockerfile:1').status).toBe('critical')
    expect(result.finding('image.findings', 'CVE-2023-44487 libnghttp2-14 1.52.0-1').status).toBe('critical')
    expect(result.finding('scanner.age', 'trivy-fs')).toMatchObject({
      status: 'warning',
      unit: 'seconds',
      evidence: ['its data was updated on 2026-07-13', 'it does not tell when it was built'],
    })
    expect(result.finding('scanner.age', 'bandit').status).toBe('unknown')
    expect(JSON.stringify(result.report)).not.toContain('not-masked-by-trivy')
    expect(attachment(of, result, 'findings.sarif')).not.toContain('not-masked-by-trivy')
  })

  it('says of thousands only the worst, and keeps all in the documents', async () => {
    const flaws = Array.from({ length: 150 }, (_, i) => ({ severity: 'HIGH', file: `app/file-${i}.py` }))
    onPath({ bandit: bandit(...flaws) })
    const of = audited()
    const result = await of.audit()
    const told = about(result, 'code.findings').filter(({ status }) => status === 'critical')
    expect(told).toHaveLength(101)
    expect(result.finding('code.findings', 'the rest')).toMatchObject({ actual: '50 more' })
    expect(json(of, result).issues.filter(({ rule }) => rule === 'B602')).toHaveLength(150)
    expect(tellsOf(of, await of.audit(), 'B602')).toBe(false)
  })

  it('shows texts of strangers as they are', async () => {
    const hostile = { severity: 'HIGH', file: 'app/<b>\u202e\u001b[31m`x`|y\n# z.py' }
    onPath({ bandit: bandit(hostile) })
    const { report } = await audited().audit()
    const [found] = report.findings.filter(({ status }) => status === 'critical')
    expect(found?.subject).toBe('B602 app/<b>\ufffd `x`|y # z.py:5')
  })

  it.skipIf(!banditHere)('the real bandit finds what is wrong (Debian: apt-get install bandit)', async () => {
    const of = audited()
    const flawed = 'import subprocess\n\ndef run(x):\n    subprocess.call(x, shell=True)\n'
    writeFileSync(join(of.hub.directory, 'app/main.py'), flawed)
    const result = await of.audit()
    expect(result.finding('code.findings', 'B602 app/main.py:4').status).toBe('critical')
    writeFileSync(join(of.hub.directory, 'app/main.py'), `# moved down\n\n${flawed}`)
    const second = await of.audit()
    expect(second.finding('code.findings', 'B602 app/main.py:6')).toMatchObject({
      status: 'warning',
      evidence: expect.arrayContaining(['found by bandit']),
    })
  })
})

describe('what is accepted', () => {
  const ignore = (until: string) => [{ id: 'b602', reason: 'the argument is a constant of ours', until }]

  it('is skipped with its reason until its day, and does not count', async () => {
    onPath({ bandit: bandit({ severity: 'HIGH', file: 'app/main.py' }) })
    const of = audited({ source: ['app'], ignore: ignore('2999-01-01') })
    const result = await of.audit()
    expect(result.finding('code.findings', 'B602 app/main.py:5')).toMatchObject({
      status: 'skipped',
      actual: 'accepted until 2999-01-01: high: said (confidence: high)',
      evidence: expect.arrayContaining(['the argument is a constant of ours']),
    })
    expect(figureOf(result, 'security.accepted')).toBe(1)
    expect(figureOf(result, 'security.issues', 'high')).toBe(0)
    expect(json(of, result).issues.find(({ rule }) => rule === 'B602')?.accepted).not.toBeNull()
  })

  it('is news once it is not accepted any more: nobody was told of it before', async () => {
    onPath({ bandit: bandit({ severity: 'HIGH', file: 'app/main.py' }) })
    const of = audited({ source: ['app'], ignore: ignore('2999-01-01') })
    expect(tellsOf(of, await of.audit(), 'B602')).toBe(false)
    of.configure({ source: ['app'], ignore: ignore('2020-01-01') })
    const second = await of.audit()
    expect(second.finding('code.findings', 'B602 app/main.py:5').status).toBe('critical')
    expect(tellsOf(of, second, 'B602')).toBe(true)
    const third = await of.audit()
    expect(third.finding('code.findings', 'B602 app/main.py:5').status).toBe('warning')
    expect(tellsOf(of, third, 'B602')).toBe(false)
  })

  it('counts again from that day on, and the entry is to be decided anew', async () => {
    onPath({ bandit: bandit({ severity: 'HIGH', file: 'app/main.py' }) })
    const { finding } = await audited({ source: ['app'], ignore: ignore('2020-01-01') }).audit()
    expect(finding('code.findings', 'B602 app/main.py:5').status).toBe('critical')
    expect(finding('dependencies.ignored', 'b602')).toMatchObject({
      status: 'warning',
      actual: 'it has expired on 2020-01-01',
    })
  })
})

describe('what is stored', () => {
  it('files that everybody may write are told with rule and place', async () => {
    const of = audited({})
    writeFileSync(join(of.hub.directory, 'open.txt'), 'x')
    chmodSync(join(of.hub.directory, 'open.txt'), 0o666)
    const result = await of.audit()
    const [found] = about(result, 'storage.posture').filter(({ subject }) => subject?.includes('open.txt'))
    expect(found).toMatchObject({ status: 'critical' })
    expect(found?.subject).toMatch(/^[a-z-]+ open\.txt$/)
    expect(about(await of.audit(), 'storage.posture').length).toBeGreaterThan(0)
  })
})

describe('secrets', () => {
  const secret = 'sk-9f8Q2xLr7VtB4nWc1ZpK6mYd3HsJ5gTa'

  it('are told with their place and never shown; the next time they are known', async () => {
    const of = audited({})
    const path = join(of.hub.directory, 'config/hub.env')
    mkdirSync(join(of.hub.directory, 'config'), { recursive: true })
    writeFileSync(path, `# settings\nAPI_SECRET_KEY=${secret}\n`, { mode: 0o600 })
    const first = await of.audit()
    expect(first.finding('secrets.exposed', 'config/hub.env')).toMatchObject({
      status: 'critical',
      actual: expect.stringMatching(/^line 2: API_SECRET_KEY in plain text/),
      evidence: [],
    })
    expect(alertOf(of, first)).toMatchObject({ audience: 'security' })
    writeFileSync(path, `# settings\n# one more line\nAPI_SECRET_KEY=${secret}\n`, { mode: 0o600 })
    const second = await of.audit()
    expect(second.finding('secrets.exposed', 'config/hub.env').status).toBe('warning')
    expect(tellsOf(of, second, 'API_SECRET_KEY')).toBe(false)
    for (const folder of ['reports', 'state']) {
      for (const text of textsBelow(join(of.hub.directory, folder))) expect(text.includes(secret)).toBe(false)
    }
    writeFileSync(path, 'API_SECRET_KEY=sk-Zz8Q2xLr7VtB4nWc1ZpK6mYd3HsJ5gTa\n', { mode: 0o600 })
    expect((await of.audit()).finding('secrets.exposed', 'config/hub.env').status).toBe('critical')
    rmSync(path)
    expect(about(await of.audit(), 'secrets.exposed').map(({ status }) => status)).not.toContain('critical')
  })
})

/** Every file below a folder as bytes seen as text. */
const textsBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))

/** A server on this machine. */
async function serve(answer: (path: string, response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => answer(request.url ?? '/', response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it does not listen')
  return `http://127.0.0.1:${address.port}`
}

describe('endpoints', () => {
  it('are asked for security headers, and the closed ones for an open door', async () => {
    const url = await serve((path, response) => {
      response.statusCode = path === '/locked' ? 401 : 200
      response.setHeader('x-content-type-options', 'nosniff')
      response.end('hello')
    })
    const of = audited({ endpoints: { urls: [url], closed: [`${url}/admin?key=secret`, `${url}/locked`] } })
    const { finding } = await of.audit()
    expect(finding('endpoint.certificate', `${url}/`).status).toBe('skipped')
    expect(finding('endpoint.headers', `${url}/`)).toMatchObject({
      status: 'warning',
      actual: 'x-frame-options is missing, referrer-policy is missing',
    })
    expect(finding('endpoint.closed', `${url}/admin`)).toMatchObject({
      status: 'critical',
      actual: 'HTTP 200',
    })
    expect(finding('endpoint.closed', `${url}/locked`).status).toBe('ok')
  })

  it('that do not answer are unknown; a closed one that does not is closed', async () => {
    const gone = 'http://127.0.0.1:1'
    const { finding } = await audited({ endpoints: { urls: [gone], closed: [gone] } }).audit()
    expect(finding('endpoint.headers', `${gone}/`).status).toBe('unknown')
    expect(finding('endpoint.closed', `${gone}/`).status).toBe('ok')
  })
})

describe('policies', () => {
  it('are due again after their time', async () => {
    const { finding } = await audited({
      policies: [
        { name: 'access', reviewed: '2020-01-01' },
        { name: 'backups', reviewed: '2020-01-01', everyDays: 1_000_000 },
      ],
    }).audit()
    expect(finding('policies.review', 'access')).toMatchObject({
      status: 'warning',
      actual: 'reviewed on 2020-01-01, due again on 2020-12-31',
    })
    expect(finding('policies.review', 'backups').status).toBe('ok')
  })
})

describe('score and documents', () => {
  it('gives a score with its change, and counts', async () => {
    const of = audited()
    onPath({
      bandit: bandit({ severity: 'HIGH', file: 'app/main.py' }),
      trivy: trivy(recorded('trivy-clean.json')),
    })
    const first = await of.audit()
    expect(figureOf(first, 'security.issues', 'high')).toBe(1)
    expect(figureOf(first, 'security.score-change')).toBeUndefined()
    expect(json(of, first).before).toBeNull()
    onPath({ bandit: bandit() })
    const second = await of.audit()
    expect(figureOf(second, 'security.score')).toBeGreaterThan(figureOf(first, 'security.score') ?? 100)
    expect(figureOf(second, 'security.score-change')).toBeGreaterThan(0)
    expect(json(of, second)).toMatchObject({
      score: figureOf(second, 'security.score'),
      before: { score: figureOf(first, 'security.score') },
    })
  })

  it('stands beside the report, and the report names it', async () => {
    const of = audited({})
    const result = await of.audit()
    const keys = result.report.artifacts.map(({ key }) => key)
    expect(keys.map((key) => key.split('/').at(-1))).toEqual(['findings.sarif', 'findings.json'])
    expect(sarif(of, result).runs.map(({ tool }) => tool.driver.name)).toEqual(['Hubkeeper'])
  })

  it('a dry run keeps nothing: the next one tells everything anew', async () => {
    onPath({ bandit: bandit({ severity: 'HIGH', file: 'app/main.py' }) })
    const of = audited()
    const dry = await runTask(of.hub.directory, ['run', 'security-audit', '--dry-run'])
    expect(dry.finding('code.findings', 'B602 app/main.py:5').status).toBe('critical')
    expect(existsSync(join(of.hub.directory, 'state/memory'))).toBe(false)
    expect((await of.audit()).finding('code.findings', 'B602 app/main.py:5').status).toBe('critical')
  })

  it('nor does a run that pretends another moment, which told nobody', async () => {
    onPath({ bandit: bandit({ severity: 'HIGH', file: 'app/main.py' }) })
    const of = audited()
    await runTask(of.hub.directory, ['run', 'security-audit', '--at', '2026-01-01'])
    expect(existsSync(join(of.hub.directory, 'state/memory'))).toBe(false)
    await runTask(of.hub.directory, ['run', 'security-audit'])
    expect(existsSync(join(of.hub.directory, 'state/memory'))).toBe(true)
  })
})
